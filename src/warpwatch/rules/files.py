"""Groups of rules as the YAML that Prometheus, and whoever speaks its language, loads."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from warpwatch.rules.model import Alert, Group, Record, Rule, duration
from warpwatch.units import Seconds

RUNBOOKS = "https://github.com/warpwatch/warpwatch/blob/main/docs/alerts/{name}.md"
HEAD = "# Made by `warpwatch rules render`; what is changed here is lost.\n"
Data = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where an alert leads to; `{name}` and `{family}` in them are the alert's, `{dashboard}` is
    the board that shows its family.
    """

    runbook: str = RUNBOOKS
    dashboard: str = ""
    """No link where it is empty."""


OURS = Links()
BOARDS = {
    "hardware": "warpwatch-health",
    "thermal": "warpwatch-gpu",
    "waste": "warpwatch-workloads",
    "capacity": "warpwatch-fleet",
    "applications": "warpwatch-applications",
    "monitoring": "warpwatch-monitoring",
}
"""The board of each family, by its uid."""


def text(groups: Iterable[Group], links: Links = OURS) -> str:
    """In the order that they are given in: a group may read what the one before has recorded."""
    return written(data(groups, links))


def data(groups: Iterable[Group], links: Links = OURS) -> Data:
    return {"groups": [_group(group, links) for group in groups]}


def written(told: Data) -> str:
    import yaml  # noqa: PLC0415  only those who render

    body = yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=10_000)
    return HEAD + body


_WINDOW = re.compile(r"(?<=\[)(\d+)(ms|s|m|h|d)(?=\])|(?<=offset )(\d+)(ms|s|m|h|d)")
_AGE = re.compile(r"(time\(\) - [\w:]+(?:\{[^}]*\})? [<>] )(\d+)")


def hurried(expr: str, factor: float) -> str:
    """With every window, offset and age so many times shorter."""

    def shorter(found: re.Match[str]) -> str:
        return duration(max(1.0, Seconds.parse(found[0]) / factor))

    def younger(found: re.Match[str]) -> str:
        return f"{found[1]}{int(found[2]) / factor:g}"

    return _AGE.sub(younger, _WINDOW.sub(shorter, expr))


def _group(group: Group, links: Links) -> Data:
    return {
        "name": group.name,
        "interval": duration(group.interval),
        "rules": [dict(_rule(rule, links)) for rule in group.rules],
    }


def _rule(rule: Rule, links: Links) -> Iterator[tuple[str, object]]:
    match rule:
        case Record():
            yield "record", rule.name
            yield "expr", rule.expr
            if rule.labels:
                yield "labels", dict(rule.labels)
        case Alert():
            yield "alert", rule.name
            yield "expr", rule.expr
            if rule.lasting:
                yield "for", duration(rule.lasting)
            if rule.keep:
                yield "keep_firing_for", duration(rule.keep)
            yield "labels", {"severity": str(rule.severity), "family": rule.family}
            yield "annotations", dict(_annotations(rule, links))


def _annotations(alert: Alert, links: Links) -> Iterator[tuple[str, str]]:
    yield "summary", alert.summary
    yield "description", alert.description
    for key, link in (("runbook_url", links.runbook), ("dashboard_url", links.dashboard)):
        if link:
            named = link.replace("{name}", alert.name).replace("{family}", alert.family)
            yield key, named.replace("{dashboard}", BOARDS[alert.family])
