"""The exporter as a user starts it, while libraries, drivers and GPUs come and go."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from machine import NAME, Machine, compile_library
from process import Program, program, run
from warpwatch.expo.parse import parse

Until = Callable[[Callable[[], bool]], None]
pytestmark = pytest.mark.process
EXPORTER = ("exporter", "-a", "127.0.0.1:0", "-c", "200")


def source(it: Program) -> tuple[str, str]:
    """What the page says of where its readings come from."""
    answer = it.get("/metrics")
    assert answer.status == 200
    (info,) = parse(answer.text).named("warpwatch_source_info")
    return info.labels["source"], info.labels["detail"]


def shown(it: Program) -> list[str]:
    page = parse(it.get("/metrics").text)
    return [sample.labels["gpu"] for sample in page.named("DCGM_FI_DEV_GPU_TEMP")]


def threads(it: Program) -> int:
    return len(list(Path(f"/proc/{it.process.pid}/task").iterdir()))


def test_a_library_that_is_installed_later_is_found(
    bare: Machine, library: Path, until: Until
) -> None:
    bare.gpus(2)
    with program(*EXPORTER, env=bare.environment) as it:
        missing = "no usable NVIDIA driver: nvmlInit: NVML Shared Library Not Found"
        until(lambda: source(it)[1].startswith(missing))
        assert source(it)[0] == "none"
        assert shown(it) == []
        (bare.directory / NAME).symlink_to(library)
        until(lambda: shown(it) == ["0", "1"])
        assert source(it) == ("nvml", "NVIDIA's driver on this machine")


def test_a_driver_that_is_loaded_later_is_found(machine: Machine, until: Until) -> None:
    machine.gpus(1)
    machine.say({"driver.error.nvmlInitWithFlags": 9})
    with program(*EXPORTER, env=machine.environment) as it:
        unloaded = "no usable NVIDIA driver: nvmlInit: Driver Not Loaded"
        until(lambda: source(it)[1].startswith(unloaded))
        machine.say({"driver.error.nvmlInitWithFlags": None})
        until(lambda: shown(it) == ["0"])


def test_a_driver_that_is_restarted_is_followed(machine: Machine, until: Until) -> None:
    machine.gpus(2)
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: shown(it) == ["0", "1"])
        machine.say({"driver.generation": 2, "driver.error.nvmlInitWithFlags": 9})
        until(lambda: source(it)[0] == "none")
        assert shown(it) == []
        machine.say({"driver.error.nvmlInitWithFlags": None})
        until(lambda: shown(it) == ["0", "1"])
        machine.say({"1.xids": 48})
        until(lambda: "gpu_xid_errors_total" in it.get("/metrics").text)
        it.wait_for(r"nvml\.source: NVIDIA's driver on this machine")
    said = [line for line in it.lines if "no usable NVIDIA driver" in line]
    assert len(said) == 1, "".join(it.lines)


def test_gpus_that_are_plugged_and_unplugged_are_followed(machine: Machine, until: Until) -> None:
    machine.gpus(2)
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: shown(it) == ["0", "1"])
        machine.gpus(3)
        until(lambda: shown(it) == ["0", "1", "2"])
        machine.gpus(1)
        until(lambda: shown(it) == ["0"])
        machine.gpus(0)
        until(lambda: source(it) == ("nvml", "NVIDIA's driver is there, and no GPU"))


def test_a_gpu_that_cannot_be_opened_at_the_start_comes_later(
    machine: Machine, until: Until
) -> None:
    machine.gpus(2)
    machine.say({"0.error.nvmlDeviceGetHandleByIndex_v2": 15})
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: shown(it) == ["1"])
        assert source(it)[1].endswith(
            "GPU 0 cannot be opened: nvmlDeviceGetHandleByIndex: GPU is lost"
        )
        machine.say({"0.error.nvmlDeviceGetHandleByIndex_v2": None})
        until(lambda: shown(it) == ["0", "1"])


def test_a_gpu_that_hangs_while_it_is_opened_keeps_no_other_from_the_page(
    machine: Machine, until: Until
) -> None:
    machine.gpus(3)
    machine.say({"1.hang.all": 1})
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: shown(it) == ["0", "2"])
        assert source(it)[1].endswith("GPU 1 cannot be opened: it does not answer")
        waiting = threads(it)
        it.signal(signal.SIGUSR1)
        it.wait_for("cannot be let go yet")
        assert threads(it) == waiting, "it is not asked by a second one"
        machine.say({"1.hang.all": None})
        it.wait_for("let go on request")


def test_discovery_lists_what_answers_and_what_does_not(machine: Machine) -> None:
    machine.gpus(2)
    machine.say({"0.hang.all": 1})
    done = run("discovery", "--source", "nvml", env=machine.environment)
    hangs = "GPU 0 cannot be opened: it does not answer"
    assert done.stdout.startswith(f"1 GPU; NVIDIA's driver on this machine; {hangs}\n")
    assert "\nGPU 1  NVIDIA H100" in done.stdout


def test_a_driver_that_hangs_at_the_start_leaves_a_page_that_says_so(
    machine: Machine, until: Until
) -> None:
    machine.gpus(2)
    machine.say({"driver.hang.nvmlInitWithFlags": 1})
    with program(*EXPORTER, env=machine.environment) as it:
        it.wait_for("which devices there are is not told")
        assert source(it)[0] == "none"
        assert source(it)[1].startswith("no answer yet")
        assert it.get("/-/healthy").status == 200
        machine.say({"driver.hang.nvmlInitWithFlags": None})
        until(lambda: shown(it) == ["0", "1"])
        it.wait_for("is told again")
    assert sum("which devices there are is not told" in line for line in it.lines) == 1


def test_functions_that_an_older_library_lacks_cost_their_fields(
    bare: Machine, library: Path, until: Until
) -> None:
    assert library.exists()
    compile_library(bare.directory / NAME, "nvmlDeviceGetMemoryInfo_v2", "nvmlEventSetCreate")
    bare.gpus(1)
    with program(*EXPORTER, env=bare.environment) as it:
        until(lambda: shown(it) == ["0"])
        page = parse(it.get("/metrics").text)
        gaps = {
            sample.labels["field"]: sample.labels["reason"]
            for sample in page.named("warpwatch_gpu_gap")
        }
        missing = ("FB_FREE", "FB_USED", "FB_RESERVED", "XID_ERRORS")
        assert {gaps[f"DCGM_FI_DEV_{name}"] for name in missing} == {"unsupported"}
        assert page.named("DCGM_FI_DEV_POWER_USAGE")[0].value == 632.417
