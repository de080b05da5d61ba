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
    RELEASED = "released"
    """The driver was let go on request, for a reset or a change that nobody may stand in."""
    PAUSED = "paused"
    """Profiling stands still on request, so that another tool can have the counters."""
    NOT_IMPLEMENTED = "not_implemented"
    """There may well be a value, but this version of ours does not read it."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that has work on an entity; what is not known of it is None or empty."""

    pid: int
    kind: str
    """`compute` or `graphics`."""
    memory: int | None = None
    """Bytes of the board's memory."""
    sm: float | None = None
    """Share of the time since the read before in which its kernels ran, 0 to 1."""
    user: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Peer:
    """How a GPU reaches another over NVLink, by the driver's number for it: 0 is well."""

    gpu: int
    status: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One entity's answer: each field asked of it is in `values` or in `gaps`, never in both."""

    entity: Entity
    values: Mapping[int, Value]
    gaps: Mapping[int, Reason]
    owners: tuple[Owner, ...] = ()
    processes: tuple[Process, ...] = ()
    """Only where they were asked for, by their field."""
    peers: tuple[Peer, ...] = ()
    """Likewise."""


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
