"""A fault that has a place and a time: waiting, at work, or over."""

from dataclasses import dataclass
from math import inf

from warpwatch.sources.sim.faults.fault import Access, Fault
from warpwatch.sources.sim.state import State


@dataclass(slots=True)
class Incident:
    id: int
    fault: Fault
    begins: float
    """Simulated seconds since the epoch, on the grid of ticks."""
    ends: float = inf
    struck: bool = False

    def over(self, time: float) -> bool:
        return time >= self.ends

    def access(self, time: float) -> Access | None:
        return self.fault.access if self.begins <= time < self.ends else None

    def act(self, state: State, time: float, seconds: float) -> None:
        if time < self.begins or self.ends < self.begins:
            return  # not yet, or cleared before it could strike
        if not self.struck:
            self.struck = True
            self.fault.begin(state, self.begins)
        if self.over(time):
            self.fault.end(state)
        else:
            self.fault.press(state, time - self.begins, seconds)
