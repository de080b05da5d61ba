"""Groups of rules as the YAML that Prometheus, and whoever speaks its language, loads."""

import re
from collections.abc import Iterable, Iterator, Mapping

from warpwatch.rules.model import Alert, Group, Record, Rule, duration
from warpwatch.units import Seconds

RUNBOOKS = "https://github.com/warpwatch/warpwatch/blob/main/docs/alerts/{name}.md"
HEAD = "# Made by `warpwatch rules render`; what is changed here is lost.\n"


def text(groups: Iterable[Group]) -> str:
    """In the order that they are given in: a group may read what the one before has recorded."""
    import yaml  # noqa: PLC0415  only those who render

    data = {"groups": [_group(group) for group in groups]}
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000)
    return HEAD + body


_WINDOW = re.compile(r"(?<=\[)(\d+)(ms|s|m|h|d)(?=\])|(?<=offset )(\d+)(ms|s|m|h|d)")


def hurried(expr: str, factor: float) -> str:
    """With every window and offset so many times shorter."""

    def shorter(found: re.Match[str]) -> str:
        return duration(max(1.0, Seconds.parse(found[0]) / factor))

    return _WINDOW.sub(shorter, expr)


def _group(group: Group) -> Mapping[str, object]:
    return {
        "name": group.name,
        "interval": duration(group.interval),
        "rules": [dict(_rule(rule)) for rule in group.rules],
    }


def _rule(rule: Rule) -> Iterator[tuple[str, object]]:
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
            yield (
                "annotations",
                {
                    "summary": rule.summary,
                    "description": rule.description,
                    "runbook_url": RUNBOOKS.format(name=rule.name),
                },
            )
