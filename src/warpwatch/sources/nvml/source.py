"""Whole GPUs, read call by call; XIDs from an event set per GPU, emptied at each read."""

import logging
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from warpwatch.clock import Clock
from warpwatch.fields import events
from warpwatch.samples.entity import Device, Gpu
from warpwatch.samples.sample import Reading, Reason, Report, Value, Xid
from warpwatch.sources.base import Inventory, SourceInfo
from warpwatch.sources.nvml.door import Door, Refused, reason
from warpwatch.sources.nvml.reads import CALLS, FIELD_VALUES, OF_THE_LIBRARY, SCALED

log = logging.getLogger(__name__)

XID = events.XID_ERRORS.id
_MEMBERS = ("dVal", "uiVal", "ulVal", "ullVal", "sllVal", "siVal", "usVal")
"""Of the union that holds a field's value, by the number of its type; all we ask are integers."""
_MOST_EVENTS = 1000
"""Taken from the driver's queue in one read at most; the rest stays there for the next."""


class NvmlSource:
    """Opened once; which GPUs there are is settled then. One that cannot be opened costs
    itself: it is left out, and the inventory's detail says why.
    """

    def __init__(self, door: Door, clock: Clock) -> None:
        self._door = door
        self._clock = clock
        self._handles: dict[Device, Any] = {}
        self._listening: dict[Device, Any] = {}
        door.call("nvmlInit")
        try:
            driver = door.call("nvmlSystemGetDriverVersion")
            detail = "; ".join(("NVIDIA's driver on this machine", *self._open_all()))
        except Refused:
            self.close()
            raise
        info = SourceInfo("nvml", driver=driver, detail=detail)
        self._inventory = Inventory(info, tuple(self._handles))

    def inventory(self) -> Inventory:
        return self._inventory

    def read(self, device: Device, fields: AbstractSet[int]) -> Report:
        handle = self._handles[device]
        values: dict[int, Value] = {}
        gaps: dict[int, Reason] = {}
        for id_ in fields & CALLS.keys():
            try:
                values[id_] = CALLS[id_](self._door, handle)
            except Refused as refusal:
                gaps[id_] = refusal.reason
        self._field_values(handle, list(fields & FIELD_VALUES.keys()), values, gaps)
        xids, deaf = self._hear(device)
        if XID in fields and deaf is not None:
            gaps[XID] = deaf
        elif XID in fields:
            # Heard through events alone: the last code is what the exporter's tally holds.
            values[XID] = 0
        gaps |= dict.fromkeys(fields - values.keys() - gaps.keys(), Reason.UNSUPPORTED)
        silent = _silence(values, gaps)
        if silent is not None:
            values, gaps = {}, dict.fromkeys(fields, silent)
        return Report(device, self._clock.now(), (Reading(device, values, gaps),), xids)

    def close(self) -> None:
        for heard in self._listening.values():
            self._let_go("nvmlEventSetFree", heard)
        self._let_go("nvmlShutdown")

    def _let_go(self, function: str, *arguments: object) -> None:
        """Gives back what may be lost already; what comes after it is given back all the same."""
        try:
            self._door.call(function, *arguments)
        except Refused as refusal:
            log.warning("closing the driver: %s", refusal.message)

    def _open_all(self) -> Iterator[str]:
        """Opens each GPU, and says of each that could not be opened why."""
        for index in range(self._door.call("nvmlDeviceGetCount")):
            try:
                handle = self._door.call("nvmlDeviceGetHandleByIndex", index)
                gpu = self._gpu(index, handle)
            except Refused as refusal:
                complaint = f"GPU {index} cannot be opened: {refusal.message}"
                log.warning(complaint)
                yield complaint
            else:
                self._handles[gpu] = handle
                self._listen(gpu, handle)

    def _gpu(self, index: int, handle: object) -> Gpu:
        bus = self._door.call("nvmlDeviceGetPciInfo", handle)
        return Gpu(
            index=index,
            uuid=self._door.call("nvmlDeviceGetUUID", handle),
            pci_bus_id=f"{bus.domain:08X}:{bus.bus:02X}:{bus.device:02X}.0",
            model=self._door.call("nvmlDeviceGetName", handle),
        )

    def _listen(self, gpu: Gpu, handle: object) -> None:
        """A board that takes no listener gives a gap for the XID field: nothing heard, not zero."""
        heard = None
        try:
            heard = self._door.call("nvmlEventSetCreate")
            critical = self._door.constant("nvmlEventTypeXidCriticalError")
            self._door.call("nvmlDeviceRegisterEvents", handle, critical, heard)
        except Refused as refusal:
            log.info("the XIDs of %s are not heard: %s", gpu.device, refusal.message)
            if heard is not None:
                self._let_go("nvmlEventSetFree", heard)
        else:
            self._listening[gpu] = heard

    def _hear(self, device: Device) -> tuple[tuple[Xid, ...], Reason | None]:
        """XIDs since the read before, oldest first, and what kept more from being heard, if so."""
        heard = self._listening.get(device)
        if heard is None:
            return (), Reason.UNSUPPORTED
        xids: list[Xid] = []
        while len(xids) < _MOST_EVENTS:
            try:
                event = self._door.call("nvmlEventSetWait_v2", heard, 0)
            except Refused as refusal:
                empty = refusal.reason is Reason.TIMED_OUT
                return tuple(xids), None if empty else refusal.reason
            xids.append(Xid(self._clock.now(), int(event.eventData)))
        return tuple(xids), None

    def _field_values(
        self,
        handle: object,
        ids: list[int],
        values: dict[int, Value],
        gaps: dict[int, Reason],
    ) -> None:
        if not ids:
            return
        try:
            asked = [FIELD_VALUES[id_] for id_ in ids]
            answers = self._door.call("nvmlDeviceGetFieldValues", handle, asked)
        except Refused as refusal:
            gaps.update(dict.fromkeys(ids, refusal.reason))
            return
        for id_, answer in zip(ids, answers, strict=True):
            if answer.nvmlReturn:
                gaps[id_] = reason(answer.nvmlReturn)
            elif answer.valueType >= len(_MEMBERS):
                gaps[id_] = Reason.FAILED
            else:
                number = int(getattr(answer.value, _MEMBERS[answer.valueType]))
                values[id_] = SCALED.get(id_, int)(number)


def _silence(values: Mapping[int, Value], gaps: Mapping[int, Reason]) -> Reason | None:
    """Why the GPU itself said nothing, if so. What the library answers by itself is then no
    value either: it would make a lost GPU look like one that was read.
    """
    if values.keys() <= OF_THE_LIBRARY:
        for grave in (Reason.LOST, Reason.TIMED_OUT, Reason.FAILED):
            if grave in gaps.values():
                return grave
    return None
