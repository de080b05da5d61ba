"""Memory of the GPU and of its MIG instances: used, free and reserved are always the total."""

from warpwatch.fields import base_units, memory
from warpwatch.sources.sim.readings.reader import Reader
from warpwatch.sources.sim.state import Part, State
from warpwatch.units import MIB

_MIG_OVERHEAD = 59
"""MiB that are in use as soon as MIG is on."""
_INSTANCE_RESERVED = 13
_BAR1_BUSY = 4
_BAR1_IDLE = 1


def used(state: State) -> int:
    figures = state.board.memory
    if state.parts:
        return _MIG_OVERHEAD + sum(part_used(part) for part in state.parts)
    return int((figures.total - figures.reserved) * state.activity.memory)


def _free(state: State) -> int:
    figures = state.board.memory
    return figures.total - figures.reserved - used(state)


def _used_share(state: State) -> float:
    figures = state.board.memory
    return used(state) / (figures.total - figures.reserved)


def _bar1_used(state: State) -> int:
    return _BAR1_BUSY if state.activity.awake else _BAR1_IDLE


def _bar1_free(state: State) -> int:
    return state.board.memory.bar1 - _bar1_used(state)


def part_used(part: Part) -> int:
    return int((part.slice.mib - _INSTANCE_RESERVED) * part.activity.memory)


def part_free(part: Part) -> int:
    return part.slice.mib - _INSTANCE_RESERVED - part_used(part)


def part_used_share(part: Part) -> float:
    return part_used(part) / (part.slice.mib - _INSTANCE_RESERVED)


READERS: tuple[Reader[State], ...] = (
    Reader(memory.FB_TOTAL, lambda state: state.board.memory.total),
    Reader(memory.FB_USED, used),
    Reader(memory.FB_FREE, _free),
    Reader(memory.FB_RESERVED, lambda state: state.board.memory.reserved),
    Reader(memory.FB_USED_PERCENT, _used_share),
    Reader(memory.BAR1_TOTAL, lambda state: state.board.memory.bar1),
    Reader(memory.BAR1_USED, _bar1_used),
    Reader(memory.BAR1_FREE, _bar1_free),
    Reader(base_units.BAR1_CAPACITY_BYTES, lambda state: state.board.memory.bar1 * MIB),
    Reader(base_units.BAR1_USED_BYTES, lambda state: _bar1_used(state) * MIB),
    Reader(base_units.BAR1_FREE_BYTES, lambda state: _bar1_free(state) * MIB),
)

PART_READERS: tuple[Reader[Part], ...] = (
    Reader(memory.FB_TOTAL, lambda part: part.slice.mib),
    Reader(memory.FB_USED, part_used),
    Reader(memory.FB_FREE, part_free),
    Reader(memory.FB_RESERVED, lambda _: _INSTANCE_RESERVED),
    Reader(memory.FB_USED_PERCENT, part_used_share),
)
