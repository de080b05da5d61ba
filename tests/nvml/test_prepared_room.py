"""The room that prepared calls are answered in is used again, and has its bounds."""

import ctypes
from collections.abc import Callable
from typing import Any

import pynvml
import pytest

from warpwatch.fields import profiling
from warpwatch.samples.sample import Reason
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.gpm import Comparison
from warpwatch.sources.nvml.prepared import FORMS, Call, Ready

COMPUTE = "nvmlDeviceGetComputeRunningProcesses"
VALUES = "nvmlDeviceGetFieldValues"
ACTIVE = profiling.PROF_GR_ENGINE_ACTIVE.id
TENSOR = profiling.PROF_PIPE_TENSOR_ACTIVE.id
TOO_SMALL = pynvml.NVML_ERROR_INSUFFICIENT_SIZE


class Refused(Exception):
    """With the driver's code."""


def refuse(code: int) -> Any:
    raise Refused(code)


def prepared(name: str, driver: Callable[..., int], *arguments: object) -> Ready:
    return FORMS[name].make(Call(pynvml, driver, None, arguments, refuse))


def test_what_the_driver_leaves_alone_is_neither_zero_nor_what_it_said_before() -> None:
    answers = [[7, 8], [9]]

    def driver(_handle: object, count: int, room: Any) -> int:
        assert count == 2
        assert [(each.fieldId, each.scopeId) for each in room] == [(82, 0), (83, 1)]
        for value, said in zip(room, answers.pop(0), strict=False):
            value.value.ullVal, value.nvmlReturn = said, 0
        return 0

    ask = prepared(VALUES, driver, ((82, 0), (83, 1)))
    assert [(each.nvmlReturn, each.value.ullVal) for each in ask()] == [(0, 7), (0, 8)]
    assert [(each.nvmlReturn, each.value.ullVal) for each in ask()] == [
        (0, 9),
        (pynvml.NVML_ERROR_UNKNOWN, 0),
    ]


def test_a_figure_that_the_driver_leaves_alone_is_neither_zero_nor_the_one_of_before() -> None:
    told = [(50.0, 25.0), (75.0,)]

    class Driver(Door):
        def call(self, function: str, *arguments: Any) -> None:
            assert function == "nvmlGpmMetricsGet"
            for metric, value in zip(arguments[0].metrics, told.pop(0), strict=False):
                metric.value, metric.nvmlReturn = value, 0

    compare, ids = Comparison(Driver(pynvml)), frozenset({ACTIVE, TENSOR})
    assert compare(ids, None, None) == {ACTIVE: 0.5, TENSOR: 0.25}
    assert compare(ids, None, None) == {ACTIVE: 0.75, TENSOR: Reason.FAILED}


class Crowded:
    """A driver that has so many processes to tell of, and says so."""

    def __init__(self, many: int) -> None:
        self.many = many
        self.offered: list[int] = []

    def __call__(self, _handle: object, counted: Any, room: Any) -> int:
        count = counted._obj  # noqa: SLF001  of ctypes.byref, which has no other way in
        self.offered.append(count.value)
        assert len(room) >= count.value * ctypes.sizeof(pynvml.c_nvmlProcessInfo_v3_t)
        fits = count.value >= self.many
        count.value = self.many
        return 0 if fits else TOO_SMALL


def test_room_is_made_for_all_processes_once() -> None:
    driver = Crowded(100)
    ask = prepared(COMPUTE, driver)
    assert len(ask()) == len(ask()) == 100
    assert driver.offered == [16, 205, 205]


@pytest.mark.parametrize("many", [70_000, 2**31])
def test_no_number_of_the_drivers_takes_all_memory(many: int) -> None:
    driver = Crowded(many)
    with pytest.raises(Refused) as caught:
        prepared(COMPUTE, driver)()
    assert caught.value.args == (TOO_SMALL,)
    assert driver.offered == [16, 65536]
