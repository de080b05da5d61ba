"""One rank is slow. The others wait for it in collectives, whose kernels spin: by GPU_UTIL
they look as busy as it does.
"""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload


def slow_rank(work: Work) -> int:
    return work.job.seed % work.job.size


def drive(activity: Activity, work: Work, _time: float, noise: Noise) -> None:
    activity.memory = 0.68
    activity.busy = 1.0
    if work.rank == slow_rank(work):
        activity.sm = 0.88 + 0.02 * noise.sm
        activity.occupancy = 0.27
        activity.tensor = 0.55 + 0.02 * noise.tensor
        activity.fp32 = 0.12
        activity.dram = 0.44 + 0.02 * noise.dram
    else:
        activity.sm = 0.33 + 0.03 * noise.sm
        activity.occupancy = 0.09
        activity.tensor = 0.17 + 0.02 * noise.tensor
        activity.fp32 = 0.04
        activity.dram = 0.15 + 0.01 * noise.dram
    activity.nvlink_rx = activity.nvlink_tx = 0.09 + 0.02 * noise.nvlink
    activity.pcie_rx = 0.010 + 0.003 * noise.pcie
    activity.pcie_tx = 0.006 + 0.002 * noise.pcie


IMBALANCED = Workload(
    "imbalanced",
    "one slow rank, the others spin for it",
    drive,
    command="torchrun pretrain.py",
    gang=True,
)
