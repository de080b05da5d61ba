"""Video in, video out: the fixed engines work, the SMs hardly."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload


def drive(activity: Activity, _work: Work, _time: float, noise: Noise) -> None:
    activity.busy = 0.16 + 0.03 * noise.busy
    activity.sm = 0.09 + 0.01 * noise.sm
    activity.occupancy = 0.03
    activity.integer = 0.03
    activity.dram = 0.12 + 0.01 * noise.dram
    activity.encoder = 0.55 + 0.10 * noise.tensor
    activity.decoder = 0.70 + 0.10 * noise.instant
    activity.pcie_rx = 0.05 + 0.01 * noise.pcie
    activity.pcie_tx = 0.04 + 0.01 * noise.nvlink
    activity.memory = 0.09


TRANSCODING = Workload(
    "transcoding", "video through the encoder and decoder", drive, command="ffmpeg"
)
