"""Power, energy, temperature and fans."""

from warpwatch.fields import base_units, power, temperature
from warpwatch.sources.sim.physics import heat
from warpwatch.sources.sim.readings.reader import Reader, fans, hbm, margin
from warpwatch.sources.sim.state import State

_RIPPLE = 0.015
"""By which the instantaneous reading may stray from the mean."""


def _instant(state: State) -> float:
    return round(state.power * (1.0 + _RIPPLE * state.noise.instant), 3)


def _margin(state: State) -> int:
    return int(state.board.thermal.max_operating - state.temperature)


READERS: tuple[Reader[State], ...] = (
    Reader(power.POWER_USAGE, lambda state: state.power),
    Reader(power.POWER_USAGE_INSTANT, _instant),
    Reader(power.TOTAL_ENERGY_CONSUMPTION, lambda state: int(state.energy * 1000.0)),
    Reader(power.POWER_MGMT_LIMIT, lambda state: state.board.power.limit),
    Reader(power.POWER_MGMT_LIMIT_MIN, lambda state: state.board.power.min),
    Reader(power.POWER_MGMT_LIMIT_MAX, lambda state: state.board.power.max),
    Reader(power.POWER_MGMT_LIMIT_DEF, lambda state: state.board.power.limit),
    Reader(power.ENFORCED_POWER_LIMIT, lambda state: state.board.power.limit),
    Reader(base_units.GPU_ENERGY_JOULES_TOTAL, lambda state: int(state.energy)),
    Reader(temperature.GPU_TEMP, lambda state: int(state.temperature)),
    Reader(temperature.MEMORY_TEMP, lambda state: int(state.hbm_temperature), hbm),
    Reader(temperature.GPU_TEMP_LIMIT, _margin, margin),
    Reader(temperature.GPU_MAX_OP_TEMP, lambda state: int(state.board.thermal.max_operating)),
    Reader(
        temperature.MEM_MAX_OP_TEMP, lambda state: int(state.board.thermal.hbm_max_operating), hbm
    ),
    Reader(temperature.SLOWDOWN_TEMP, lambda state: int(state.board.thermal.slowdown)),
    Reader(temperature.SHUTDOWN_TEMP, lambda state: int(state.board.thermal.shutdown)),
    Reader(temperature.FAN_SPEED, heat.fan, fans),
    Reader(base_units.FAN_SPEED_RATIO, lambda state: heat.fan(state) / 100, fans),
)
