"""What nodes that work on the same jobs share."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from warpwatch.sources.sim.schedule import Schedule
from warpwatch.sources.sim.stage import Stage
from warpwatch.sources.sim.timeline import Timeline


@dataclass(frozen=True, slots=True)
class House:
    timeline: Timeline
    stage: Stage
    schedule: Schedule | None = None
    """Without it each node has a queue of its own."""
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    """Of faults."""
