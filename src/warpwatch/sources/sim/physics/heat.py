"""Temperature by thermal mass: an exponential step towards where the power would settle it."""

from warpwatch.sources.sim.physics.plant import HBM_BY_TRAFFIC
from warpwatch.sources.sim.state import State


def settled(state: State) -> tuple[float, float]:
    """Where GPU and memory would end at the present power."""
    plant, strain = state.plant, state.strain
    watts = state.power / strain.cooling
    gpu = plant.cold + strain.warmth + plant.resistance * watts
    memory = (
        plant.hbm_cold
        + strain.warmth_memory
        + plant.hbm_resistance * watts
        + HBM_BY_TRAFFIC * state.activity.dram
    )
    return gpu, memory


def warm(state: State) -> None:
    gpu, memory = settled(state)
    plant, limits = state.plant, state.board.thermal
    temperature = state.temperature + (gpu - state.temperature) * plant.gain
    state.temperature = min(temperature, limits.shutdown)
    state.hbm_temperature += (memory - state.hbm_temperature) * plant.hbm_gain


def settle(state: State) -> None:
    """Straight to the end: a simulation begins with a machine that has been running."""
    gpu, memory = settled(state)
    state.temperature = min(gpu, state.board.thermal.max_operating)
    state.hbm_temperature = memory


def fan(state: State) -> int:
    """Per cent; boards with fans let them rest while cool."""
    if state.strain.cooling < 1.0:
        return 0
    warmth = state.temperature - 48.0
    return 0 if warmth < 0 else min(100, int(30 + 2.2 * warmth))
