"""What a rule is, and the YAML that Prometheus, Thanos, Mimir and VictoriaMetrics read of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from warpwatch.units import Seconds

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


class Severity(StrEnum):
    CRITICAL = "critical"
    """Wakes somebody up."""
    WARNING = "warning"
    """Somebody looks at it in the day."""
    INFO = "info"
    """Nobody is told unless he asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A series that is worked out and kept."""

    name: str
    expr: str
    help: str
    unit: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or ":" not in self.name:
            raise ValueError(f"{self.name!r} is not the name of a recorded series")


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """What somebody reads at night, before anything else."""

    meaning: str
    acts: str
    """Who."""
    first: tuple[str, ...]
    """Steps in their order; commands within backticks."""
    over: str
    """How it is told that it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    name: str
    expr: str
    severity: Severity
    runbook: Runbook
    family: str = ""
    """Given by the list that it stands in."""
    summary: str
    """A whole sentence that is the same for all that it fires for: alerts are grouped by it."""
    description: str
    """What is the matter with this one; a template, with the value and its unit."""
    lasting: float = 0.0
    """Seconds for which it must hold before anybody is told."""
    keep: float = 0.0
    """Seconds for which it stands after it last held, so that what blinks does not flap."""


Rule = Record | Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    name: str
    rules: Sequence[Rule]
    interval: float = 30.0


def duration(seconds: float) -> str:
    """As Prometheus writes it, in whole milliseconds."""
    milliseconds = round(Seconds(seconds) * 1000)
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds >= size and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"
