"""What is drawn. Each panel says its unit and, in one sentence, what it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Unit(StrEnum):
    """As Grafana names them."""

    RATIO = "percentunit"
    PERCENT = "percent"
    CELSIUS = "celsius"
    WATTS = "watt"
    HERTZ = "hertz"
    MEGAHERTZ = "mhertz"
    BYTES = "bytes"
    MEBIBYTES = "mbytes"
    BYTES_PER_SECOND = "Bps"
    SECONDS = "s"
    COUNT = "short"
    PER_SECOND = "cps"
    REQUESTS_PER_SECOND = "reqps"
    AGO = "dateTimeFromNow"
    NONE = "none"
    """Of what is no quantity: a state, a name."""


@dataclass(frozen=True, slots=True)
class Step:
    """From this value on it has this colour."""

    value: float
    color: str


GREEN, AMBER, RED = "green", "#EAB839", "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    expr: str
    legend: str = ""
    """With labels as `{{node}}`; in a table the column is called after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    title: str
    description: str
    """One sentence."""
    queries: tuple[Query, ...]
    unit: Unit
    width: int = 8
    """Of 24."""
    height: int = 8
    steps: tuple[Step, ...] = ()
    """From low to high; below the first it is plain."""
    low: float | None = None
    high: float | None = None
    decimals: int | None = None
    links: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Title → address, with `${__field.labels.node}` and the like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSeries(Panel):
    stacked: bool = False
    legend: bool = True
    """Whether the names of its series stand below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat(Panel):
    width: int = 4
    height: int = 4
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict, hash=False)
    """Value → text and colour."""
    spark: bool = True
    """Whether the past is drawn behind the number; otherwise it is not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Panel):
    """One bar for each series, as they are now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Of a table: one query, or a label."""

    name: str
    title: str
    unit: Unit = Unit.NONE
    steps: tuple[Step, ...] = ()
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict, hash=False)
    """Value → text and colour; rows are sorted by the value."""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Panel):
    """Rows are what queries have in common by `by`; a query is a column, called by its legend."""

    by: tuple[str, ...]
    columns: tuple[Column, ...]
    """In their order; what is not named is left out."""
    sort: str = ""
    """Title of a column, the greatest first."""
    width: int = 24
    height: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class States(Panel):
    """What was the case when: a band of time for each series."""

    words: Mapping[str, tuple[str, str]] = field(default_factory=dict, hash=False)
    width: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat(Panel):
    """How a value is spread over many: the darker, the more of them; by buckets of a histogram."""

    width: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What to make of the panels around it, in Markdown."""

    title: str
    content: str
    width: int = 24
    height: int = 3


Drawn = Panel | Text
