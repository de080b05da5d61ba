"""Hears what befalls one GPU: an event set of its own, and what came out of it and was not read."""

import logging
import threading
from collections.abc import Mapping
from typing import Any

from warpwatch.clock import Clock
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Event, Kind, Reason
from warpwatch.sources.nvml.door import Door, Refused
from warpwatch.sources.nvml.patience import Patience

log = logging.getLogger(__name__)

TYPES: Mapping[int, Kind] = {
    0x1: Kind.ECC_CORRECTED,
    0x2: Kind.ECC_UNCORRECTED,
    0x8: Kind.XID,
    0x80: Kind.POWER_SOURCE,
    0x100: Kind.MIG_CHANGE,
    0x200: Kind.ECC_STORM,
    0x400: Kind.ROW_REMAP,
    0x800: Kind.ROW_REMAP_FAILURE,
    0x1000: Kind.POISON_CONTAINED,
    0x2000: Kind.POISON_FATAL,
    0x4000: Kind.GPU_UNAVAILABLE,
    0x8000: Kind.RECOVERY_ACTION,
}
"""NVML's bits, as its header has them: bindings of any age must do."""

MOST_WAITING = 10_000
"""Events kept for a board that nobody reads, as when its reader hangs; beyond it, their number."""

_NO_INSTANCE = 0xFFFFFFFF


class Ear:
    """A board that takes no listener gives a gap for the XID field: nothing heard, not zero."""

    def __init__(self, door: Door, clock: Clock, gpu: Gpu, handle: object) -> None:
        self.kinds: frozenset[Kind] = frozenset()
        """What the board reports when it happens."""
        self._door = door
        self._clock = clock
        self._gpu = gpu
        self._handle = handle
        self._set: Any = None
        self._deaf: Reason | None = None
        self._patience = Patience(clock)
        self._lock = threading.Lock()
        self._waiting: list[Event] = []
        self._dropped = 0
        self._register()

    def hear(self) -> bool:
        """Takes an event from the driver, without waiting; whether there may be another."""
        if self._set is None and self._patience.over:
            self._register()
        if self._set is None:
            return False
        try:
            event = self._door.call("nvmlEventSetWait_v2", self._set, 0)
        except Refused as refusal:
            empty = refusal.reason is Reason.TIMED_OUT
            self._tell(None if empty else refusal)
            return False
        self._tell(None)
        self._keep(event)
        return True

    def take(self) -> tuple[tuple[Event, ...], Reason | None]:
        """What was heard since it was last taken, and what keeps more from being heard, if so."""
        with self._lock:
            events, self._waiting = tuple(self._waiting), []
            dropped, self._dropped = self._dropped, 0
        if dropped:
            log.warning("%d events of %s were dropped: not read", dropped, self._gpu)
        return events, self._deaf

    def free(self) -> None:
        held, self._set = self._set, None
        if held is not None:
            self._door.let_go("nvmlEventSetFree", held)

    def _register(self) -> None:
        self._patience.tried()
        try:
            self._set = self._door.call("nvmlEventSetCreate")
            types = self._supported()
            self._door.call("nvmlDeviceRegisterEvents", self._handle, types, self._set)
        except Refused as refusal:
            self.free()
            self._tell(refusal)
            return
        self.kinds = frozenset(kind for bit, kind in TYPES.items() if bit & types)
        self._tell(None)

    def _tell(self, refusal: Refused | None) -> None:
        """Says once what keeps events from being heard, and once that nothing does any more."""
        reason = refusal.reason if refusal is not None else None
        if reason is self._deaf:
            return
        self._deaf = reason
        if refusal is None:
            log.info("events of %s are heard again", self._gpu)
        else:
            # A board that reports none is as it should be; any other one leaves its XIDs untold.
            usual = reason is Reason.UNSUPPORTED
            level = logging.INFO if usual else logging.WARNING
            log.log(level, "events of %s are not heard: %s", self._gpu, refusal.message)

    def _supported(self) -> int:
        try:
            supported = int(self._door.call("nvmlDeviceGetSupportedEventTypes", self._handle))
        except Refused as refusal:
            if refusal.reason is not Reason.UNSUPPORTED:
                raise
            return _XID
        return supported & sum(TYPES)

    def _keep(self, event: Any) -> None:
        kind = TYPES.get(int(event.eventType))
        if kind is None:
            return
        instance = int(event.gpuInstanceId)
        heard = Event(
            self._clock.now(),
            kind,
            int(event.eventData),
            None if instance == _NO_INSTANCE else instance,
        )
        with self._lock:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(heard)
            else:
                self._dropped += 1


_XID = next(bit for bit, kind in TYPES.items() if kind is Kind.XID)
