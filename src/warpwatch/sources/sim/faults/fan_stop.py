"""The air stands still: the board's own fan, or the chassis' over a passive board."""

from typing import Annotated

import msgspec

from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.state import State


class FanStop(Fault, frozen=True, tag="fan_stop"):
    cooling: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.4
    """Share of the heat that still gets away at the same temperature."""

    def press(self, state: State, since: float) -> None:
        del since
        state.strain.cooling *= self.cooling
        state.strain.fan_stopped = True

    def end(self, state: State) -> None:
        state.wear.off_bus = False
