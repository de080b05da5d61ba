"""The job stands still in a collective whose peer never comes: the GPU spins, and looks busy."""

from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.state import State


class Spin(Fault, frozen=True, tag="spin"):
    def press(self, state: State, since: float) -> None:
        del since
        state.strain.spinning = True
