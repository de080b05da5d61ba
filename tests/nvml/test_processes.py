"""Processes as the real bindings make them of what the library says."""

import os
import pwd
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from machine import Machine
from process import Program, program
from warpwatch.expo.parse import parse

Until = Callable[[Callable[[], bool]], None]
pytestmark = pytest.mark.process
EXPORTER = ("exporter", "-a", "127.0.0.1:0", "-c", "200", "--source", "nvml", "--processes")
COMPUTE = "nvmlDeviceGetComputeRunningProcesses_v3"
GRAPHICS = "nvmlDeviceGetGraphicsRunningProcesses_v3"
GIB = 1 << 30
GONE = 2**22 + 1
"""More than Linux counts to."""


def told(it: Program, name: str, *labels: str) -> dict[tuple[str, ...], float]:
    found = parse(it.get("/metrics").text).named(f"warpwatch_process_{name}")
    return {tuple(s.labels.get(label, "") for label in labels): s.value for s in found}


def reasons(it: Program) -> set[tuple[str, str]]:
    found = parse(it.get("/metrics").text).named("warpwatch_gpu_gap")
    return {
        (sample.labels["field"].removeprefix("DCGM_FI_DEV_"), sample.labels["reason"])
        for sample in found
        if sample.labels["field"].endswith("PIDS")
    }


def test_processes_have_memory_shares_users_and_programs(machine: Machine, until: Until) -> None:
    machine.gpus(1)
    us = os.getpid()
    machine.say(
        {
            f"0.{COMPUTE}": f"{us} {3 * GIB} -1 {GONE} -1 -1",
            f"0.{GRAPHICS}": f"{us} {GIB} -1",
            "0.nvmlDeviceGetProcessUtilization": f"{us} 1000 99",
        }
    )
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: len(told(it, "gpu_memory_bytes", "pid", "kind")) == 2)
        machine.say({"0.nvmlDeviceGetProcessUtilization": f"{us} 1000 99 {us} 2000 37"})
        until(lambda: told(it, "sm_ratio", "pid").get((str(us),)) == 0.37)
        me = pwd.getpwuid(os.getuid()).pw_name
        runs = Path(sys.executable).name
        memory = told(it, "gpu_memory_bytes", "kind", "user")
        assert memory == {("compute", me): 3 * GIB, ("graphics", me): GIB}
        programs = told(it, "sm_ratio", "pid", "user", "command")
        assert programs.pop((str(GONE), "", "")) == 0
        (((_, _, command), _),) = programs.items()
        assert command.split()[0] in {runs, "pytest", "python", "python3"}


def test_a_crowd_that_needs_a_larger_buffer_is_counted(machine: Machine, until: Until) -> None:
    machine.gpus(1)
    crowd = " ".join(f"{GONE + i} {(i + 1) << 20} -1" for i in range(600))
    machine.say({f"0.{COMPUTE}": crowd, f"0.{GRAPHICS}": ""})
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: len(told(it, "gpu_memory_bytes", "pid")) == 64)
        assert told(it, "omitted", "gpu") == {("0",): 600 - 64}
        assert min(told(it, "gpu_memory_bytes", "pid").values()) == (600 - 63) << 20


def test_instances_tell_of_their_own(machine: Machine, until: Until) -> None:
    machine.gpus(1)
    machine.divide(0)
    machine.say(
        {
            f"0.{COMPUTE}": f"{GONE} {GIB} 1 {GONE + 1} {2 * GIB} 9",
            f"0/0.{COMPUTE}": f"{GONE} {GIB} 1",
            f"0/2.{COMPUTE}": f"{GONE + 1} {2 * GIB} 9",
        }
    )
    with program(*EXPORTER, env=machine.environment) as it:
        until(
            lambda: (
                told(it, "gpu_memory_bytes", "GPU_I_ID", "pid")
                == {("1", str(GONE)): GIB, ("9", str(GONE + 1)): 2 * GIB}
            )
        )
        assert told(it, "sm_ratio", "pid") == {}


def test_what_is_refused_is_said_with_its_reason(machine: Machine, until: Until) -> None:
    machine.gpus(1)
    machine.say({f"0.{COMPUTE}": "7 1 -1", f"0.error.{COMPUTE}": 4})
    with program(*EXPORTER, env=machine.environment) as it:
        until(
            lambda: (
                reasons(it) == {("COMPUTE_PIDS", "no_permission"), ("GRAPHICS_PIDS", "unsupported")}
            )
        )
        assert told(it, "gpu_memory_bytes", "pid") == {}
        assert told(it, "omitted", "gpu") == {}


def test_without_the_flag_nobody_is_told_of(machine: Machine, until: Until) -> None:
    machine.gpus(1)
    machine.say({f"0.{COMPUTE}": f"{os.getpid()} 1 -1"})
    with program(*EXPORTER[:-1], env=machine.environment) as it:
        until(lambda: bool(parse(it.get("/metrics").text).named("DCGM_FI_DEV_GPU_TEMP")))
        assert "warpwatch_process" not in it.get("/metrics").text
        assert reasons(it) == set()
