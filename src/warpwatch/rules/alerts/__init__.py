"""What to be told of: one file per family, of hardware one per part.

An alert reads neutral and recorded series only, so it holds whoever the exporter is. It says who
should act by its severity, and what to do first in its runbook, docs/alerts/<Name>.md.
"""

from collections.abc import Mapping
from dataclasses import replace

from warpwatch.rules.alerts import (
    applications,
    boards,
    capacity,
    links,
    memory,
    monitoring,
    thermal,
    waste,
    xid,
)
from warpwatch.rules.exceptions import NONE, Exceptions, settled
from warpwatch.rules.model import Alert, Group
from warpwatch.rules.thresholds import Thresholds

_LISTS: Mapping[str, tuple[Alert, ...]] = {
    "hardware": (*xid.ALERTS, *memory.ALERTS, *links.ALERTS, *boards.ALERTS),
    "thermal": thermal.ALERTS,
    "waste": waste.ALERTS,
    "capacity": capacity.ALERTS,
    "applications": applications.ALERTS,
    "monitoring": monitoring.ALERTS,
}

FAMILIES: Mapping[str, tuple[Alert, ...]] = {
    family: tuple(replace(alert, family=family) for alert in alerts)
    for family, alerts in _LISTS.items()
}
"""Their expressions name thresholds as `%(hot_celsius)s`."""


def groups(thresholds: Thresholds, exceptions: Exceptions = NONE) -> tuple[Group, ...]:
    return tuple(
        Group(
            name=f"warpwatch-alerts-{name}",
            rules=tuple(settled(alert, thresholds, exceptions) for alert in alerts),
        )
        for name, alerts in FAMILIES.items()
    )
