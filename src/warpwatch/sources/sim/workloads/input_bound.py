"""The data loader cannot keep up: short bursts of compute, gaps while the GPU waits."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload


def drive(activity: Activity, work: Work, time: float, noise: Noise) -> None:
    batch = draw(work.job.seed, int((time - work.job.begun) / 5.0))
    fed = 0.15 + 0.35 * batch + 0.03 * noise.busy
    activity.busy = fed
    activity.sm = (0.72 + 0.02 * noise.sm) * fed
    activity.occupancy = 0.22 * fed
    activity.tensor = (0.38 + 0.02 * noise.tensor) * fed
    activity.fp32 = 0.12 * fed
    activity.dram = (0.40 + 0.02 * noise.dram) * fed
    activity.pcie_rx = 0.10 + 0.08 * noise.pcie
    activity.pcie_tx = 0.005 + 0.001 * noise.nvlink
    activity.memory = 0.42


INPUT_BOUND = Workload(
    "input_bound",
    "training that waits for its input",
    drive,
    command="python3 finetune.py",
    gang=True,
)
