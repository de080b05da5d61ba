"""The GPU loses its cooling, as by a heat sink that came loose: slowed, and at last off."""

from warpwatch.sources.sim.faults.fault import Degrees, Fault
from warpwatch.sources.sim.state import State


class Overheat(Fault, frozen=True, tag="overheat"):
    degrees: Degrees = 45.0
    """By which it would settle above its usual temperature."""

    def press(self, state: State, since: float, seconds: float) -> None:
        del since, seconds
        state.strain.warmth += self.degrees

    def end(self, state: State) -> None:
        state.wear.off_bus = False
