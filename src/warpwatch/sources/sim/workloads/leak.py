"""A server that leaks: memory climbs until it is killed for want of it and starts anew."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload

RESTART = 30.0
_FRESH = 0.18


def life(work: Work) -> float:
    """Seconds from one start to the next."""
    return 1500.0 + 1200.0 * draw(work.job.seed, 0)


def drive(activity: Activity, work: Work, time: float, noise: Noise) -> None:
    whole = life(work)
    since = (time - work.job.begun) % whole
    if since < RESTART:
        return
    activity.memory = _FRESH + (1.0 - _FRESH) * (since - RESTART) / (whole - RESTART)
    activity.busy = 0.46 + 0.06 * noise.busy
    activity.sm = 0.30 + 0.03 * noise.sm
    activity.occupancy = 0.10
    activity.tensor = 0.11 + 0.01 * noise.tensor
    activity.dram = 0.24 + 0.02 * noise.dram
    activity.pcie_rx = 0.010 + 0.002 * noise.pcie
    activity.pcie_tx = 0.010 + 0.002 * noise.nvlink


LEAK = Workload(
    "leak",
    "memory grows until the process is killed and restarts",
    drive,
    command="python3 gateway.py",
)
