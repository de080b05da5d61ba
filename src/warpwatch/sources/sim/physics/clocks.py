"""Which clocks the activity gets, and why not more.

Clocks are lowered by whatever allows least: the power limit, heat, or hardware that halves
them. The power limit is solved for, since it acts within milliseconds; heat is regulated.
"""

from enum import IntFlag

from warpwatch.sources.sim.physics import throttle
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
_RIPPLE = 0.006
"""By which power strays, at rest up and down, under load from its highest down."""


def choose(state: State, seconds: float) -> None:
    """Set pace, power and reasons for the activity at hand."""
    plant, activity = state.plant, state.activity
    wanted = plant.span * demand(activity)
    if activity.awake:
        _lower(state, wanted, seconds)
        drawn = wanted * state.pace**CLOCK_EXPONENT
    else:
        state.pace, state.ceiling = plant.floor, 1.0
        state.reasons = _IDLE | _BRAKE if state.strain.brake else _IDLE
        drawn = wanted
    ripple = _RIPPLE * state.noise.watts
    state.power = round(plant.idle * (1.0 + ripple) + drawn * (1.0 - _RIPPLE - ripple), 3)


def _lower(state: State, wanted: float, seconds: float) -> None:
    plant, activity = state.plant, state.activity
    pace, reasons = 1.0, 0 if activity.busy else _IDLE
    most = state.board.power.limit - plant.idle
    if wanted > most:
        pace = (most / wanted) ** (1 / CLOCK_EXPONENT)
        reasons |= _CAPPED
    ceiling = throttle.software(state, wanted * pace**CLOCK_EXPONENT, seconds)
    if ceiling < 1.0:
        pace, reasons = pace * ceiling, reasons | _SW_THERMAL
    if throttle.hardware(state):
        pace, reasons = min(pace, _HALF), reasons | _HW_THERMAL
    if state.strain.brake:
        pace, reasons = min(pace, _HALF), reasons | _BRAKE
    if pace < 1.0:
        pace = max(pace, plant.floor)
        activity.slow(pace)
        for part in state.parts:
            part.activity.slow(pace)
    state.pace, state.reasons = pace, reasons
