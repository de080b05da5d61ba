"""What one read of one device says: values, gaps with reasons, and events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from warpwatch.samples.entity import Device, Entity
from warpwatch.samples.owner import Owner

Value = int | float | str


class Reason(StrEnum):
    """Why a field has no value. Missing is not zero, and not all missing is alike."""

    UNSUPPORTED = "unsupported"
    NO_PERMISSION = "no_permission"
    NOT_YET_SAMPLED = "not_yet_sampled"
    TIMED_OUT = "timed_out"
    LOST = "lost"
    FAILED = "failed"
    NOT_IMPLEMENTED = "not_implemented"
    """There may well be a value, but this version of ours does not read it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One entity's answer: each field asked of it is in `values` or in `gaps`, never in both."""

    entity: Entity
    values: Mapping[int, Value]
    gaps: Mapping[int, Reason]
    owners: tuple[Owner, ...] = ()


@dataclass(frozen=True, slots=True)
class Xid:
    """An error that the driver reported, once."""

    time: float
    code: int


@dataclass(frozen=True, slots=True)
class Report:
    """One read of one device: the device itself first, then its parts."""

    device: Device
    time: float
    """When it was read, in seconds since the epoch."""
    readings: tuple[Reading, ...]
    events: tuple[Xid, ...] = field(default=())
    """What happened since the read before, oldest first."""
