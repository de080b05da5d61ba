"""A source that says what a test tells it to."""

import threading
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from warpwatch.fields.catalogue import BY_ID
from warpwatch.fields.field import Number
from warpwatch.samples.entity import Device, Gpu
from warpwatch.samples.sample import Event, Reading, Reason, Report, Value
from warpwatch.sources.base import Inventory, SourceInfo

VALUES: dict[Number, Value] = {Number.INT: 7, Number.FLOAT: 0.5, Number.TEXT: "a text"}


class ScriptedSource:
    """Every field has a value by its kind of number; a test changes what it wants to see change."""

    def __init__(self, gpus: int = 2) -> None:
        self.devices: tuple[Device, ...] = tuple(make_gpu(index) for index in range(gpus))
        self.info = SourceInfo("scripted")
        self.now = 1000.0
        self.values: dict[int, Value] = {}
        self.gaps: dict[int, Reason] = {}
        self.events: dict[Device, tuple[Event, ...]] = {}
        self.hold: dict[Device, threading.Event] = {}
        self.fault: Callable[[Device], None] | None = None
        self.take_stock: Callable[[], Inventory] | None = None
        self.closed = False

    def inventory(self) -> Inventory:
        if self.take_stock is not None:
            return self.take_stock()
        return Inventory(self.info, self.devices)

    def read(self, device: Device, fields: AbstractSet[int]) -> Report:
        if device in self.hold:
            self.hold[device].wait(30)
        if self.fault is not None:
            self.fault(device)
        values = {id_: VALUES[BY_ID[id_].number] for id_ in fields if id_ not in self.gaps}
        values |= {id_: value for id_, value in self.values.items() if id_ in fields}
        gaps = {id_: reason for id_, reason in self.gaps.items() if id_ in fields}
        events = self.events.pop(device, ())
        return Report(device, self.now, (Reading(device, values, gaps),), events)

    def close(self) -> None:
        self.closed = True
        for held in self.hold.values():
            held.set()


def make_gpu(index: int = 0) -> Gpu:
    return Gpu(index, f"GPU-{index}", f"00000000:{index:02X}:00.0", "NVIDIA H100 80GB HBM3")
