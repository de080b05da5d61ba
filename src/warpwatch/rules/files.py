"""Groups of rules as the YAML that Prometheus, and whoever speaks its language, loads."""

from collections.abc import Iterable, Iterator, Mapping

from warpwatch.rules.model import Alert, Group, Record, Rule, duration

HEAD = "# Made by `warpwatch rules render`; what is changed here is lost.\n"


def text(groups: Iterable[Group]) -> str:
    """In the order that they are given in: a group may read what the one before has recorded."""
    import yaml  # noqa: PLC0415  only those who render

    data = {"groups": [_group(group) for group in groups]}
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000)
    return HEAD + body


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
            yield "annotations", {"summary": rule.summary, "description": rule.description}
