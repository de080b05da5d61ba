"""Whole GPUs, read call by call; XIDs from an event set per GPU, emptied at each read."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from warpwatch.clock import Clock
from warpwatch.fields import events
from warpwatch.samples.entity import Device, Gpu
from warpwatch.samples.sample import Reading, Reason, Report, Value, Xid
from warpwatch.sources.base import Inventory, SourceInfo
from warpwatch.sources.nvml.door import Door, Refused, reason
from warpwatch.sources.nvml.reads import CALLS, FIELD_VALUES, SCALED

XID = events.XID_ERRORS.id
_MOST_EVENTS = 1000
"""Taken from the driver's queue in one read at most; the rest stays there for the next."""


class NvmlSource:
    """Opened once; which GPUs there are is settled then."""

    def __init__(self, door: Door, clock: Clock) -> None:
        self._door = door
        self._clock = clock
        door.call("nvmlInit")
        driver = door.call("nvmlSystemGetDriverVersion")
        self._handles: dict[Device, Any] = {}
        self._listening: dict[Device, Any] = {}
        for index in range(door.call("nvmlDeviceGetCount")):
            handle = door.call("nvmlDeviceGetHandleByIndex", index)
            gpu = self._gpu(index, handle)
            self._handles[gpu] = handle
            self._listen(gpu, handle)
        info = SourceInfo("nvml", driver=driver, detail="NVIDIA's driver on this machine")
        self._inventory = Inventory(info, tuple(self._handles))

    def inventory(self) -> Inventory:
        return self._inventory

    def read(self, device: Device, fields: AbstractSet[int]) -> Report:
        handle = self._handles[device]
        values: dict[int, Value] = {}
        gaps: dict[int, Reason] = {}
        for id_ in fields:
            call = CALLS.get(id_)
            if call is not None:
                try:
                    values[id_] = call(self._door, handle)
                except Refused as refusal:
                    gaps[id_] = refusal.reason
            elif id_ not in FIELD_VALUES:
                gaps[id_] = Reason.UNSUPPORTED
        self._field_values(handle, [id_ for id_ in fields if id_ in FIELD_VALUES], values, gaps)
        if XID in fields and device in self._listening:
            # Heard through events alone: the last code is what the exporter's tally holds.
            del gaps[XID]
            values[XID] = 0
        reading = Reading(device, values, gaps)
        return Report(device, self._clock.now(), (reading,), tuple(self._events(device)))

    def close(self) -> None:
        for heard in self._listening.values():
            self._door.call("nvmlEventSetFree", heard)
        self._door.call("nvmlShutdown")

    def _gpu(self, index: int, handle: object) -> Gpu:
        bus = self._door.call("nvmlDeviceGetPciInfo", handle)
        return Gpu(
            index=index,
            uuid=self._door.call("nvmlDeviceGetUUID", handle),
            pci_bus_id=f"{bus.domain:08X}:{bus.bus:02X}:{bus.device:02X}.0",
            model=self._door.call("nvmlDeviceGetName", handle),
        )

    def _listen(self, gpu: Gpu, handle: object) -> None:
        try:
            heard = self._door.call("nvmlEventSetCreate")
            critical = self._door.constant("nvmlEventTypeXidCriticalError")
            self._door.call("nvmlDeviceRegisterEvents", handle, critical, heard)
        except Refused:
            return  # Such a board gives a gap for the XID field: nothing is heard, not zero.
        self._listening[gpu] = heard

    def _events(self, device: Device) -> Iterator[Xid]:
        heard = self._listening.get(device)
        if heard is None:
            return
        for _ in range(_MOST_EVENTS):
            try:
                event = self._door.call("nvmlEventSetWait_v2", heard, 0)
            except Refused:
                return  # Timed out at once: the queue is empty.
            yield Xid(self._clock.now(), int(event.eventData))

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
            else:
                values[id_] = SCALED.get(id_, int)(_number(answer))


def _number(answer: Any) -> int:
    """The member of the union that the value's type names; all we ask for are integers."""
    members = ("dVal", "uiVal", "ulVal", "ullVal", "sllVal", "siVal", "usVal")
    return int(getattr(answer.value, members[answer.valueType]))
