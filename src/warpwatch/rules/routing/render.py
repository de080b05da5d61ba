"""alertmanager.yml and the template of messages that lies beside it."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from warpwatch.errors import WarpwatchError
from warpwatch.rules.routing import inhibition, routes
from warpwatch.rules.routing.release import Need, Release, shown
from warpwatch.rules.routing.settings import NOBODY, Settings

TEMPLATE = "warpwatch.tmpl"
HEAD = "# Made by `warpwatch alertmanager render`; what is changed here is lost.\n"


def config(settings: Settings, release: Release) -> dict[str, Any]:
    """What this release cannot do is refused, since it would refuse the whole file."""
    for place, need in _needs(settings):
        if release < need.since:
            raise WarpwatchError(
                f"routing.{place}: {need.what} needs Alertmanager {shown(need.since)}, and this "
                f"is for {shown(release)}",
                hint="leave it out, or take a newer one and say so: alertmanager render --for "
                f"{shown(need.since)}",
            )
    told: dict[str, Any] = {
        "route": routes.tree(settings),
        "receivers": [{"name": NOBODY}, *_receivers(settings)],
        "inhibit_rules": [dict(rule) for rule in inhibition.rules(settings.node_down)],
        "templates": [TEMPLATE],
    }
    if settings.hours:
        told["time_intervals"] = [
            {"name": name, "time_intervals": [each.written() for each in hours]}
            for name, hours in settings.hours.items()
        ]
    return told


def _needs(settings: Settings) -> Iterator[tuple[str, Need]]:
    for place, way in settings.ways():
        for need in way.needs():
            yield f"{place}.{need.key}".rstrip("."), need


def _receivers(settings: Settings) -> Iterator[dict[str, Any]]:
    for name, ways in settings.receivers.items():
        told: dict[str, Any] = {"name": name}
        for way in ways:
            told.setdefault(way.key, []).append(way.written())
        yield told


def text(settings: Settings, release: Release) -> str:
    import yaml  # noqa: PLC0415  only those who render

    told = config(settings, release)
    return HEAD + yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=10_000)


def template() -> str:
    return files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
