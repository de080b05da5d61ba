"""Video in, video out: the fixed engines work, the SMs hardly."""

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.work import Work, Workload


def drive(activity: Activity, _work: Work, _time: float, jitter: float) -> None:
    activity.busy = 0.16 + 0.03 * jitter
    activity.sm = 0.09
    activity.occupancy = 0.03
    activity.integer = 0.03
    activity.dram = 0.12
    activity.encoder = 0.55 + 0.10 * jitter
    activity.decoder = 0.70 + 0.10 * jitter
    activity.pcie_rx = 0.05
    activity.pcie_tx = 0.04
    activity.memory = 0.09


TRANSCODING = Workload("transcoding", "video through the encoder and decoder", drive)
