"""One small kernel in a loop: GPU_UTIL says 100, the GPU is all but empty."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload


def drive(activity: Activity, _work: Work, _time: float, _noise: Noise) -> None:
    activity.busy = 1.0
    activity.sm = activity.one_sm
    activity.occupancy = activity.one_sm / 8
    activity.fp32 = activity.one_sm / 4
    activity.dram = 0.002
    activity.memory = 0.01


ONE_SM = Workload("one_sm", "one small kernel that keeps one SM busy", drive, command="spin")
