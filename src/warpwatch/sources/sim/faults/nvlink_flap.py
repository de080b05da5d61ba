"""A link that goes down and comes back, again and again: XID 74 when it starts."""

from typing import Annotated

import msgspec

from warpwatch.sources.sim.faults.nvlink import LinkFault
from warpwatch.sources.sim.state import State
from warpwatch.units import Seconds

_SHORTEST = 10.0
"""Seconds of a round: two ticks of a fleet, or it could not be seen there."""


class NvlinkFlap(LinkFault, frozen=True, tag="nvlink_flap"):
    every: Seconds = Seconds(60.0)
    down: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.5
    """Share of each round that the link is down, from its beginning; 1 for a dead link."""

    def begin(self, state: State, time: float) -> None:
        state.xid(74, time)

    def press(self, state: State, since: float) -> None:
        if since % self._round < self.down * self._round:
            state.strain.links_down |= {self.link}

    def grow(self, state: State, since: float, until: float) -> None:
        if self.down < 1.0:
            more = self._returns(until) - self._returns(since)
            state.wear.link(self.link).recovery += more

    @property
    def _round(self) -> float:
        return max(float(self.every), _SHORTEST)

    def _returns(self, time: float) -> int:
        """How often the link has come back by then."""
        return int(time / self._round + 1.0 - self.down)
