"""The program on the GPU keeps what it should give back: memory in use grows and grows."""

from warpwatch.sources.sim.faults.fault import Fault, Rate
from warpwatch.sources.sim.state import State


class Leak(Fault, frozen=True, tag="leak"):
    mib_per_minute: Rate = 500.0

    def press(self, state: State, since: float) -> None:
        lost = self.mib_per_minute * since / 60.0
        state.strain.leaked += lost / state.board.memory.total
