"""A fault that has a place and a time: waiting, at work, or over."""

from dataclasses import dataclass
from math import inf

from warpwatch.sources.sim.faults.fault import Access, Fault
from warpwatch.sources.sim.state import State


@dataclass(slots=True, eq=False)
class Incident:
    id: int
    fault: Fault
    begins: float
    """Simulated seconds since the epoch."""
    ends: float = inf
    struck: bool = False
    _grown: float = 0.0
    """Up to so long after it began, what it adds up to has been counted."""

    def over(self, time: float) -> bool:
        return time >= self.ends

    def access(self, time: float) -> Access | None:
        return self.fault.access if self.begins <= time < self.ends else None

    def act(self, state: State, time: float) -> None:
        if time < self.begins:
            return
        if not self.struck:
            self.struck = True
            self.fault.begin(state, self.begins)
        since = min(time, self.ends) - self.begins
        self.fault.grow(state, self._grown, since)
        self._grown = since
        if self.over(time):
            self.fault.end(state)
        else:
            self.fault.press(state, since)
