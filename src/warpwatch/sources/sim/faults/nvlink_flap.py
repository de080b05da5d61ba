"""A link that goes down and comes back, again and again: XID 74 when it starts."""

from typing import Annotated

import msgspec

from warpwatch.sources.sim.faults.nvlink import LinkFault
from warpwatch.sources.sim.state import State
from warpwatch.units import Seconds


class NvlinkFlap(LinkFault, frozen=True, tag="nvlink_flap"):
    every: Seconds = Seconds(60.0)
    down: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.5
    """Share of each round that the link is down, from its beginning; 1 for a dead link."""

    def begin(self, state: State, time: float) -> None:
        state.xid(74, time)

    def press(self, state: State, since: float, seconds: float) -> None:
        if self._is_down(since, seconds):
            state.strain.links_down |= {self.link}
        elif since >= seconds and self._is_down(since - seconds, seconds):
            state.wear.link(self.link).recovery += 1

    def _is_down(self, since: float, seconds: float) -> bool:
        """A round is never shorter than two ticks, or it could not be seen."""
        period = max(float(self.every), 2 * seconds)
        return since % period < self.down * period
