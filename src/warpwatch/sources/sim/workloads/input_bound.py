"""The data loader cannot keep up: short bursts of compute, gaps while the GPU waits."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.work import Work, Workload


def drive(activity: Activity, work: Work, time: float, jitter: float) -> None:
    batch = draw(work.job.seed, int((time - work.job.begun) / 5.0))
    fed = 0.15 + 0.35 * batch + 0.03 * jitter
    activity.busy = fed
    activity.sm = 0.72 * fed
    activity.occupancy = 0.22 * fed
    activity.tensor = 0.38 * fed
    activity.fp32 = 0.12 * fed
    activity.dram = 0.40 * fed
    activity.pcie_rx = 0.10 + 0.08 * jitter
    activity.pcie_tx = 0.005
    activity.memory = 0.42


INPUT_BOUND = Workload("input_bound", "training that waits for its input", drive, gang=True)
