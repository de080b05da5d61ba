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
    cgroup: tuple[str, ...] = ()
    """Lines as the kernel has them: they say which container or batch job it belongs to."""


@dataclass(frozen=True, slots=True)
class Use:
    """How much of an entity one of its owners uses, added up from processes."""

    owner: Owner
    memory: int | None
    """Bytes; None where no process tells."""
    sm: float | None
    """Share of the time, 0 to 1, as of a process."""


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
    uses: tuple[Use, ...] = ()
    peers: tuple[Peer, ...] = ()
    """Likewise."""


class Kind(StrEnum):
    """What may befall a device. Changes of the P-state and of clocks are left out: they come by
    the hundred, and the mask of clock reasons tells more.
    """

    XID = "xid"
    ECC_CORRECTED = "ecc_corrected"
    ECC_UNCORRECTED = "ecc_uncorrected"
    ECC_STORM = "ecc_storm"
    """Corrected errors so many that the driver stops reporting each."""
    ROW_REMAP = "row_remap"
    """A row or page of memory was marked to be replaced."""
    ROW_REMAP_FAILURE = "row_remap_failure"
    POWER_SOURCE = "power_source"
    MIG_CHANGE = "mig_change"
    POISON_CONTAINED = "poison_contained"
    """Bad data was met, and only whoever used it dies."""
    POISON_FATAL = "poison_fatal"
    GPU_UNAVAILABLE = "gpu_unavailable"
    RECOVERY_ACTION = "recovery_action"
    """What the driver wants done about the GPU is no longer what it was."""


@dataclass(frozen=True, slots=True)
class Event:
    """What befell a device, once, whoever reported it."""

    time: float
    kind: Kind
    data: int = 0
    """Of an XID its code; otherwise what came with it, if anything did."""
    instance: int | None = None
    """The MIG instance that it befell, where that is known."""


@dataclass(frozen=True, slots=True)
class Report:
    """One read of one device: the device itself first, then its parts."""

    device: Device
    time: float
    """When it was read, in seconds since the epoch."""
    readings: tuple[Reading, ...]
    events: tuple[Event, ...] = field(default=())
    """What happened since the read before, oldest first."""
    heard: frozenset[Kind] = frozenset()
    """What would have been reported, had it happened: of these, none means none."""
