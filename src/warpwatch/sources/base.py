"""What every source offers."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Report


@dataclass(frozen=True, slots=True)
class SourceInfo:
    name: str
    """`nvml`, `sim`, `replay`, `none`."""
    simulated: bool = False
    driver: str = ""
    detail: str = ""
    """One line for people: what was chosen, or why nothing could be."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is there now. The same object is returned for as long as nothing changes."""

    info: SourceInfo
    devices: tuple[Device, ...]


class Source(Protocol):
    """Devices that can be read. `read` may block for as long as a driver pleases: the
    caller gives each device a thread and a deadline of its own.
    """

    def inventory(self) -> Inventory: ...

    def read(self, device: Device, fields: AbstractSet[int]) -> Report:
        """The fields asked for, on the device and on its parts. A field that cannot be
        read is a gap in the report; reading never raises for what a device may do.
        """
        ...

    def close(self) -> None: ...


@runtime_checkable
class Releasable(Protocol):
    """A source that holds what others may need for themselves, and can let go of it."""

    def release(self, seconds: float) -> None:
        """Asks for it, without waiting: done soon, and undone after so many seconds. Meanwhile
        the devices stay in the inventory, and every field is a gap.
        """
        ...
