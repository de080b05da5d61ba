"""Memory taken, nothing run: a model left loaded, a kernel somebody forgot."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload


def drive(activity: Activity, work: Work, _time: float, _noise: Noise) -> None:
    activity.awake = True
    activity.memory = 0.35 + 0.5 * draw(work.job.seed, 0)


HELD = Workload("held", "idle with memory held", drive, command="python3 -m ipykernel_launcher")
