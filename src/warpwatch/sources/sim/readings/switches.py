"""NVSwitches: what they carry and how warm it makes them follows from the GPUs around them."""

from collections.abc import Sequence
from dataclasses import dataclass

from warpwatch.fields import nvswitch
from warpwatch.sources.sim.physics import counters
from warpwatch.sources.sim.readings.reader import Reader
from warpwatch.sources.sim.state import State
from warpwatch.units import KIB

_SLOWDOWN, _SHUTDOWN = 105, 125
_COLD, _BUSY = 34.0, 22.0


@dataclass(frozen=True, slots=True)
class SwitchView:
    """One switch of a node, for as long as it is being read."""

    index: int
    sent: float
    """KiB that GPUs have put through it, and so that it has passed on."""
    load: float
    """Share of the fabric's peak."""


def view(index: int, switches: int, states: Sequence[State]) -> SwitchView:
    """GPUs spread what they send evenly over the switches."""
    rate = sum(counters.nvlink_peak(state) * state.activity.nvlink_tx for state in states)
    peak = sum(counters.nvlink_peak(state) for state in states)
    sent = sum(state.nvlink_tx_bytes for state in states) / switches / KIB
    return SwitchView(index, sent, rate / peak if peak else 0.0)


READERS: tuple[Reader[SwitchView], ...] = (
    Reader(nvswitch.NVSWITCH_FATAL_ERRORS, lambda _: 0),
    Reader(nvswitch.NVSWITCH_NON_FATAL_ERRORS, lambda _: 0),
    Reader(
        nvswitch.NVSWITCH_TEMPERATURE_CURRENT,
        lambda switch: int(_COLD + _BUSY * switch.load + switch.index % 3),
    ),
    Reader(nvswitch.NVSWITCH_TEMPERATURE_LIMIT_SLOWDOWN, lambda _: _SLOWDOWN),
    Reader(nvswitch.NVSWITCH_TEMPERATURE_LIMIT_SHUTDOWN, lambda _: _SHUTDOWN),
    Reader(nvswitch.NVSWITCH_THROUGHPUT_TX, lambda switch: int(switch.sent)),
    Reader(nvswitch.NVSWITCH_THROUGHPUT_RX, lambda switch: int(switch.sent)),
    Reader(nvswitch.NVSWITCH_PHYS_ID, lambda switch: switch.index),
    Reader(nvswitch.NVSWITCH_RESET_REQUIRED, lambda _: 0),
)
