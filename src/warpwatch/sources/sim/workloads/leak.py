"""A server that leaks: memory climbs until it is killed for want of it and starts anew."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.work import Work, Workload

RESTART = 30.0
_FRESH = 0.18


def life(work: Work) -> float:
    """Seconds from one start to the next."""
    return 1500.0 + 1200.0 * draw(work.job.seed, 0)


def drive(activity: Activity, work: Work, time: float, jitter: float) -> None:
    whole = life(work)
    since = (time - work.job.begun) % whole
    if since < RESTART:
        return
    activity.memory = _FRESH + (1.0 - _FRESH) * (since - RESTART) / (whole - RESTART)
    activity.busy = 0.46 + 0.06 * jitter
    activity.sm = 0.30 + 0.03 * jitter
    activity.occupancy = 0.10
    activity.tensor = 0.11
    activity.dram = 0.24
    activity.pcie_rx = 0.01
    activity.pcie_tx = 0.01


LEAK = Workload("leak", "memory grows until the process is killed and restarts", drive)
