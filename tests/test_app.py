"""Which source a name stands for; above all, that nobody gets simulated GPUs unasked."""

import sys

import pynvml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bindings import Bindings
from warpwatch.app.sources import DEMO, open_source
from warpwatch.clock import ManualClock
from warpwatch.errors import InputError, UsageError
from warpwatch.samples.entity import Gpu
from warpwatch.sources.nvml.source import NvmlSource
from warpwatch.sources.sim.source import SimSource

DRIVERS = pytest.mark.parametrize("name", ["auto", "nvml"])


@pytest.fixture
def bindings(monkeypatch: pytest.MonkeyPatch) -> Bindings:
    """Takes the place of this machine's driver, if it has one."""
    bindings = Bindings(boards=2)
    monkeypatch.setitem(sys.modules, "pynvml", bindings)
    return bindings


@DRIVERS
def test_the_drivers_gpus_are_taken(name: str, bindings: Bindings) -> None:
    opened = open_source(name, ManualClock(), "n1")
    assert isinstance(opened.source, NvmlSource)
    assert opened.simulation is None
    assert len(opened.source.inventory().devices) == 2
    opened.source.close()
    assert bindings.running == 0


@DRIVERS
@pytest.mark.parametrize(
    ("code", "reason", "step"),
    [
        (
            pynvml.NVML_ERROR_LIBRARY_NOT_FOUND,
            "NVML Shared Library Not Found",
            "install NVIDIA's driver, or give the container NVIDIA_DRIVER_CAPABILITIES=utility",
        ),
        (pynvml.NVML_ERROR_DRIVER_NOT_LOADED, "Driver Not Loaded", "modprobe nvidia"),
        (pynvml.NVML_ERROR_NO_PERMISSION, "Insufficient Permissions", "ls -l /dev/nvidia*"),
        (
            pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH,
            "RM has detected an NVML/RM version mismatch.",
            "cat /proc/driver/nvidia/version",
        ),
    ],
)
def test_without_a_usable_driver_there_are_no_gpus_and_the_reason(
    *, name: str, code: int, reason: str, step: str, bindings: Bindings
) -> None:
    bindings.codes["nvmlInit"] = code
    opened = open_source(name, ManualClock(), "n1")
    assert opened.simulation is None
    inventory = opened.source.inventory()
    assert inventory.devices == ()
    assert (inventory.info.name, inventory.info.simulated) == ("none", False)
    assert inventory.info.detail.startswith(
        f"no usable NVIDIA driver: nvmlInit: {reason} (next: {step}"
    )
    opened.source.close()


def test_a_driver_that_fails_after_its_start_is_no_usable_one_either(bindings: Bindings) -> None:
    bindings.codes["nvmlDeviceGetCount"] = pynvml.NVML_ERROR_UNKNOWN
    info = open_source("auto", ManualClock(), "n1").source.inventory().info
    assert info.detail == "no usable NVIDIA driver: nvmlDeviceGetCount: Unknown Error"


@DRIVERS
def test_this_machine_gets_what_its_own_driver_says(name: str) -> None:
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        wanted = ("none", f"no usable NVIDIA driver: nvmlInit: {error}")
    else:
        pynvml.nvmlShutdown()
        wanted = ("nvml", "NVIDIA's driver on this machine")
    source = open_source(name, ManualClock(), "n1").source
    info = source.inventory().info
    source.close()
    assert (info.name, info.detail[: len(wanted[1])]) == wanted


@pytest.mark.parametrize(
    ("name", "models"),
    [
        ("sim", ["NVIDIA H100 80GB HBM3"] * 8),
        ("sim:2xT4", ["Tesla T4"] * 2),
        ("sim:1xA100,1xT4", ["NVIDIA A100-SXM4-80GB", "Tesla T4"]),
    ],
)
def test_simulated_gpus_are_had_by_asking_for_them(name: str, models: list[str]) -> None:
    opened = open_source(name, ManualClock(), "n1")
    assert isinstance(opened.source, SimSource)
    assert opened.source is opened.simulation
    inventory = opened.source.inventory()
    gpus = [device for device in inventory.devices if isinstance(device, Gpu)]
    assert [gpu.model for gpu in gpus] == models
    assert inventory.info.simulated


def test_the_demonstration_is_a_simulation() -> None:
    assert open_source(DEMO, ManualClock(), "n1").simulation is not None


def test_a_simulation_that_makes_no_sense_is_refused_by_the_simulator() -> None:
    with pytest.raises(InputError, match="sim:8xH1OO"):
        open_source("sim:8xH1OO", ManualClock(), "n1")


@given(name=st.text(max_size=12).filter(lambda name: name.partition(":")[0] != "sim"))
def test_any_other_name_is_a_usage_error_that_lists_the_names(name: str) -> None:
    if name in {"auto", "nvml"}:
        return
    with pytest.raises(UsageError) as caught:
        open_source(name, ManualClock(), "n1")
    assert repr(name) in caught.value.message
    assert "auto, nvml, sim" in caught.value.hint


@pytest.mark.parametrize("name", ["nvml:0", "auto:", "NVML", "simulator", ""])
def test_near_misses_are_not_guessed_at(name: str) -> None:
    with pytest.raises(UsageError, match="is not known"):
        open_source(name, ManualClock(), "n1")
