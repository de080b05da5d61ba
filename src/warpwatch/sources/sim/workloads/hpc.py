"""A classical simulation: double precision, much memory traffic, no tensor pipes at all."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload


def drive(activity: Activity, work: Work, _time: float, noise: Noise) -> None:
    activity.busy = 0.975 + 0.02 * noise.busy
    activity.sm = 0.83 + 0.02 * noise.sm
    activity.occupancy = 0.42 + 0.01 * noise.sm
    activity.fp64 = 0.36 + 0.02 * noise.tensor
    activity.fp32 = 0.04 + 0.004 * noise.sm
    activity.integer = 0.12
    activity.dram = 0.55 + 0.03 * noise.dram
    activity.pcie_rx = 0.010 + 0.002 * noise.pcie
    activity.pcie_tx = 0.010 + 0.002 * noise.nvlink
    activity.memory = 0.31
    if work.job.size > 1:
        activity.nvlink_rx = activity.nvlink_tx = 0.12 + 0.02 * noise.nvlink


HPC = Workload("hpc", "a simulation in double precision", drive, command="gmx_mpi", gang=True)
