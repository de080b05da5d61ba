"""Single-bit errors, which ECC corrects: harmless one by one, a warning in numbers."""

from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.faults.fault import Count, Fault, Rate, grown
from warpwatch.sources.sim.state import State


class Sbe(Fault, frozen=True, tag="sbe"):
    count: Count = 1
    per_minute: Rate = 0.0

    def problem(self, board: Board) -> str:
        return "has no ECC" if board.ecc.mechanism == "none" else ""

    def begin(self, state: State, time: float) -> None:
        del time
        _add(state, self.count)

    def grow(self, state: State, since: float, until: float) -> None:
        _add(state, grown(self.per_minute, since, until))


def _add(state: State, count: int) -> None:
    state.wear.sbe_volatile += count
    state.wear.sbe_aggregate += count
