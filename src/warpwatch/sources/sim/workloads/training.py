"""Training in step: compute, and now and then all ranks wait for data or a checkpoint.

The instants come from the job's seed, so the GPUs of a job stall and save together, as
ranks that meet in a collective do.
"""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.work import Work, Workload

LOADING = 60.0
CHECKPOINT_EVERY = 900.0
CHECKPOINT = 25.0
STALL_WINDOW = 15.0
STALL_CHANCE = 0.04


def drive(activity: Activity, work: Work, time: float, jitter: float) -> None:
    job = work.job
    since = time - job.begun
    depth = 0.62 + 0.28 * draw(job.seed, 0)
    if since < LOADING:
        activity.awake = True
        activity.memory = depth * max(since, 0.0) / LOADING
        activity.pcie_rx = 0.35
        return
    activity.memory = depth + 0.01 * jitter
    if since % CHECKPOINT_EVERY < CHECKPOINT:
        activity.busy = 0.06
        activity.sm = 0.03
        activity.pcie_tx = 0.38 + 0.05 * jitter
        activity.dram = 0.03
        return
    if draw(job.seed, int(since / STALL_WINDOW) + 1) < STALL_CHANCE:
        activity.busy = 0.22 + 0.04 * jitter
        activity.sm = 0.12
        activity.tensor = 0.04
        activity.pcie_rx = 0.02
        return
    activity.busy = 0.98
    activity.sm = 0.86 + 0.03 * jitter
    activity.occupancy = 0.26 + 0.02 * jitter
    activity.tensor = 0.48 + 0.14 * draw(job.seed, 1_000_001) + 0.03 * jitter
    activity.fp32 = 0.12
    activity.fp16 = 0.05
    activity.integer = 0.10
    activity.dram = 0.42 + 0.03 * jitter
    activity.pcie_rx = 0.02 + 0.005 * jitter
    activity.pcie_tx = 0.01
    if job.size > 1:
        activity.nvlink_rx = activity.nvlink_tx = 0.30 + 0.04 * jitter


TRAINING = Workload("training", "training with data stalls and checkpoints", drive, gang=True)
