"""A classical simulation: double precision, much memory traffic, no tensor pipes at all."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.work import Work, Workload


def drive(activity: Activity, work: Work, _time: float, jitter: float) -> None:
    activity.busy = 0.97
    activity.sm = 0.83 + 0.02 * jitter
    activity.occupancy = 0.42
    activity.fp64 = 0.36 + 0.02 * jitter
    activity.fp32 = 0.04
    activity.integer = 0.12
    activity.dram = 0.55 + 0.03 * jitter
    activity.pcie_rx = activity.pcie_tx = 0.01
    activity.memory = 0.31
    if work.job.size > 1:
        activity.nvlink_rx = activity.nvlink_tx = 0.12 + 0.02 * jitter


HPC = Workload("hpc", "a simulation in double precision", drive, gang=True)
