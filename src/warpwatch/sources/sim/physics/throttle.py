"""How heat takes clocks back: software in small steps, hardware by half.

Software regulates as a driver does: it looks a few seconds ahead, lowers the clocks while the
GPU is about to be too hot and gives them back more slowly, so the clock hunts around what the
cooling can carry off. It may take no more than two fifths; what is hotter still is for the
hardware. A step too long to regulate in ends where regulating would have ended.
"""

from warpwatch.sources.sim.physics.heat import settled
from warpwatch.sources.sim.physics.power import CLOCK_EXPONENT
from warpwatch.sources.sim.state import State

_LEAST = 0.6
_AHEAD = 8.0
"""Seconds."""
_LOWER, _RAISE = 0.012, 0.005
"""Of the pace, per second."""
_WARM, _COOL = 3.0, 0.4
"""Degrees below the limit at which software begins to look, and above which it gives nothing
back."""
_LONG = 10.0
_BISECTIONS = 12


def software(state: State, wanted: float, seconds: float) -> float:
    """Share of the pace that software leaves a GPU which would draw `wanted` watts over idle."""
    if seconds > _LONG:
        state.ceiling, state.excess = _balance(state, wanted), _excess(state)
        return state.ceiling
    before, excess = state.excess, _excess(state)
    state.excess = excess
    if excess < -_WARM and state.ceiling >= 1.0:
        return 1.0
    ahead = excess if seconds <= 0.0 else excess + _AHEAD * (excess - before) / seconds
    if ahead > 0.0:
        lowered = state.ceiling - _LOWER * seconds * min(0.5 + ahead, 3.0)
        state.ceiling = max(lowered, _LEAST)
    elif ahead < -_COOL:
        state.ceiling = min(state.ceiling + _RAISE * seconds, 1.0)
    return state.ceiling


def hardware(state: State) -> bool:
    """Whether the clocks are halved: from the slowdown temperature on, until it is left well
    behind.
    """
    limits = state.board.thermal
    least = limits.max_operating if state.halved else limits.slowdown
    state.halved = state.temperature >= least
    return state.halved


def _excess(state: State) -> float:
    return _above(state, state.temperature, state.hbm_temperature)


def _above(state: State, gpu: float, memory: float) -> float:
    """Degrees above the highest operating temperature, of the GPU or of its memory."""
    limits = state.board.thermal
    excess = gpu - limits.max_operating
    if state.board.hbm:
        return max(excess, memory - limits.hbm_max_operating)
    return excess


def _balance(state: State, wanted: float) -> float:
    """The share at which the temperature would come to rest at the limit."""

    def bearable(share: float) -> bool:
        power = state.plant.idle + wanted * share**CLOCK_EXPONENT
        return _above(state, *settled(state, power)) <= 0.0

    if bearable(1.0):
        return 1.0
    low, high = _LEAST, 1.0
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if bearable(middle) else (low, middle)
    return low
