"""What may be chosen of who is told: the table [routing] of warpwatch.toml."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from warpwatch.errors import InputError
from warpwatch.rules.model import Severity
from warpwatch.rules.routing.hours import Hours
from warpwatch.rules.routing.ways import Way
from warpwatch.units import Seconds

NOBODY = "nobody"
"""A receiver that there always is."""

Duration = Annotated[str, msgspec.Meta(pattern=r"^(\d+(ms|s|m|h|d))+$")]
Label = Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z_]\w*|\.\.\.)$")]
Name = Annotated[str, msgspec.Meta(min_length=1)]
AlertName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_]\w*$")]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Target(_Table, frozen=True):
    receiver: str
    during: tuple[str, ...] = ()
    """Names of hours: outside of all of them nothing is sent."""
    except_during: tuple[str, ...] = ()
    repeat_interval: Duration | None = None


Told = str | Target
"""A receiver's name alone is told at all hours."""


class Team(_Table, frozen=True):
    """What it leaves out goes where it goes for everybody."""

    critical: Told | None = None
    warning: Told | None = None
    info: Told | None = None

    def targets(self) -> Iterator[tuple[Severity, Target]]:
        for severity in Severity:
            told: Told | None = getattr(self, severity)
            if told is not None:
                yield severity, Target(receiver=told) if isinstance(told, str) else told


class Settings(Team, frozen=True, kw_only=True):
    receivers: dict[Name, tuple[Way, ...]] = {}
    """Each is told in all of its ways."""
    teams: dict[Name, Team] = {}
    hours: dict[Name, Annotated[tuple[Hours, ...], msgspec.Meta(min_length=1)]] = {}
    otherwise: str = NOBODY
    """For alerts of other severities than ours."""
    watchdog: str = NOBODY
    """The dead man's switch: who raises alarm when Watchdog is not heard of any more."""
    watchdog_every: Duration = "5m"
    node_down: tuple[AlertName, ...] = (
        "GPUExporterDown",
        "NodeDown",
        "KubeNodeNotReady",
        "KubeNodeUnreachable",
    )
    """Alerts that make others of the same node needless."""
    group_by: tuple[Label, ...] = ("cluster", "alertname", "node")
    group_wait: Duration = "30s"
    group_interval: Duration = "5m"
    repeat_interval: Duration = "4h"

    def ways(self) -> Iterator[tuple[str, Way]]:
        """Each with its place."""
        for name, ways in self.receivers.items():
            for number, way in enumerate(ways):
                yield f"receivers.{name}[{number}]", way


def check(settings: Settings, where: str) -> None:
    """What types cannot say."""
    if settings.critical is None:
        raise InputError(
            f"{where}.critical",
            "is missing: nobody would be woken up",
            hint=f'name a receiver, or say critical = "{NOBODY}"',
        )
    if "..." in settings.group_by:
        raise InputError(f"{where}.group_by", '"..." would send every alert by itself')
    for key in ("group_interval", "repeat_interval", "watchdog_every"):
        if Seconds.parse(getattr(settings, key)) < 1:
            raise InputError(f"{where}.{key}", "is less than a second")
    _check_receivers(settings, where)
    for name, hours in settings.hours.items():
        for number, each in enumerate(hours):
            each.check(f"{where}.hours.{name}[{number}]")
    for key in ("otherwise", "watchdog"):
        _check_name(getattr(settings, key), settings, f"{where}.{key}")
    _check_targets(settings, settings, where)
    for name, team in settings.teams.items():
        _check_targets(team, settings, f"{where}.teams.{name}")


def _check_receivers(settings: Settings, where: str) -> None:
    for name, ways in settings.receivers.items():
        if name == NOBODY:
            raise InputError(f"{where}.receivers.{name}", "is there already, and tells nobody")
        if not ways:
            raise InputError(f"{where}.receivers.{name}", "has no way to be told")
    for place, way in settings.ways():
        way.check(f"{where}.{place}")


def _check_targets(team: Team, settings: Settings, where: str) -> None:
    for severity, target in team.targets():
        place = f"{where}.{severity}"
        _check_name(target.receiver, settings, place)
        for name in (*target.during, *target.except_during):
            if name not in settings.hours:
                raise InputError(
                    place, f"there are no hours {name!r}", hint=_known([*settings.hours])
                )


def _check_name(receiver: str, settings: Settings, place: str) -> None:
    names = [*settings.receivers, NOBODY]
    if receiver not in names:
        raise InputError(place, f"there is no receiver {receiver!r}", hint=_known(names))


def _known(names: list[str]) -> str:
    return f"there is {', '.join(names)}" if names else "there are none"
