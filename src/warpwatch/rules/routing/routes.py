"""Which alert goes to whom: Watchdog first, then by team, then by severity; the rest elsewhere."""

from collections.abc import Iterator
from typing import Any

from warpwatch.rules.model import duration
from warpwatch.rules.routing.matchers import equal
from warpwatch.rules.routing.settings import Settings, Target, Team
from warpwatch.units import Seconds

Route = dict[str, Any]

WATCHDOG = "Watchdog"


def tree(settings: Settings) -> Route:
    return {
        "receiver": settings.otherwise,
        "group_by": list(settings.group_by),
        "group_wait": _span(settings.group_wait),
        "group_interval": _span(settings.group_interval),
        "repeat_interval": _span(settings.repeat_interval),
        "routes": [_watchdog(settings), *_teams(settings), *_severities(settings)],
    }


def _teams(settings: Settings) -> Iterator[Route]:
    for name, team in settings.teams.items():
        yield from _severities(team, equal("team", name))


def _severities(team: Team, *more: str) -> Iterator[Route]:
    for severity, target in team.targets():
        yield {"matchers": [*more, equal("severity", severity)], **_target(target)}


def _target(target: Target) -> Route:
    told: Route = {"receiver": target.receiver}
    if target.during:
        told["active_time_intervals"] = list(target.during)
    if target.except_during:
        told["mute_time_intervals"] = list(target.except_during)
    if target.repeat_interval is not None:
        told["repeat_interval"] = _span(target.repeat_interval)
    return told


def _watchdog(settings: Settings) -> Route:
    """Alertmanager looks at each group_interval whether repeat_interval has passed since the last
    message went out. Were both the same it would miss by the time that sending took, and every
    second beat would fall out.
    """
    every = Seconds.parse(settings.watchdog_every)
    return {
        "matchers": [equal("alertname", WATCHDOG)],
        "receiver": settings.watchdog,
        "group_by": ["cluster", "alertname"],
        "group_wait": "0s",
        "group_interval": duration(every / 5),
        "repeat_interval": duration(every * 0.9),
    }


def _span(written: str) -> str:
    """In the order of units that Alertmanager wants."""
    return duration(Seconds.parse(written))
