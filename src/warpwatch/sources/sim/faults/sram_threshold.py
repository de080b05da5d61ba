"""Uncorrectable errors in the chip's own memory, beyond what NVIDIA calls acceptable."""

from warpwatch.sources.sim.faults.fault import Count
from warpwatch.sources.sim.faults.remap import RemapFault
from warpwatch.sources.sim.state import State


class SramThreshold(RemapFault, frozen=True, tag="sram_threshold"):
    count: Count = 5

    def begin(self, state: State, time: float) -> None:
        del time
        state.wear.dbe_sram += self.count
        state.wear.sram_threshold = True

    def end(self, state: State) -> None:
        state.wear.sram_threshold = False
