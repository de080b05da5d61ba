"""Profiling figures: worked out from two samples, which are always given back."""

import re

import pynvml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bindings import NOW, AtOnce, Bindings
from warpwatch.clock import ManualClock
from warpwatch.fields import profiling
from warpwatch.fields.catalogue import BY_ID
from warpwatch.fields.field import Field, Number
from warpwatch.samples.sample import Reading, Reason
from warpwatch.sources.nvml.board import Board
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.gpm import METRICS
from warpwatch.units import MIB

SM, PCIE = profiling.PROF_SM_ACTIVE.id, profiling.PROF_PCIE_TX_BYTES.id
ALL = frozenset(METRICS)
NOT_YET = dict.fromkeys(ALL, Reason.NOT_YET_SAMPLED)


class Profiled:
    def __init__(self) -> None:
        self.bindings = Bindings()
        self.bindings.running = 1
        self.clock = ManualClock(NOW)
        self.board = Board(Door(self.bindings), self.clock, AtOnce(self.clock), 0)

    @property
    def kept(self) -> int:
        return [sample.freed for sample in self.bindings.samples.values()].count(False)

    @property
    def taken(self) -> int:
        return [name for name, _ in self.bindings.calls].count("nvmlGpmSampleGet")

    def read(self, after: float = 1.0) -> Reading:
        self.clock.advance(after)
        return self.board.read(ALL).readings[0]


def test_the_first_read_has_nothing_to_compare_with() -> None:
    reading = Profiled().read()
    assert (reading.values, reading.gaps) == ({}, NOT_YET)


def test_the_second_read_has_every_figure_in_the_unit_of_the_catalogue() -> None:
    gpu = Profiled()
    gpu.read()
    reading = gpu.read()
    assert reading.gaps == {}
    for id_, value in reading.values.items():
        found = re.fullmatch(r"GPM (\d+)", BY_ID[id_].nvml)
        assert found is not None
        metric = int(found[1])
        units = {"ratio": metric / 100, "bytes/s": metric * MIB}
        assert value == units.get(BY_ID[id_].unit, metric)
        assert type(value) is (float if BY_ID[id_].number is Number.FLOAT else int)


@pytest.mark.parametrize(
    ("field", "metric"),
    [
        (profiling.PROF_GR_ENGINE_ACTIVE, "GRAPHICS_UTIL"),
        (profiling.PROF_SM_ACTIVE, "SM_UTIL"),
        (profiling.PROF_SM_OCCUPANCY, "SM_OCCUPANCY"),
        (profiling.PROF_PIPE_TENSOR_ACTIVE, "ANY_TENSOR_UTIL"),
        (profiling.PROF_DRAM_ACTIVE, "DRAM_BW_UTIL"),
        (profiling.PROF_PIPE_FP64_ACTIVE, "FP64_UTIL"),
        (profiling.PROF_PIPE_FP32_ACTIVE, "FP32_UTIL"),
        (profiling.PROF_PIPE_FP16_ACTIVE, "FP16_UTIL"),
        (profiling.PROF_PCIE_TX_BYTES, "PCIE_TX_PER_SEC"),
        (profiling.PROF_PCIE_RX_BYTES, "PCIE_RX_PER_SEC"),
        (profiling.PROF_NVLINK_TX_BYTES, "NVLINK_TOTAL_TX_PER_SEC"),
        (profiling.PROF_NVLINK_RX_BYTES, "NVLINK_TOTAL_RX_PER_SEC"),
    ],
)
def test_a_metric_is_asked_under_the_drivers_own_number(field: Field, metric: str) -> None:
    assert METRICS[field.id] == getattr(pynvml, f"NVML_GPM_METRIC_{metric}")


def test_less_than_the_shortest_time_apart_the_figures_of_before_are_given_again() -> None:
    gpu = Profiled()
    gpu.read()
    before = gpu.read()
    taken = gpu.taken
    assert gpu.read(after=0.05) == before
    assert gpu.taken == taken
    assert gpu.read(after=0.06).gaps == {}
    assert gpu.taken == taken + 1


def test_two_samples_are_filled_in_turn() -> None:
    gpu = Profiled()
    for _ in range(5):
        gpu.read()
    assert len(gpu.bindings.samples) == 2
    filled = [pointers[1] for name, pointers in gpu.bindings.calls if name == "nvmlGpmSampleGet"]
    assert filled[0] is filled[2] is filled[4] is not filled[1] is filled[3]


@given(
    refused=st.lists(
        st.sampled_from(["", "nvmlGpmSampleAlloc", "nvmlGpmSampleGet", "nvmlGpmMetricsGet"]),
        max_size=8,
    )
)
def test_two_samples_are_kept_at_most_and_none_after_the_end(refused: list[str]) -> None:
    gpu = Profiled()
    for function in refused:
        gpu.bindings.codes = {function: pynvml.NVML_ERROR_UNKNOWN} if function else {}
        reading = gpu.read()
        assert gpu.kept <= 2
        assert reading.values.keys() | reading.gaps.keys() == ALL
    gpu.bindings.codes = {}
    with gpu.board.lock:
        gpu.board.close()
    assert gpu.kept == 0


def test_a_metric_that_is_refused_costs_itself() -> None:
    gpu = Profiled()
    gpu.bindings.boards[0].codes[f"gpm {METRICS[SM]}"] = pynvml.NVML_ERROR_NOT_SUPPORTED
    gpu.read()
    reading = gpu.read()
    assert reading.gaps == {SM: Reason.UNSUPPORTED}
    assert reading.values[PCIE] == METRICS[PCIE] * MIB


def test_boards_before_hopper_have_gaps_and_are_not_asked_again() -> None:
    gpu = Profiled()
    support = pynvml.c_nvmlGpmSupport_t(isSupportedDevice=0)
    gpu.bindings.boards[0].answers["nvmlGpmQueryDeviceSupport",] = support
    for _ in range(3):
        assert gpu.read().gaps == dict.fromkeys(ALL, Reason.UNSUPPORTED)
    asked = [name for name, _ in gpu.bindings.calls if "Gpm" in name]
    assert asked == ["nvmlGpmQueryDeviceSupport"]
