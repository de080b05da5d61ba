"""The InfoROM, where a board keeps its counts, fails its checksum."""

from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.state import State


class Inforom(Fault, frozen=True, tag="inforom"):
    def begin(self, state: State, time: float) -> None:
        del time
        state.wear.inforom_valid = False

    def end(self, state: State) -> None:
        state.wear.inforom_valid = True
