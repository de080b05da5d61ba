"""What is to be simulated: the values of a scenario file."""

from datetime import datetime
from typing import Annotated

import msgspec

from warpwatch.sources.sim.faults import AnyFault
from warpwatch.units import Seconds

MIXED = "mixed"
"""The workload that is none: jobs come and go as a schedule has it."""
MOST_GPUS = 64
MOST_SPEED = 3600.0
"""An hour a second: beyond it each read would have hours to catch up with."""


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    start: datetime | None = None
    """Simulated time of the beginning; without it, the clock's."""
    speed: Annotated[float, msgspec.Meta(gt=0, le=MOST_SPEED)] = 1.0
    frozen: Seconds | None = None
    """Stand still exactly this long after the beginning."""


class GpuGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    board: str
    count: Annotated[int, msgspec.Meta(ge=1, le=MOST_GPUS)] = 1
    workload: str | tuple[str, ...] = MIXED
    """One for all, or a list that is dealt to the GPUs in blocks, in order."""
    mig: tuple[str, ...] = ()
    """Profiles to cut each GPU of the group into."""


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    gpus: tuple[GpuGroup, ...]
    seed: int = 1
    tick: Seconds = Seconds(1.0)
    ambient: Annotated[float, msgspec.Meta(ge=-20, le=60)] = 25.0
    """Of the air that the GPUs draw in, degrees Celsius."""
    driver: str = "580.95.05"
    time: Timing = Timing()
    faults: tuple[AnyFault, ...] = ()

    @property
    def boards(self) -> tuple[tuple[str, GpuGroup], ...]:
        """The board of each GPU, and the group that it came by."""
        return tuple((group.board, group) for group in self.gpus for _ in range(group.count))
