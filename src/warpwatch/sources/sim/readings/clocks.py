"""Clocks as they are and as they could be, in MHz and in Hz."""

from warpwatch.fields import base_units, clocks
from warpwatch.sources.sim.readings.reader import Reader, datacentre
from warpwatch.sources.sim.state import State

_STEP = 15
"""MHz between two clocks that a GPU can run at."""


def sm(state: State) -> int:
    figures = state.board.clocks
    if state.pace >= 1.0 or not state.activity.awake:
        return figures.sm_max if state.activity.awake else figures.sm_idle
    return max(int(state.pace * figures.sm_max) // _STEP * _STEP, figures.sm_idle)


def memory(state: State) -> int:
    figures = state.board.clocks
    return figures.memory_max if state.activity.awake else figures.memory_idle


def video(state: State) -> int:
    figures = state.board.clocks
    return figures.video_max if state.activity.awake else figures.video_idle


def _pstate(state: State) -> int:
    if not state.activity.awake:
        return state.board.clocks.pstate_idle
    return 2 if state.board.identity.brand == "GeForce" else 0


_HERTZ = 1_000_000

READERS: tuple[Reader[State], ...] = (
    Reader(clocks.SM_CLOCK, sm),
    Reader(clocks.MEM_CLOCK, memory),
    Reader(clocks.VIDEO_CLOCK, video),
    Reader(clocks.APP_SM_CLOCK, lambda state: state.board.clocks.sm_max, datacentre),
    Reader(clocks.APP_MEM_CLOCK, lambda state: state.board.clocks.memory_max, datacentre),
    Reader(clocks.MAX_SM_CLOCK, lambda state: state.board.clocks.sm_max),
    Reader(clocks.MAX_MEM_CLOCK, lambda state: state.board.clocks.memory_max),
    Reader(clocks.MAX_VIDEO_CLOCK, lambda state: state.board.clocks.video_max),
    Reader(clocks.PSTATE, _pstate),
    Reader(base_units.SM_CLOCK_HERTZ, lambda state: sm(state) * _HERTZ),
    Reader(base_units.MEMORY_CLOCK_HERTZ, lambda state: memory(state) * _HERTZ),
    Reader(base_units.VIDEO_CLOCK_HERTZ, lambda state: video(state) * _HERTZ),
    Reader(base_units.SM_MAX_CLOCK_HERTZ, lambda state: state.board.clocks.sm_max * _HERTZ),
    Reader(base_units.MEMORY_MAX_CLOCK_HERTZ, lambda state: state.board.clocks.memory_max * _HERTZ),
    Reader(base_units.VIDEO_MAX_CLOCK_HERTZ, lambda state: state.board.clocks.video_max * _HERTZ),
)
