"""What to be told of: one file per family.

An alert reads neutral and recorded series only, so it holds whoever the exporter is. It says who
should act by its severity, and what to do first in its runbook, docs/alerts/<Name>.md.
"""

from collections.abc import Mapping
from dataclasses import replace

from warpwatch.rules.alerts import hardware, monitoring, thermal, waste
from warpwatch.rules.model import Alert, Group
from warpwatch.rules.thresholds import Thresholds, written

FAMILIES: Mapping[str, tuple[Alert, ...]] = {
    "hardware": hardware.ALERTS,
    "thermal": thermal.ALERTS,
    "waste": waste.ALERTS,
    "monitoring": monitoring.ALERTS,
}
"""Their expressions name thresholds as `%(hot_celsius)s`."""


def groups(thresholds: Thresholds) -> tuple[Group, ...]:
    numbers = written(thresholds)
    return tuple(
        Group(
            name=f"warpwatch-alerts-{name}",
            rules=tuple(replace(alert, expr=alert.expr % numbers) for alert in alerts),
        )
        for name, alerts in FAMILIES.items()
    )
