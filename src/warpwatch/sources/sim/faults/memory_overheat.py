"""The memory stacks get too warm while the GPU beside them does not."""

from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.faults.fault import Degrees, Fault
from warpwatch.sources.sim.state import State


class MemoryOverheat(Fault, frozen=True, tag="memory_overheat"):
    degrees: Degrees = 45.0

    def problem(self, board: Board) -> str:
        return "" if board.hbm else "has no sensor in its memory"

    def press(self, state: State, since: float, seconds: float) -> None:
        del since, seconds
        state.strain.warmth_memory += self.degrees
