"""What a GPU has behind it when a simulation begins: counters that differ from GPU to GPU.

Boards of one node were not all used alike, and some have had their small troubles; counters
that begin alike would show that nobody ever used them.
"""

from warpwatch.sources.sim.chance import draw, seed_of
from warpwatch.sources.sim.state import State

_LEAST_USE, _MOST_USE = 0.15, 0.75
"""Of full power, on average, since the driver was loaded."""
_PCIE_RX, _PCIE_TX, _NVLINK = 1.6e9, 0.8e9, 110e9
"""Bytes a second at full use."""
_CORRECTED, _MOST_CORRECTED = 0.15, 24
"""Share of boards whose memory has ever had an error that ECC mended, and how many at most."""


def write(state: State, begin: float) -> None:
    seed, power = seed_of(state.entity.uuid, "history"), state.board.power
    past = state.papers.uptime
    # What runs now has been running as it does.
    lately = 0.0 if state.work is None else min(max(begin - state.work.job.begun, 0.0), past)
    before = past - lately
    use = _LEAST_USE + (_MOST_USE - _LEAST_USE) * draw(seed, 0)
    average = power.idle + use * (power.burn - power.idle)
    state.energy = before * average + lately * state.power
    state.idle_ns = 1e9 * before * (1.0 - use) * draw(seed, 1)
    state.power_ns = state.scarce_ns = 1e9 * before * use * 0.02 * draw(seed, 2)
    state.pcie_rx_bytes = before * use * _PCIE_RX * draw(seed, 3)
    state.pcie_tx_bytes = before * use * _PCIE_TX * draw(seed, 4)
    if state.board.nvlink is not None:
        state.nvlink_rx_bytes = before * use * _NVLINK * draw(seed, 5)
        state.nvlink_tx_bytes = state.nvlink_rx_bytes * (0.98 + 0.04 * draw(seed, 6))
    if state.board.ecc.mechanism != "none":
        state.wear.sbe_aggregate = int(_MOST_CORRECTED * max(1.0 - draw(seed, 7) / _CORRECTED, 0.0))
