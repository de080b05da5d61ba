"""Which clocks the activity gets, and why not more.

Clocks are lowered by whatever allows least: the power limit, heat, or hardware that halves
them. Each is solved for, not regulated towards, so that the length of a tick changes nothing.
"""

from enum import IntFlag

from warpwatch.sources.sim.physics.power import CLOCK_EXPONENT, demand
from warpwatch.sources.sim.state import State


class Reason(IntFlag):
    """Bits of the clock-event mask."""

    IDLE = 0x1
    SW_POWER_CAP = 0x4
    HW_SLOWDOWN = 0x8
    SW_THERMAL = 0x20
    HW_THERMAL = 0x40
    HW_POWER_BRAKE = 0x80


_IDLE = int(Reason.IDLE)
_CAPPED = int(Reason.SW_POWER_CAP)
_SW_THERMAL = int(Reason.SW_THERMAL)
_HW_THERMAL = int(Reason.HW_THERMAL | Reason.HW_SLOWDOWN)
_BRAKE = int(Reason.HW_POWER_BRAKE | Reason.HW_SLOWDOWN)
_HALF = 0.5


def choose(state: State) -> None:
    """Set pace, power and reasons for the activity at hand."""
    plant, activity = state.plant, state.activity
    if not activity.awake:
        state.pace = plant.floor
        state.power = plant.idle + plant.span * demand(activity)
        state.reasons = _IDLE | _BRAKE if state.strain.brake else _IDLE
        return
    wanted = plant.span * demand(activity)
    pace, reasons = 1.0, 0 if activity.busy else _IDLE
    most = state.board.power.limit - plant.idle
    if wanted > most:
        pace = (most / wanted) ** (1 / CLOCK_EXPONENT)
        reasons |= _CAPPED
    pace, reasons = _cooled(state, wanted, pace, reasons)
    if state.strain.brake:
        pace, reasons = min(pace, _HALF), reasons | _BRAKE
    if pace < 1.0:
        pace = max(pace, plant.floor)
        activity.slow(pace)
        for part in state.parts:
            part.activity.slow(pace)
    state.pace = pace
    state.power = plant.idle + wanted * pace**CLOCK_EXPONENT
    state.reasons = reasons


def _cooled(state: State, wanted: float, pace: float, reasons: int) -> tuple[float, int]:
    """Software keeps the GPU at its highest operating temperature, by the power that the
    cooling can carry off there; hardware halves the clocks when that was not enough.
    """
    plant, limits = state.plant, state.board.thermal
    if state.temperature >= limits.max_operating:
        strain = state.strain
        above = limits.max_operating - plant.cold - strain.warmth
        bearable = above * strain.cooling / plant.resistance - plant.idle
        if wanted * pace**CLOCK_EXPONENT > bearable:
            pace = (max(bearable, 0.0) / wanted) ** (1 / CLOCK_EXPONENT)
            reasons |= _SW_THERMAL
    if state.board.hbm and state.hbm_temperature >= limits.hbm_max_operating:
        pace, reasons = min(pace, 0.7), reasons | _SW_THERMAL
    if state.temperature >= limits.slowdown:
        pace, reasons = min(pace, _HALF), reasons | _HW_THERMAL
    return pace, reasons
