"""Uncorrectable errors in the chip's own memory, beyond what NVIDIA calls acceptable: they are
double-bit errors like any others, XID 48 and 94 or 95, but there are no rows to remap.
"""

from warpwatch.samples.sample import Kind
from warpwatch.sources.sim.faults.fault import Count
from warpwatch.sources.sim.faults.remap import RemapFault
from warpwatch.sources.sim.state import State


class SramThreshold(RemapFault, frozen=True, tag="sram_threshold"):
    count: Count = 5
    contained: bool = True

    def begin(self, state: State, time: float) -> None:
        wear = state.wear
        wear.dbe_sram += self.count
        wear.dbe_volatile += self.count
        wear.dbe_aggregate += self.count
        wear.sram_threshold = True
        state.xid(48, time)
        state.happened(Kind.ECC_UNCORRECTED, time)
        state.xid(94 if self.contained and state.board.ecc.contained else 95, time)

    def end(self, state: State) -> None:
        state.wear.sram_threshold = False
