"""A double-bit error, which ECC finds and cannot correct: XID 48. Boards that remap rows mark
the row, 63, for the next reset, and report 94 if only the process that read it dies, 95 if
everything does.
"""

from warpwatch.samples.sample import Kind
from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.faults.fault import Count, Fault
from warpwatch.sources.sim.state import State


class Dbe(Fault, frozen=True, tag="dbe"):
    count: Count = 1
    contained: bool = True

    def problem(self, board: Board) -> str:
        return "has no ECC" if board.ecc.mechanism == "none" else ""

    def begin(self, state: State, time: float) -> None:
        wear, ecc = state.wear, state.board.ecc
        wear.dbe_volatile += self.count
        wear.dbe_aggregate += self.count
        state.xid(48, time)
        state.happened(Kind.ECC_UNCORRECTED, time)
        if ecc.mechanism == "remap":
            wear.remapped_uncorrectable += 1
            wear.banks_high = min(wear.banks_high + 1, ecc.banks)
            wear.remap_pending = True
            state.xid(63, time)
            state.happened(Kind.ROW_REMAP, time)
            state.xid(94 if self.contained and ecc.contained else 95, time)

    def end(self, state: State) -> None:
        """The reset: the spare row is in use."""
        state.wear.remap_pending = False
