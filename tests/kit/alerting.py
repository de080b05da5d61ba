"""An alert played by Prometheus' own tool: it fires, it is over, near misses leave it silent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

import promtool
from warpwatch.rules import alerts, files
from warpwatch.rules.model import Alert, Group
from warpwatch.rules.thresholds import Thresholds

Series = Mapping[str, str]
"""In promtool's notation."""
HERE = 'node="n1", gpu="0", uuid="GPU-0"'
GPU = f'{HERE}, model="H100"'


@dataclass(frozen=True, slots=True)
class Case:
    fires: Series
    at: str
    """When it stands in `fires`."""
    labels: Mapping[str, str]
    """Beside severity and family."""
    says: str
    """Its description."""
    before: str = ""
    """When it does not yet."""
    still: str = ""
    """When it no longer holds and yet stands."""
    over: str = ""
    """When it stands no more."""
    silent: tuple[Series, ...] = ()
    """Near misses: silent at all these times."""
    also: Mapping[str, tuple[Series, str]] = field(default_factory=dict)
    """Other ways to the same alert, each with its series and when it stands."""
    interval: str = "1m"
    """Of the samples."""
    every: float = 30.0
    """Seconds between evaluations."""


def told(family: str) -> dict[str, Alert]:
    groups = alerts.groups(Thresholds())
    (group,) = [each for each in groups if each.name == f"warpwatch-alerts-{family}"]
    return {rule.name: rule for rule in group.rules if isinstance(rule, Alert)}


def play(alert: Alert, case: Case, folder: Path) -> None:
    """`alert` is one of `told`, or `settled` likewise."""
    fires: dict[str, object] = {
        "exp_labels": {**case.labels, "severity": str(alert.severity), "family": alert.family},
        "exp_annotations": {
            "summary": alert.summary,
            "description": case.says,
            "runbook_url": files.RUNBOOKS.format(name=alert.name),
        },
    }
    quiet: list[tuple[str, list[dict[str, object]]]] = [
        (time, []) for time in (case.before, case.over) if time
    ]
    times = [time for time in (case.before, case.at, case.over) if time]
    tests = [_test(alert, case, case.fires, [(case.at, [fires]), *quiet])]
    if case.still:
        tests.append(_stands(alert, case, case.fires, case.still))
    tests += [_test(alert, case, near, [(time, []) for time in times]) for near in case.silent]
    tests += [_stands(alert, case, series, at) for series, at in case.also.values()]
    (folder / "rules.yaml").write_text(files.text([Group(name="alerts", rules=(alert,))]))
    plan = {"rule_files": ["rules.yaml"], "evaluation_interval": f"{case.every:g}s", "tests": tests}
    (folder / "test.yaml").write_text(yaml.safe_dump(plan, sort_keys=False))
    promtool.run("test", "rules", "test.yaml", folder=folder)


def _test(
    alert: Alert,
    case: Case,
    series: Series,
    expected: Iterable[tuple[str, list[dict[str, object]]]],
) -> dict[str, object]:
    return {
        **_given(case, series),
        "alert_rule_test": [
            {"eval_time": time, "alertname": alert.name, "exp_alerts": exactly}
            for time, exactly in expected
        ],
    }


def _stands(alert: Alert, case: Case, series: Series, at: str) -> dict[str, object]:
    return {
        **_given(case, series),
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{alert.name}", alertstate="firing"}})',
                "eval_time": at,
                "exp_samples": [{"labels": "{}", "value": 1}],
            }
        ],
    }


def _given(case: Case, series: Series) -> dict[str, object]:
    return {
        "interval": case.interval,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
    }
