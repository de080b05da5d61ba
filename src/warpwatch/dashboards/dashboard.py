"""Panels in rows, what to choose by, and where to go from there."""

from dataclasses import dataclass, field
from enum import Enum, auto

from warpwatch.dashboards.panel import Drawn

PREFIX = "warpwatch-"
TAG = "warpwatch"


class Begin(Enum):
    """What is chosen at first. Grafana begins with all wherever all can be chosen."""

    ALL = auto()
    LISTED = auto()
    """All, name by name and not as a pattern that fits everything."""
    FIRST = auto()
    """All cannot be chosen: panels draw a line for each, and of ten thousand nobody could read
    them, nor would Prometheus soon answer.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """Something to choose by: one, several or all, looked up anew when the time changes."""

    name: str
    label: str
    query: str
    """As `label_values(series, label)`."""
    begin: Begin = Begin.ALL


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    panels: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    name: str
    """Of its file, and of its address with the prefix before it."""
    title: str
    description: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    alerts: str = ""
    """An expression for the alerts that are marked on its time axis; none where it is empty."""
    since: str = "now-3h"
    tags: tuple[str, ...] = field(default=(TAG,))

    @property
    def uid(self) -> str:
        return f"{PREFIX}{self.name}"
