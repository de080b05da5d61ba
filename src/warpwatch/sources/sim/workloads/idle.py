"""A GPU that nobody has."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload


def drive(_activity: Activity, _work: Work, _time: float, _noise: Noise) -> None:
    """Nothing runs: the activity is at rest already."""


IDLE = Workload("idle", "no process at all", drive)
