"""All rules as the two files that users of mixins know, and as the objects of Kubernetes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from warpwatch.rules import alerts, files, normalise, programs, recording
from warpwatch.rules.exceptions import NONE, Exceptions
from warpwatch.rules.files import Links
from warpwatch.rules.model import Alert, Group, Record, Rule
from warpwatch.rules.thresholds import Thresholds, plain

RULES, ALERTS = "prometheus_rules.yaml", "prometheus_alerts.yaml"
TIME_SCALE = "warpwatch:rules_time_scale:ratio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    thresholds: Thresholds = field(default_factory=Thresholds)
    exceptions: Exceptions = NONE
    team_label: str = "team"
    """Label of pods that says whose they are."""
    teams: Mapping[str, str] = field(default_factory=dict)
    """By namespace, for pods without one."""
    links: Links = files.OURS
    interval: float = 30.0
    """Seconds between two evaluations of most groups; the others keep their proportion."""
    hurry: float = 1.0
    """All waits and windows divided by this: for a demonstration, and for nothing else."""


def recorded(options: Options) -> tuple[Group, ...]:
    gpus = (*normalise.groups(), *recording.groups(options.team_label, options.teams))
    groups = (*gpus, programs.group())
    return (*(_timed(group, options) for group in groups), *_confession(options.hurry))


def alerting(options: Options) -> tuple[Group, ...]:
    groups = alerts.groups(options.thresholds, options.exceptions)
    return tuple(_timed(group, options) for group in groups)


def rendered(options: Options) -> Iterator[tuple[str, str]]:
    """Name and text of each file."""
    yield RULES, files.text(recorded(options), options.links)
    yield ALERTS, files.text(alerting(options), options.links)


def objects(options: Options, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The same for Prometheus' operator, which picks up what has the labels that it looks for."""
    for name, groups in ((RULES, recorded(options)), (ALERTS, alerting(options))):
        told = {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {
                "name": f"warpwatch-{name.removeprefix('prometheus_').removesuffix('.yaml')}",
                "labels": dict(labels),
            },
            "spec": files.data(groups, options.links),
        }
        yield name, files.written(told)


def _confession(hurry: float) -> Iterator[Group]:
    """That time is not what it seems, as a series, for whoever shows what comes of it."""
    if hurry != 1.0:
        told = Record(
            name=TIME_SCALE,
            expr=f"vector({plain(hurry)})",
            unit="ratio",
            help="All windows and waits of these rules are divided by this: a demonstration.",
        )
        yield _hurried(Group(name="warpwatch-time-scale", rules=(told,)), hurry)


def _timed(group: Group, options: Options) -> Group:
    usual = Options().interval
    stretched = replace(group, interval=group.interval * options.interval / usual)
    return _hurried(stretched, options.hurry)


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
