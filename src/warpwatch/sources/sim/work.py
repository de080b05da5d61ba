"""A job, and the part of it that one GPU does."""

from collections.abc import Callable
from dataclasses import dataclass

from warpwatch.samples.owner import Owner
from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.noise import Noise


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    seed: int
    begun: float
    """When it began, in simulated seconds since the epoch."""
    workload: "Workload"
    size: int
    """How many GPUs it has, over all nodes."""


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    job: Job
    rank: int
    owners: tuple[Owner, ...]


@dataclass(frozen=True, slots=True)
class Workload:
    name: str
    summary: str
    drive: Callable[[Activity, Work, float, Noise], None]
    """Fills the activity in for the work at a time, given the noise of this GPU's own. It
    keeps no state, so all GPUs of a job agree on what the job is doing."""
    command: str = ""
    """What its processes are seen to run; empty for what has none."""
    gang: bool = False
    """Whether its GPUs work as one: they come as one job, and none is faster than the
    slowest."""
