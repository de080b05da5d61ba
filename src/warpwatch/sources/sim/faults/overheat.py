"""The heat sink came loose: each watt warms the GPU more. Software takes clocks back, beyond
that hardware halves them, and where even this is not enough the GPU switches itself off.
"""

from warpwatch.sources.sim.faults.fault import Degrees, Fault
from warpwatch.sources.sim.state import State


class Overheat(Fault, frozen=True, tag="overheat"):
    degrees: Degrees = 45.0
    """By which a full load would settle above its usual temperature, if clocks stayed up."""

    def press(self, state: State, since: float) -> None:
        del since
        rise = state.plant.rise
        state.strain.cooling *= rise / (rise + self.degrees)

    def end(self, state: State) -> None:
        state.wear.off_bus = False
