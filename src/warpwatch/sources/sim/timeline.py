"""Simulated time, and the grid of ticks on which all that happens happens.

States move from tick to tick, and at the moments of faults that were injected, so what is
read at a moment does not depend on who read what before.
"""

import math
from datetime import UTC

from warpwatch.clock import Clock
from warpwatch.sources.sim.scenario import Scenario

_NEARLY = 1e-9
"""Of a tick: a sum of floats may fall that short of the tick it means."""


class Timeline:
    __slots__ = ("_clock", "_frozen", "_speed", "_zero", "begin", "tick")

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        start = scenario.time.start
        if start is not None and start.tzinfo is None:
            start = start.replace(tzinfo=UTC)
        self.begin = clock.now() if start is None else start.timestamp()
        self.tick = float(scenario.tick)
        self._clock = clock
        self._zero = clock.monotonic()
        self._speed = scenario.time.speed
        self._frozen = scenario.time.frozen

    @property
    def frozen(self) -> bool:
        return self._frozen is not None

    def now(self) -> float:
        """Seconds since the epoch."""
        if self._frozen is not None:
            return self.begin + self._frozen
        return self.begin + (self._clock.monotonic() - self._zero) * self._speed

    def ticks(self, time: float) -> int:
        """Whole ticks from the beginning to a time."""
        return int((time - self.begin) / self.tick + _NEARLY)

    def at_tick(self, after: float) -> float:
        """The first tick that is no earlier than so long after the beginning."""
        if after == math.inf:
            return math.inf
        return self.begin + math.ceil(after / self.tick - _NEARLY) * self.tick
