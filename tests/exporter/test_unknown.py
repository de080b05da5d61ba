"""What is not known, and how to have it: in the log once, when it begins and when it is over."""

import pytest

from warpwatch.exporter.attribution.stage import Health
from warpwatch.exporter.unknown import Herald, Unknown, unknown
from warpwatch.fields import power, profiling
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Reading, Reason

GPU = Gpu(0, "GPU-0", "00000000:1B:00.0", "NVIDIA H100")
NAMES = {field.id: field.name for field in (power.POWER_USAGE, profiling.PROF_DRAM_ACTIVE)}
PROCESSES = Unknown("processes", "processes: 3 are not in /proc: share the host's")


def refused(*fields: int) -> list[str]:
    reading = Reading(GPU, {}, dict.fromkeys(fields, Reason.NO_PERMISSION))
    return [each.text for each in unknown(NAMES, [reading, reading], ())]


def test_what_the_driver_refuses_comes_with_exactly_what_grants_it() -> None:
    (counters,) = refused(profiling.PROF_DRAM_ACTIVE.id)
    assert "DCGM_FI_PROF_DRAM_ACTIVE: load the driver with NVreg_Restrict" in counters
    assert "capability SYS_ADMIN" in counters
    (other,) = refused(power.POWER_USAGE.id)
    assert "DCGM_FI_DEV_POWER_USAGE: run the exporter as root" in other
    assert len(refused(*NAMES)) == 2


def test_what_is_missing_for_another_reason_or_was_not_asked_for_is_not_told() -> None:
    reading = Reading(GPU, {}, {power.POWER_USAGE.id: Reason.UNSUPPORTED, 1: Reason.NO_PERMISSION})
    assert list(unknown(NAMES, [reading], ())) == []


def test_stages_that_have_no_answer_say_why() -> None:
    asked = (
        Health("kubelet", success=False, age=None, detail="no socket; mount it"),
        Health("processes", success=False, age=None, detail="hostPID: true", logged=False),
        Health("pods", success=True, age=1.0),
    )
    told = [(each.text, each.logged) for each in unknown(NAMES, (), asked)]
    assert told == [("kubelet: no socket; mount it", True), ("processes: hostPID: true", False)]


def test_the_log_has_it_once_when_it_begins_and_once_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    herald = Herald()
    for _ in range(5):
        herald.tell([PROCESSES])
    for _ in range(5):
        herald.tell([])
    assert caplog.messages == [f"not known: {PROCESSES.text}", "known again: processes"]
    herald.tell([PROCESSES])
    herald.tell([PROCESSES])
    assert len(caplog.messages) == 3


def test_what_shows_in_a_single_look_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    herald = Herald()
    for _ in range(5):
        herald.tell([PROCESSES])
        herald.tell([])
    assert caplog.messages == []


def test_another_number_of_the_same_is_the_same(caplog: pytest.LogCaptureFixture) -> None:
    herald = Herald()
    for count in range(5):
        herald.tell([Unknown("processes", f"processes: {count} are not in /proc")])
    assert len(caplog.messages) == 1


def test_what_has_been_logged_already_is_not_logged_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    herald = Herald()
    for _ in range(3):
        herald.tell([Unknown("kubelet", "kubelet: no socket", logged=True)])
    assert caplog.messages == []
