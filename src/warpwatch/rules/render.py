"""All rules as the two files that users of mixins know, and as the objects of Kubernetes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from warpwatch.rules import alerts, files, normalise, recording
from warpwatch.rules.model import Alert, Group, Rule
from warpwatch.rules.thresholds import Thresholds

RULES, ALERTS = "prometheus_rules.yaml", "prometheus_alerts.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    thresholds: Thresholds = field(default_factory=Thresholds)
    team_label: str = "team"
    """Label of pods that says whose they are."""
    teams: Mapping[str, str] = field(default_factory=dict)
    """By namespace, for pods without one."""
    hurry: float = 1.0
    """All waits and windows divided by this: for a demonstration, and for nothing else."""


def recorded(options: Options) -> tuple[Group, ...]:
    groups = (normalise.group(), *recording.groups(options.team_label, options.teams))
    return tuple(_hurried(group, options.hurry) for group in groups)


def alerting(options: Options) -> tuple[Group, ...]:
    return tuple(_hurried(group, options.hurry) for group in alerts.groups(options.thresholds))


def rendered(options: Options) -> Iterator[tuple[str, str]]:
    """Name and text of each file."""
    yield RULES, files.text(recorded(options))
    yield ALERTS, files.text(alerting(options))


def _hurried(group: Group, factor: float) -> Group:
    if factor == 1.0:
        return group
    rules = tuple(_quick(rule, factor) for rule in group.rules)
    return replace(group, interval=max(1.0, group.interval / factor), rules=rules)


def _quick(rule: Rule, factor: float) -> Rule:
    expr = files.hurried(rule.expr, factor)
    if isinstance(rule, Alert):
        return replace(rule, expr=expr, lasting=rule.lasting / factor, keep=rule.keep / factor)
    return replace(rule, expr=expr)
