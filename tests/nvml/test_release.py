"""Letting the driver go, and leaving profiling alone, in the program as a user starts it."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from machine import Machine
from process import Program, program, run
from warpwatch.expo.parse import Exposition, parse

Until = Callable[[Callable[[], bool]], None]
pytestmark = pytest.mark.process
EXPORTER = ("exporter", "-a", "127.0.0.1:0", "-c", "200", "--source", "nvml")
ACTIVE = "DCGM_FI_PROF_GR_ENGINE_ACTIVE"


def page(it: Program) -> Exposition:
    return parse(it.get("/metrics").text)


def values(it: Program, name: str) -> list[float]:
    return [sample.value for sample in page(it).named(name)]


def reasons(it: Program) -> set[str]:
    return {sample.labels["reason"] for sample in page(it).named("warpwatch_gpu_gap")}


def detail(it: Program) -> str:
    (info,) = page(it).named("warpwatch_source_info")
    return info.labels["detail"]


def said(it: Program, text: str) -> int:
    return sum(text in line for line in it.log().splitlines())


@pytest.fixture
def device(tmp_path: Path) -> Path:
    path = tmp_path / "nvidiactl"
    path.touch()
    return path


def opened(it: Program, device: Path) -> bool:
    """Whether the program has the driver's file open."""
    for each in Path(f"/proc/{it.process.pid}/fd").iterdir():
        try:
            if each.readlink() == device:
                return True
        except FileNotFoundError:
            continue
    return False


def test_the_driver_is_let_go_on_request_and_opened_again(
    machine: Machine, device: Path, until: Until
) -> None:
    machine.gpus(2)
    machine.say({"driver.device": device})
    with program(*EXPORTER, "--release-seconds", "2", env=machine.environment) as it:
        until(lambda: len(values(it, ACTIVE)) == 2)
        assert opened(it, device)
        it.signal(signal.SIGUSR1)
        until(lambda: not opened(it, device))
        until(lambda: reasons(it) >= {"released"})
        assert values(it, "DCGM_FI_DEV_GPU_TEMP") == []
        assert values(it, "warpwatch_gpu_collect_success") == [0, 0]
        assert values(it, "warpwatch_gpus") == [2]
        assert detail(it) == "NVIDIA's driver, let go on request for 2 s"
        until(lambda: opened(it, device))
        until(lambda: len(values(it, ACTIVE)) == 2 and "released" not in reasons(it))
        machine.say({"1.xids": "79"})
        until(lambda: values(it, "warpwatch_gpu_xid_errors_total") == [1])
        it.wait_for("opened again")
    for line in ("asked to let go", "driver, let go on request", "driver is opened again"):
        assert said(it, line) == 1, "".join(it.lines)
    assert said(it, "gave no reading") == said(it, "answers again") == 0


def test_nobody_who_asks_for_the_driver_waits_for_the_next_interval(
    machine: Machine, device: Path, until: Until
) -> None:
    machine.gpus(1)
    machine.say({"driver.device": device})
    with program(*EXPORTER, "-c", "600000", env=machine.environment) as it:
        until(lambda: opened(it, device))
        it.signal(signal.SIGUSR1)
        until(lambda: not opened(it, device))


def test_the_driver_is_let_go_from_the_command_line(
    machine: Machine, device: Path, until: Until
) -> None:
    machine.gpus(1)
    machine.say({"driver.device": device})

    def ask(*words: str) -> str:
        done = run("release", *words, env=machine.environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with program(*EXPORTER, "--release-seconds", "300", env=machine.environment) as it:
        until(lambda: opened(it, device))
        assert ask() == "the driver is let go for 300 s\n"
        until(lambda: not opened(it, device))
        assert ask("--for", "1s") == "the driver is let go for 1 s\n"
        until(lambda: opened(it, device))
        for lasting, problem in (("soon", "'soon' is not a duration"), ("0s", "no time at all")):
            wrong = run("release", "--for", lasting, env=machine.environment)
            assert wrong.returncode == 1
            assert problem in wrong.stderr
    with program(*EXPORTER[:-1], "sim:1xT4", env=machine.environment) as it:
        assert ask().startswith("nothing was done")
    nobody = run("release", env=machine.environment)
    assert nobody.returncode == 4
    assert "no exporter runs here" in nobody.stderr


def test_what_hangs_is_said_once_and_tried_until_it_can_be_let_go(
    machine: Machine, device: Path, until: Until
) -> None:
    machine.gpus(2)
    machine.say({"driver.device": device})
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: len(values(it, ACTIVE)) == 2)
        machine.say({"1.hang.nvmlDeviceGetPowerUsage": 1})
        until(lambda: values(it, "warpwatch_gpu_collect_success") == [1, 0])
        it.signal(signal.SIGUSR1)
        it.wait_for("cannot be let go yet")
        durations: set[float] = set()

        def cycles() -> int:
            durations.update(values(it, "warpwatch_collector_duration_seconds"))
            return len(durations)

        until(lambda: cycles() > 3)
        assert opened(it, device)
        machine.say({"1.hang.nvmlDeviceGetPowerUsage": None})
        until(lambda: not opened(it, device))
    assert said(it, "cannot be let go yet") == 1, "".join(it.lines)


def test_simulated_gpus_hold_no_driver(machine: Machine, until: Until) -> None:
    with program(*EXPORTER[:-1], "sim:1xT4", env=machine.environment) as it:
        until(lambda: values(it, "DCGM_FI_DEV_GPU_TEMP") != [])
        it.signal(signal.SIGUSR1)
        it.wait_for("without effect")
        assert values(it, "warpwatch_gpu_collect_success") == [1]


def test_profiling_is_paused_and_resumed_from_the_command_line(
    machine: Machine, until: Until
) -> None:
    machine.gpus(2)
    machine.divide(1)

    def ask(*words: str) -> str:
        done = run("profile", *words, env=machine.environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: len(values(it, ACTIVE)) == 3)
        assert ask("status") == "profiling runs\n"
        assert ask("pause") == "profiling is paused until it is resumed\n"
        until(lambda: values(it, ACTIVE) == [])
        gaps = page(it).named("warpwatch_gpu_gap")
        paused = {s.labels["field"] for s in gaps if s.labels["reason"] == "paused"}
        assert ACTIVE in paused
        assert {name[:13] for name in paused} == {"DCGM_FI_PROF_"}
        assert "profiling is paused" in it.get("/").text
        assert len(values(it, "DCGM_FI_DEV_GPU_TEMP")) == 3
        assert ask("pause", "--for", "10m").startswith("profiling is paused for 600 s")
        assert ask("resume") == "profiling runs\n"
        until(lambda: len(values(it, ACTIVE)) == 3 and "paused" not in reasons(it))
        wrong = run("profile", "pause", "--for", "soon", env=machine.environment)
        assert wrong.returncode == 1
        assert "'soon' is not a duration" in wrong.stderr
    nobody = run("profile", "status", env=machine.environment)
    assert nobody.returncode == 4
    assert "no exporter runs here" in nobody.stderr
