"""Events of the real bindings, heard by one thread while the driver misbehaves."""

from collections.abc import Callable
from pathlib import Path

import pytest

from machine import Machine
from process import Program, program
from warpwatch.expo.parse import parse

Until = Callable[[Callable[[], bool]], None]
pytestmark = pytest.mark.process
EXPORTER = ("exporter", "-a", "127.0.0.1:0", "-c", "200", "--source", "nvml")
NEVER = {"xid", "ecc_corrected", "ecc_uncorrected", "ecc_storm", "row_remap"} | {
    "row_remap_failure",
    "power_source",
    "mig_change",
    "poison_contained",
    "gpu_unavailable",
    "recovery_action",
}
"""What the stand-in's boards report: all but fatal poison."""


def events(it: Program, gpu: str = "0") -> dict[str, float]:
    found = parse(it.get("/metrics").text).named("warpwatch_gpu_events_total")
    return {s.labels["kind"]: s.value for s in found if s.labels["gpu"] == gpu}


def deaf(it: Program) -> dict[str, str]:
    """Why a GPU's XIDs are not heard, by GPU."""
    found = parse(it.get("/metrics").text).named("warpwatch_gpu_gap")
    return {
        sample.labels["gpu"]: sample.labels["reason"]
        for sample in found
        if sample.labels["field"] == "DCGM_FI_DEV_XID_ERRORS"
    }


def temperatures(it: Program) -> int:
    return len(parse(it.get("/metrics").text).named("DCGM_FI_DEV_GPU_TEMP"))


def threads(it: Program) -> int:
    return len(list(Path(f"/proc/{it.process.pid}/task").iterdir()))


def test_each_kind_is_counted_from_zero_and_what_cannot_be_heard_has_no_series(
    machine: Machine, until: Until
) -> None:
    machine.gpus(2)
    machine.say({"1.nvmlDeviceGetSupportedEventTypes": 0x8})
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: events(it) == dict.fromkeys(NEVER, 0))
        assert events(it, "1") == {"xid": 0}
        machine.say(
            {
                "0.events": "0x1 0x2 0x80 0x100 0x200 0x400 0x800:3 0x1000 0x2000 0x4000 0x8000:4",
                "0.xids": "63 63",
                "1.events": "0x1",
                "1.xids": "48",
            }
        )
        until(lambda: events(it) == {**dict.fromkeys(NEVER, 1), "xid": 2})
        until(lambda: events(it, "1") == {"xid": 1})


def test_a_listener_that_hangs_costs_the_xids_alone_and_loses_none(
    machine: Machine, until: Until
) -> None:
    machine.gpus(3)
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: temperatures(it) == 3 and deaf(it) == {})
        before = threads(it)
        machine.say({"1.hang.nvmlEventSetWait_v2": 1})
        until(lambda: deaf(it) == dict.fromkeys("012", "timed_out"))
        assert temperatures(it) == 3
        machine.say({"2.xids": " ".join(["13"] * 100)})
        assert threads(it) == before
        machine.say({"1.hang.nvmlEventSetWait_v2": None})
        until(lambda: events(it, "2")["xid"] == 100)
        until(lambda: deaf(it) == {})
        assert threads(it) == before


def test_a_gpu_that_is_lost_silences_no_other(machine: Machine, until: Until) -> None:
    machine.gpus(2)
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: temperatures(it) == 2)
        machine.say({"0.error.nvmlEventSetWait_v2": 15})
        until(lambda: deaf(it) == {"0": "lost"})
        machine.say({"1.xids": "79 79"})
        until(lambda: events(it, "1")["xid"] == 2)
        machine.say({"0.error.nvmlEventSetWait_v2": None, "0.xids": "48"})
        until(lambda: events(it)["xid"] == 1 and deaf(it) == {})


def test_after_a_restart_of_the_driver_it_is_listened_to_again(
    machine: Machine, until: Until
) -> None:
    machine.gpus(1)
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: events(it)["xid"] == 0)
        machine.say({"driver.generation": 2})
        it.wait_for("answers again")
        until(lambda: temperatures(it) == 1 and deaf(it) == {})
        before = threads(it)
        machine.say({"0.xids": "31 31 31"})
        until(lambda: events(it)["xid"] == 3)
        assert threads(it) == before
