"""Shares of time and of cycles that the engines are active, of a GPU or of an instance."""

from collections.abc import Callable
from operator import attrgetter

from warpwatch.fields import profiling as prof
from warpwatch.fields import utilisation
from warpwatch.fields.field import Field
from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.physics import counters
from warpwatch.sources.sim.readings.reader import (
    Build,
    Reader,
    profiled,
    profiled_nvlink,
    whole,
)
from warpwatch.sources.sim.state import Part, State

_SHARES: tuple[tuple[Field, str], ...] = (
    (prof.PROF_GR_ENGINE_ACTIVE, "busy"),
    (prof.PROF_SM_ACTIVE, "sm"),
    (prof.PROF_SM_OCCUPANCY, "occupancy"),
    (prof.PROF_PIPE_TENSOR_ACTIVE, "tensor"),
    (prof.PROF_DRAM_ACTIVE, "dram"),
    (prof.PROF_PIPE_FP64_ACTIVE, "fp64"),
    (prof.PROF_PIPE_FP32_ACTIVE, "fp32"),
    (prof.PROF_PIPE_FP16_ACTIVE, "fp16"),
    (prof.PROF_PIPE_TENSOR_IMMA_ACTIVE, "imma"),
    (prof.PROF_PIPE_TENSOR_DFMA_ACTIVE, "dfma"),
    (prof.PROF_PIPE_INT_ACTIVE, "integer"),
)
"""Each field and the activity that it is."""


def _hmma(activity: Activity) -> float:
    return max(activity.tensor - activity.imma - activity.dfma, 0.0)


def _percent(share: float) -> int:
    return round(100.0 * share)


def _has_tensor_fp64(build: Build) -> bool:
    return profiled(build) and build.board.tensor_fp64


def _needs(name: str) -> Callable[[Build], bool]:
    return _has_tensor_fp64 if name == "dfma" else profiled


def _decoder(number: int, field: Field) -> Reader[State]:
    """The engines of a board share its video work evenly."""
    return Reader(
        field,
        lambda state: state.activity.decoder,
        lambda build: profiled(build) and number < build.board.decoders,
    )


def _cycles(field: Field, name: str) -> Reader[State]:
    return Reader(field, lambda state: int(getattr(state, name)), profiled)


READERS: tuple[Reader[State], ...] = (
    Reader(utilisation.GPU_UTIL, lambda state: _percent(state.activity.busy), whole),
    Reader(utilisation.MEM_COPY_UTIL, lambda state: _percent(state.activity.dram), whole),
    Reader(utilisation.ENC_UTIL, lambda state: _percent(state.activity.encoder), whole),
    Reader(utilisation.DEC_UTIL, lambda state: _percent(state.activity.decoder), whole),
    *(Reader(field, attrgetter(f"activity.{name}"), _needs(name)) for field, name in _SHARES),
    Reader(prof.PROF_PIPE_TENSOR_HMMA_ACTIVE, lambda state: _hmma(state.activity), profiled),
    *(_decoder(number, field) for number, field in enumerate(prof.PROF_NVDEC_ACTIVE)),
    _cycles(prof.PROF_SM_CYCLES_ELAPSED_TOTAL, "cycles"),
    _cycles(prof.PROF_SM_CYCLES_ACTIVE_TOTAL, "sm_active_cycles"),
    _cycles(prof.PROF_MMA_CYCLES_ACTIVE_TOTAL, "tensor_cycles"),
    _cycles(prof.PROF_IMMA_CYCLES_ACTIVE_TOTAL, "imma_cycles"),
    _cycles(prof.PROF_INT_CYCLES_ACTIVE_TOTAL, "integer_cycles"),
    _cycles(prof.PROF_FP64_CYCLES_ACTIVE_TOTAL, "fp64_cycles"),
    _cycles(prof.PROF_FP32_CYCLES_ACTIVE_TOTAL, "fp32_cycles"),
    _cycles(prof.PROF_FP16_CYCLES_ACTIVE_TOTAL, "fp16_cycles"),
    Reader(
        prof.PROF_HMMA_CYCLES_ACTIVE_TOTAL,
        lambda state: int(state.tensor_cycles - state.imma_cycles - state.dfma_cycles),
        profiled,
    ),
    Reader(
        prof.PROF_DFMA_CYCLES_ACTIVE_TOTAL, lambda state: int(state.dfma_cycles), _has_tensor_fp64
    ),
    Reader(
        prof.PROF_PCIE_TX_BYTES,
        lambda state: int(counters.pcie_peak(state) * state.activity.pcie_tx),
        profiled,
    ),
    Reader(
        prof.PROF_PCIE_RX_BYTES,
        lambda state: int(counters.pcie_peak(state) * state.activity.pcie_rx),
        profiled,
    ),
    Reader(
        prof.PROF_NVLINK_TX_BYTES,
        lambda state: int(counters.nvlink_peak(state) * state.activity.nvlink_tx),
        profiled_nvlink,
    ),
    Reader(
        prof.PROF_NVLINK_RX_BYTES,
        lambda state: int(counters.nvlink_peak(state) * state.activity.nvlink_rx),
        profiled_nvlink,
    ),
    Reader(prof.PROF_PCIE_TX_BYTES_TOTAL, lambda state: int(state.pcie_tx_bytes), profiled),
    Reader(prof.PROF_PCIE_RX_BYTES_TOTAL, lambda state: int(state.pcie_rx_bytes), profiled),
)

PART_READERS: tuple[Reader[Part], ...] = (
    *(Reader(field, attrgetter(f"activity.{name}"), _needs(name)) for field, name in _SHARES),
    Reader(prof.PROF_PIPE_TENSOR_HMMA_ACTIVE, lambda part: _hmma(part.activity), profiled),
    Reader(prof.PROF_NVDEC_ACTIVE[0], lambda part: part.activity.decoder, profiled),
)
"""An instance has one decoder, if any."""
