"""A person at a notebook: a cell now and then, long thoughts between."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload

CELL = 45.0
CHANCE = 0.22


def drive(activity: Activity, work: Work, time: float, noise: Noise) -> None:
    seed = work.job.seed
    activity.awake = True
    activity.memory = 0.06 + 0.20 * draw(seed, 0)
    cell = draw(seed, int((time - work.job.begun) / CELL) + 1)
    if cell >= CHANCE:
        return
    effort = 0.4 + 0.5 * cell / CHANCE
    activity.busy = effort + 0.08 * noise.busy
    activity.sm = (0.45 + 0.04 * noise.sm) * effort
    activity.occupancy = 0.15 * effort
    activity.tensor = (0.12 + 0.02 * noise.tensor) * effort
    activity.fp32 = 0.18 * effort
    activity.dram = (0.20 + 0.03 * noise.dram) * effort
    activity.pcie_rx = (0.06 + 0.02 * noise.pcie) * effort


NOTEBOOK = Workload(
    "notebook", "an interactive session in bursts", drive, command="python3 -m ipykernel_launcher"
)
