"""Integrals: energy, bytes, cycles and slowed time. They only ever grow."""

from warpwatch.sources.sim.physics.clocks import Reason
from warpwatch.sources.sim.state import State

_CAPPED = int(Reason.SW_POWER_CAP)
_SW_THERMAL = int(Reason.SW_THERMAL)
_HW_THERMAL = int(Reason.HW_THERMAL)
_BRAKE = int(Reason.HW_POWER_BRAKE)
_IDLE = int(Reason.IDLE)


def count(state: State, seconds: float) -> None:
    activity = state.activity
    state.energy += state.power * seconds
    cycles = sm_hertz(state) * seconds
    state.cycles += cycles
    if activity.busy:
        state.sm_active_cycles += cycles * activity.sm
        state.tensor_cycles += cycles * activity.tensor
        state.imma_cycles += cycles * activity.imma
        state.dfma_cycles += cycles * activity.dfma
        state.integer_cycles += cycles * activity.integer
        state.fp64_cycles += cycles * activity.fp64
        state.fp32_cycles += cycles * activity.fp32
        state.fp16_cycles += cycles * activity.fp16
    if activity.awake:
        peak = pcie_peak(state) * seconds
        state.pcie_tx_bytes += peak * activity.pcie_tx
        state.pcie_rx_bytes += peak * activity.pcie_rx
        peak = nvlink_peak(state) * seconds
        state.nvlink_tx_bytes += peak * activity.nvlink_tx
        state.nvlink_rx_bytes += peak * activity.nvlink_rx
    if state.reasons:
        _slowed(state, seconds * 1e9)


def _slowed(state: State, nanoseconds: float) -> None:
    reasons = state.reasons
    if reasons & _IDLE:
        state.idle_ns += nanoseconds
    if reasons & _CAPPED:
        state.power_ns += nanoseconds
    if reasons & _SW_THERMAL:
        state.sw_thermal_ns += nanoseconds
    if reasons & _HW_THERMAL:
        state.hw_thermal_ns += nanoseconds
    if reasons & _BRAKE:
        state.brake_ns += nanoseconds
    if reasons & (_SW_THERMAL | _HW_THERMAL):
        state.hot_ns += nanoseconds
    if reasons & (_CAPPED | _BRAKE):
        state.scarce_ns += nanoseconds


def sm_hertz(state: State) -> float:
    return state.pace * state.board.clocks.sm_max * 1e6


_PCIE_LANE = {1: 0.25e9, 2: 0.5e9, 3: 0.985e9, 4: 1.969e9, 5: 3.938e9, 6: 7.563e9}
"""Bytes a second of one lane, one way, by generation."""


def pcie_gen(state: State) -> int:
    """Boards at rest may train their link down; a fault may hold it down."""
    pcie = state.board.pcie
    gen = pcie.gen if state.activity.awake else pcie.gen_idle
    held = state.strain.pcie_gen
    return gen if held is None else min(gen, held)


def pcie_width(state: State) -> int:
    held = state.strain.pcie_width
    width = state.board.pcie.width
    return width if held is None else min(width, held)


def pcie_peak(state: State) -> float:
    """Bytes a second, one way."""
    return _PCIE_LANE[pcie_gen(state)] * pcie_width(state)


def nvlink_peak(state: State) -> float:
    """Bytes a second over all links that are up, one way."""
    nvlink = state.board.nvlink
    if nvlink is None:
        return 0.0
    up = nvlink.links - len(state.strain.links_down)
    return nvlink.gigabytes * 0.5e9 * up / nvlink.links
