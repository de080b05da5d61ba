"""What comes back. Unknown keys are passed over: servers of other makers have more of them."""

from datetime import datetime
from typing import Generic, Literal, TypeVar

import msgspec

Labels = dict[str, str]
Point = tuple[float, str]
"""Unix time and a number as text, as it is written: `NaN` and `+Inf` are numbers too."""
T = TypeVar("T")


class Answer(msgspec.Struct, Generic[T], frozen=True):
    """What was asked for, and what the server has to say of it, such as that a part is missing."""

    data: T
    warnings: tuple[str, ...] = ()


class Sample(msgspec.Struct, frozen=True):
    labels: Labels = msgspec.field(name="metric")
    point: Point | None = msgspec.field(name="value", default=None)
    """None of a native histogram, which is no number."""

    @property
    def value(self) -> float:
        return float(self.point[1]) if self.point is not None else float("nan")


class Series(msgspec.Struct, frozen=True):
    labels: Labels = msgspec.field(name="metric")
    points: tuple[Point, ...] = msgspec.field(name="values", default=())


class Build(msgspec.Struct, frozen=True):
    version: str = ""


class Runtime(msgspec.Struct, frozen=True, rename="camel"):
    start_time: datetime | None = None


class Target(msgspec.Struct, frozen=True, rename="camel"):
    labels: Labels = {}
    discovered_labels: Labels = {}
    scrape_pool: str = ""
    scrape_url: str = ""
    health: str = "unknown"
    last_error: str = ""
    last_scrape: str = ""
    last_scrape_duration: float = 0.0


class Dropped(msgspec.Struct, frozen=True, rename="camel"):
    """Discovered, and not scraped."""

    discovered_labels: Labels = {}


class Targets(msgspec.Struct, frozen=True, rename="camel"):
    active_targets: tuple[Target, ...] = ()
    dropped_targets: tuple[Dropped, ...] = ()


class Alert(msgspec.Struct, frozen=True, rename="camel"):
    labels: Labels = {}
    annotations: Labels = {}
    state: str = ""
    active_at: str = ""
    value: str = ""


class Rule(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    query: str
    type: Literal["alerting", "recording"]
    health: str = "unknown"
    """`ok`, `err`, or `unknown` before it was worked out once."""
    last_error: str = ""
    evaluation_time: float = 0.0
    last_evaluation: str = ""
    labels: Labels = {}
    annotations: Labels = {}
    duration: float = 0.0
    state: str = ""
    """Of an alert: `inactive`, `pending` or `firing`."""
    alerts: tuple[Alert, ...] = ()


class Group(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    file: str = ""
    interval: float = 0.0
    evaluation_time: float = 0.0
    last_evaluation: str = ""
    rules: tuple[Rule, ...] = ()


class Groups(msgspec.Struct, frozen=True):
    groups: tuple[Group, ...] = ()


class Metadata(msgspec.Struct, frozen=True):
    type: str = "unknown"
    help: str = ""
    unit: str = ""


class Notified(msgspec.Struct, frozen=True):
    url: str


class Alertmanagers(msgspec.Struct, frozen=True, rename="camel"):
    active_alertmanagers: tuple[Notified, ...] = ()
    dropped_alertmanagers: tuple[Notified, ...] = ()
