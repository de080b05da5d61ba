"""No GPUs, and the reason: what `auto` gives on a machine without a usable driver."""

from collections.abc import Set as AbstractSet

from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Report
from warpwatch.sources.base import Inventory, SourceInfo


class AbsentSource:
    def __init__(self, reason: str) -> None:
        self._inventory = Inventory(SourceInfo("none", detail=reason), ())

    def inventory(self) -> Inventory:
        return self._inventory

    def read(self, device: Device, fields: AbstractSet[int]) -> Report:
        raise LookupError(f"{device} is not in an empty inventory ({len(fields)} fields asked for)")

    def close(self) -> None:
        """Nothing is open."""
