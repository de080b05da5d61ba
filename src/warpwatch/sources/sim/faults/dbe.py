"""A double-bit error, which ECC finds and cannot correct: XID 48, and on boards that remap
rows 94 if only the process that read it dies, 95 if everything does.
"""

from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.faults.fault import Count, Fault
from warpwatch.sources.sim.state import State


class Dbe(Fault, frozen=True, tag="dbe"):
    count: Count = 1
    contained: bool = True

    def problem(self, board: Board) -> str:
        return "has no ECC" if board.ecc.mechanism == "none" else ""

    def begin(self, state: State, time: float) -> None:
        state.wear.dbe_volatile += self.count
        state.wear.dbe_aggregate += self.count
        state.xid(48, time)
        ecc = state.board.ecc
        if ecc.mechanism == "remap":
            state.xid(94 if self.contained and ecc.contained else 95, time)
