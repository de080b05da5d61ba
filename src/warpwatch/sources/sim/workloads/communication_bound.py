"""More exchange than compute: links near their peak, kernels that mostly move data."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload


def drive(activity: Activity, _work: Work, _time: float, noise: Noise) -> None:
    activity.busy = 0.985 + 0.015 * noise.busy
    activity.sm = 0.38 + 0.03 * noise.sm
    activity.occupancy = 0.12
    activity.tensor = 0.17 + 0.02 * noise.tensor
    activity.fp32 = 0.06
    activity.dram = 0.30 + 0.02 * noise.dram
    activity.nvlink_rx = activity.nvlink_tx = 0.74 + 0.05 * noise.nvlink
    activity.pcie_rx = 0.30 + 0.03 * noise.pcie
    activity.pcie_tx = 0.30 + 0.03 * noise.pcie + 0.01 * noise.nvlink
    activity.memory = 0.71


COMMUNICATION_BOUND = Workload(
    "communication_bound",
    "training bound by its collectives",
    drive,
    command="torchrun train_moe.py",
    gang=True,
)
