"""Training in step: compute, and now and then all ranks wait for data or a checkpoint.

The instants come from the job's seed, so the GPUs of a job stall and save together, as
ranks that meet in a collective do.
"""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload

LOADING = 60.0
CHECKPOINT_EVERY = 900.0
CHECKPOINT = 25.0
STALL_WINDOW = 15.0
STALL_CHANCE = 0.04
_RANKS, _PHASES, _PIPES = 2_000_000, 3_000_000, 1_000_001
"""Where the draws of each purpose begin, out of the way of those for stalls."""


def drive(activity: Activity, work: Work, time: float, noise: Noise) -> None:
    job = work.job
    since = time - job.begun
    if since < LOADING:
        activity.awake = True
        activity.memory = _plateau(work, 0) * max(since, 0.0) / LOADING
        activity.pcie_rx = 0.35 + 0.03 * noise.pcie
        return
    phase, into = divmod(since, CHECKPOINT_EVERY)
    activity.memory = _plateau(work, int(phase))
    activity.pcie_rx = 0.020 + 0.005 * noise.pcie
    activity.pcie_tx = 0.010 + 0.003 * noise.sm
    if into < CHECKPOINT:
        activity.busy = 0.06
        activity.sm = 0.03
        activity.pcie_tx = 0.38 + 0.05 * noise.pcie
        activity.dram = 0.03
        return
    if draw(job.seed, int(since / STALL_WINDOW) + 1) < STALL_CHANCE:
        activity.busy = 0.22 + 0.04 * noise.busy
        activity.sm = 0.12 + 0.01 * noise.sm
        activity.tensor = 0.04
        return
    _steps(activity, work, noise)


def _steps(activity: Activity, work: Work, noise: Noise) -> None:
    activity.busy = 0.98 + 0.02 * noise.busy
    activity.sm = 0.86 + 0.03 * noise.sm
    activity.occupancy = 0.26 + 0.015 * noise.sm + 0.01 * noise.busy
    activity.tensor = 0.48 + 0.14 * draw(work.job.seed, _PIPES) + 0.03 * noise.tensor
    activity.fp32 = 0.12 + 0.01 * noise.sm
    activity.fp16 = 0.05 + 0.005 * noise.tensor
    activity.integer = 0.10 + 0.01 * noise.busy
    activity.dram = 0.42 + 0.03 * noise.dram
    if work.job.size > 1:
        activity.nvlink_rx = 0.30 + 0.04 * noise.nvlink
        activity.nvlink_tx = 0.30 + 0.04 * noise.nvlink + 0.005 * noise.pcie


def _plateau(work: Work, phase: int) -> float:
    """What the allocator holds: it keeps what it once took, so the memory in use stands still
    from one checkpoint to the next, at a height of the rank's own.
    """
    seed = work.job.seed
    depth = 0.62 + 0.28 * draw(seed, 0)
    return depth + 0.01 * draw(seed, _RANKS + work.rank) + 0.008 * draw(seed, _PHASES + phase)


TRAINING = Workload(
    "training",
    "training with data stalls and checkpoints",
    drive,
    command="torchrun train.py",
    gang=True,
)
