"""Hears the XIDs of one GPU, through an event set that is emptied at each read."""

import logging
from typing import Any

from warpwatch.clock import Clock
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Reason, Xid
from warpwatch.sources.nvml.door import Door, Refused

log = logging.getLogger(__name__)

_MOST_EVENTS = 1000
"""Taken from the driver's queue in one read at most; the rest stays there for the next."""


class Ear:
    """A board that takes no listener gives a gap for the XID field: nothing heard, not zero."""

    def __init__(self, door: Door, clock: Clock, gpu: Gpu, handle: object) -> None:
        self._door = door
        self._clock = clock
        self._set: Any = None
        try:
            self._set = door.call("nvmlEventSetCreate")
            critical = door.constant("nvmlEventTypeXidCriticalError")
            door.call("nvmlDeviceRegisterEvents", handle, critical, self._set)
        except Refused as refusal:
            log.info("the XIDs of %s are not heard: %s", gpu.device, refusal.message)
            self.free()

    def hear(self) -> tuple[tuple[Xid, ...], Reason | None]:
        """XIDs since the read before, oldest first, and what kept more from being heard, if so."""
        if self._set is None:
            return (), Reason.UNSUPPORTED
        xids: list[Xid] = []
        while len(xids) < _MOST_EVENTS:
            try:
                event = self._door.call("nvmlEventSetWait_v2", self._set, 0)
            except Refused as refusal:
                empty = refusal.reason is Reason.TIMED_OUT
                return tuple(xids), None if empty else refusal.reason
            xids.append(Xid(self._clock.now(), int(event.eventData)))
        return tuple(xids), None

    def free(self) -> None:
        held, self._set = self._set, None
        if held is not None:
            self._door.let_go("nvmlEventSetFree", held)
