"""Pages of memory taken out of use: how boards before Ampere live with bad cells."""

from warpwatch.samples.sample import Kind
from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.faults.fault import Count, Fault
from warpwatch.sources.sim.state import State


class RetiredPages(Fault, frozen=True, tag="retired_pages"):
    sbe: Count = 0
    dbe: Count = 1
    pending: bool = True

    def problem(self, board: Board) -> str:
        return "" if board.ecc.mechanism == "retire" else "remaps rows instead of retiring pages"

    def begin(self, state: State, time: float) -> None:
        state.wear.retired_sbe += self.sbe
        state.wear.retired_dbe += self.dbe
        state.wear.retired_pending = self.pending
        state.xid(63, time)
        state.happened(Kind.ROW_REMAP, time)

    def end(self, state: State) -> None:
        state.wear.retired_pending = False
