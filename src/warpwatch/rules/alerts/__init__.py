"""What to be told of: one file per family.

An alert reads neutral and recorded series only, so it holds whoever the exporter is. It says who
should act by its severity, and what to do first in its runbook, docs/alerts/<Name>.md.
"""

from collections.abc import Callable

from warpwatch.rules.alerts import hardware, monitoring, thermal, waste
from warpwatch.rules.model import Alert, Group
from warpwatch.rules.thresholds import Thresholds

Family = Callable[[Thresholds], tuple[Alert, ...]]

FAMILIES: dict[str, Family] = {
    "hardware": hardware.alerts,
    "thermal": thermal.alerts,
    "waste": waste.alerts,
    "monitoring": monitoring.alerts,
}


def groups(thresholds: Thresholds) -> tuple[Group, ...]:
    return tuple(
        Group(name=f"warpwatch-alerts-{name}", rules=family(thresholds))
        for name, family in FAMILIES.items()
    )
