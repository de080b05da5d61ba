"""What is asked past the bindings' functions is answered as they answer it."""

import inspect
from pathlib import Path

import pynvml
import pytest
from everything import lines

from machine import NAME, Machine, compile_library
from warpwatch.sources.nvml.gpm import METRIC
from warpwatch.sources.nvml.numbers import LAYOUT
from warpwatch.sources.nvml.prepared import FORMS, PROCESS, SAMPLE

BOTH_WAYS = Path(__file__).parent / "both_ways.py"
SYMBOLS = [form.symbol or function for function, form in FORMS.items()]
SHARES = "nvmlDeviceGetProcessUtilization"
COMPUTE = "nvmlDeviceGetComputeRunningProcesses_v3"


@pytest.mark.parametrize("processes", [0, 1, 16, 17, 100])
def test_both_ways_give_the_same_values_and_refusals(machine: Machine, processes: int) -> None:
    machine.gpus(3)
    machine.say(lines())
    machine.divide(0)
    machine.say({f"*.{COMPUTE}": " ".join(f"{pid} {pid << 30} -1" for pid in range(processes))})
    machine.say({f"*.{SHARES}": " ".join(f"{pid} {pid} 50" for pid in range(processes))})
    machine.say({f"0.{COMPUTE}": "7 -1 3", "2.error.field.82": 4})
    machine.say({f"1.error.{symbol}": 15 for symbol in SYMBOLS})
    told = machine.play(BOTH_WAYS, "3")
    assert {key.split()[0] for key in told} == FORMS.keys()
    for key, (prepared, through, past, again) in told.items():
        assert prepared, key
        assert through == past == again, key
    values = [past for _, _, past, _ in told.values() if "lost" not in str(past)]
    assert len(values) > len(FORMS)


def test_what_an_older_library_lacks_is_refused_as_the_bindings_refuse_it(
    bare: Machine,
) -> None:
    compile_library(bare.directory / NAME, *SYMBOLS)
    bare.gpus(1)
    for prepared, through, past, _ in bare.play(BOTH_WAYS, "1").values():
        assert not prepared
        assert through == past
        assert all(each[0] == "unsupported" for each in past)


@pytest.mark.parametrize("function", FORMS)
def test_it_is_the_function_that_the_bindings_call(function: str) -> None:
    symbol = FORMS[function].symbol or function
    source = inspect.getsource(getattr(pynvml, function))
    if f'"{symbol}"' not in source:
        # Or the one that they call for it.
        assert f"return {symbol}(" in source
        assert f'"{symbol}"' in inspect.getsource(getattr(pynvml, symbol))


def test_what_is_read_as_bytes_is_laid_out_as_the_bindings_have_it() -> None:
    for layout, structure in (
        (LAYOUT, pynvml.c_nvmlFieldValue_t),
        (METRIC, pynvml.c_nvmlGpmMetric_t),
        (PROCESS, pynvml.c_nvmlProcessInfo_v3_t),
        (SAMPLE, pynvml.c_nvmlProcessUtilizationSample_t),
    ):
        assert layout.size == pynvml.sizeof(structure)
    assert pynvml.c_nvmlFieldValue_t.valueType.offset == 24
    assert pynvml.c_nvmlFieldValue_t.nvmlReturn.offset == 28
    assert pynvml.c_nvmlFieldValue_t.value.offset == 32
    assert pynvml.c_nvmlGpmMetricsGet_t.metrics.offset == 24
