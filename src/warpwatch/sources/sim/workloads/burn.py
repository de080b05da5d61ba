"""Matrix products without end: what boards are calibrated against."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload


def drive(activity: Activity, _work: Work, _time: float, noise: Noise) -> None:
    burn(activity)
    activity.tensor -= 0.004 * (1.0 + noise.tensor)
    activity.dram += 0.005 * noise.dram
    activity.pcie_rx = 0.0002 * (1.0 + noise.pcie)
    activity.pcie_tx = 0.0001 * (1.0 + noise.pcie)


def burn(activity: Activity) -> None:
    activity.busy = 1.0
    activity.sm = 0.99
    activity.occupancy = 0.18
    activity.tensor = 0.93
    activity.integer = 0.08
    activity.dram = 0.10
    activity.memory = 0.24


BURN = Workload("burn", "full power, for calibration and acceptance", drive, command="gpu_burn")
