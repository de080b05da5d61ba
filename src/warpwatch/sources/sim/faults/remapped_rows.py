"""Rows of memory replaced by spare ones, each in a bank of its own: XID 63."""

from warpwatch.samples.sample import Kind
from warpwatch.sources.sim.faults.fault import Count
from warpwatch.sources.sim.faults.remap import RemapFault
from warpwatch.sources.sim.state import State


class RemappedRows(RemapFault, frozen=True, tag="remapped_rows"):
    uncorrectable: Count = 1
    correctable: Count = 0

    def begin(self, state: State, time: float) -> None:
        wear = state.wear
        wear.remapped_uncorrectable += self.uncorrectable
        wear.remapped_correctable += self.correctable
        rows = self.uncorrectable + self.correctable
        wear.banks_high = min(wear.banks_high + rows, state.board.ecc.banks)
        state.xid(63, time)
        state.happened(Kind.ROW_REMAP, time)
