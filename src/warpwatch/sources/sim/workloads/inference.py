"""A language-model server: load follows the day, decoding is bound by memory bandwidth."""

import math

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.work import Work, Workload

_DAY = 86400.0
_BUSIEST = 15 * 3600.0


def load(time: float, noise: float) -> float:
    """Share of the most requests: quiet before dawn, busiest in the afternoon (UTC)."""
    wave = 0.5 + 0.5 * math.cos(2 * math.pi * (time % _DAY - _BUSIEST) / _DAY)
    return 0.12 + 0.75 * wave + 0.08 * noise


def drive(activity: Activity, work: Work, time: float, noise: Noise) -> None:
    asked = load(time, noise.busy)
    prefill = draw(work.job.seed, int(time)) * asked
    activity.busy = 0.25 + 0.74 * asked
    activity.sm = 0.10 + 0.55 * asked + 0.03 * noise.sm
    activity.occupancy = 0.05 + 0.15 * asked + 0.01 * noise.sm
    activity.tensor = 0.03 + 0.10 * asked + 0.20 * prefill + 0.01 * noise.tensor
    activity.imma = 0.5 * activity.tensor
    activity.fp16 = 0.04 * asked
    activity.integer = 0.06 * asked
    activity.dram = 0.10 + 0.62 * asked + 0.02 * noise.dram
    activity.pcie_rx = 0.004 + 0.010 * asked + 0.001 * noise.pcie
    activity.pcie_tx = 0.002 + 0.006 * asked + 0.001 * noise.nvlink
    activity.memory = 0.91


INFERENCE = Workload(
    "inference",
    "a model server with a daily cycle",
    drive,
    command="python3 -m vllm.entrypoints.openai.api_server",
)
