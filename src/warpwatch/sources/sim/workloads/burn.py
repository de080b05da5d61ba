"""Matrix products without end: what boards are calibrated against."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.work import Work, Workload


def drive(activity: Activity, _work: Work, _time: float, _jitter: float) -> None:
    burn(activity)


def burn(activity: Activity) -> None:
    activity.busy = 1.0
    activity.sm = 0.99
    activity.occupancy = 0.18
    activity.tensor = 0.93
    activity.integer = 0.08
    activity.dram = 0.10
    activity.memory = 0.24


BURN = Workload("burn", "full power, for calibration and acceptance", drive)
