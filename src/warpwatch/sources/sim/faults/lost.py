"""The GPU falls off the bus: XID 79, and every call on it fails from then on."""

from typing import ClassVar

from warpwatch.sources.sim.faults.fault import Access, Fault
from warpwatch.sources.sim.state import State


class Lost(Fault, frozen=True, tag="lost"):
    access: ClassVar[Access | None] = Access.LOST

    def begin(self, state: State, time: float) -> None:
        state.xid(79, time)
