"""Temperature by thermal mass: an exponential step towards where the power would settle it."""

import math

from warpwatch.sources.sim.physics.plant import HBM_BY_TRAFFIC
from warpwatch.sources.sim.state import State

_GPU_SECONDS = 45.0
_HBM_SECONDS = 70.0


def settled(state: State, power: float) -> tuple[float, float]:
    """Where GPU and memory would end at this power. Cooling that is lost is heat that each
    watt piles up, so a GPU at rest hardly feels it.
    """
    plant, strain = state.plant, state.strain
    watts = power / strain.cooling
    traffic = HBM_BY_TRAFFIC * state.activity.dram / strain.cooling
    air = state.noise.air
    gpu = plant.cold + air + plant.resistance * watts
    memory = plant.hbm_cold + air + (plant.hbm_resistance * watts + traffic) / strain.cooling_memory
    return gpu, memory


def warm(state: State, seconds: float) -> None:
    """A step that crosses the slowdown temperature ends there, since hardware does not wait
    for the next one.
    """
    gpu, memory = settled(state, state.power)
    limits, before = state.board.thermal, state.temperature
    after = before - (gpu - before) * math.expm1(-seconds / _GPU_SECONDS)
    most = limits.slowdown if before < limits.slowdown else limits.shutdown
    state.temperature = min(after, most)
    state.hbm_temperature -= (memory - state.hbm_temperature) * math.expm1(-seconds / _HBM_SECONDS)


def settle(state: State) -> None:
    """Straight to the end: a simulation begins with a machine that has been running."""
    gpu, memory = settled(state, state.power)
    state.temperature = min(gpu, state.board.thermal.max_operating)
    state.hbm_temperature = memory


def fan(state: State) -> int:
    """Per cent; boards with fans let them rest while cool."""
    if state.strain.fan_stopped:
        return 0
    warmth = state.temperature - 48.0
    return 0 if warmth < 0 else min(100, int(30 + 2.2 * warmth))
