"""The memory stacks lose touch with the heat sink: they get too warm, the GPU does not."""

from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.faults.fault import Degrees, Fault
from warpwatch.sources.sim.state import State


class MemoryOverheat(Fault, frozen=True, tag="memory_overheat"):
    degrees: Degrees = 45.0
    """By which it would settle above its usual temperature under a full load."""

    def problem(self, board: Board) -> str:
        return "" if board.hbm else "has no sensor in its memory"

    def press(self, state: State, since: float) -> None:
        del since
        rise = state.plant.hbm_rise
        state.strain.cooling_memory *= rise / (rise + self.degrees)
