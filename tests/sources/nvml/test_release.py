"""The driver let go on request: nothing held, everything said, and all of it back in the end."""

from pathlib import Path

import pynvml
import pytest

from bindings import ALL, NOW, Bindings, read, source_of
from warpwatch.clock import ManualClock
from warpwatch.samples.sample import Reason
from warpwatch.sources.base import Releasable
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.listener import Listener
from warpwatch.sources.nvml.source import NvmlSource

HERE = "NVIDIA's driver on this machine"


@pytest.fixture
def bindings() -> Bindings:
    return Bindings(boards=2)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def source(bindings: Bindings, clock: ManualClock) -> NvmlSource:
    return source_of(bindings, clock)


def test_it_can_be_asked_for(source: NvmlSource) -> None:
    assert isinstance(source, Releasable)


def test_meanwhile_nothing_is_held_and_every_field_is_a_gap(
    source: NvmlSource, bindings: Bindings, clock: ManualClock
) -> None:
    devices = source.inventory().devices
    read(source)
    source.release(60)
    assert bindings.running == 1, "not before the next look, since reads may be on their way"
    released = source.inventory()
    assert (bindings.running, released.devices) == (0, devices)
    assert (released.info.name, released.info.driver) == ("nvml", "580.95.05")
    assert released.info.detail == "NVIDIA's driver, let go on request for 60 s"
    assert all(each.freed for each in bindings.sets)
    assert all(sample.freed for sample in bindings.samples.values())
    calls = len(bindings.calls)
    for _ in range(59):
        clock.advance(1)
        assert source.inventory() is released
        assert read(source, gpu=1).gaps == dict.fromkeys(ALL, Reason.RELEASED)
    assert len(bindings.calls) == calls, "the driver is not touched"
    clock.advance(1)
    assert source.inventory().info.detail == HERE
    assert (source.inventory().devices, bindings.running) == (devices, 1)
    assert read(source).gaps == {}


def test_asked_again_the_time_begins_anew(
    source: NvmlSource, bindings: Bindings, clock: ManualClock
) -> None:
    source.release(60)
    source.inventory()
    clock.advance(50)
    source.release(60)
    source.inventory()
    clock.advance(50)
    source.inventory()
    assert bindings.running == 0
    clock.advance(10)
    source.inventory()
    assert bindings.running == 1


def test_asked_again_while_it_is_being_done_that_is_done_next(
    bindings: Bindings, clock: ManualClock
) -> None:
    asked: list[NvmlSource] = []

    class Impatient(Listener):
        def let_go(self) -> bool:
            while asked:
                asked.pop().release(300)
            return super().let_go()

    source = NvmlSource(Door(bindings), clock, Impatient(clock), bound=Path("/nonexistent"))
    asked.append(source)
    source.release(60)
    assert "for 60 s" in source.inventory().info.detail
    assert "for 300 s" in source.inventory().info.detail
    clock.advance(299)
    source.inventory()
    assert bindings.running == 0
    source.close()


def test_a_driver_that_is_gone_afterwards_is_looked_for(
    source: NvmlSource, bindings: Bindings, clock: ManualClock
) -> None:
    source.release(5)
    source.inventory()
    bindings.codes["nvmlInit"] = pynvml.NVML_ERROR_DRIVER_NOT_LOADED
    clock.advance(5)
    assert source.inventory().info.name == "none"
    assert source.inventory().devices == ()
    bindings.codes.clear()
    clock.advance(30)
    assert len(source.inventory().devices) == 2


def test_where_there_is_no_driver_none_is_opened_in_the_way_of_whoever_asked(
    bindings: Bindings, clock: ManualClock
) -> None:
    bindings.codes["nvmlInit"] = pynvml.NVML_ERROR_DRIVER_NOT_LOADED
    source = source_of(bindings, clock)
    source.release(60)
    bindings.codes.clear()
    clock.advance(59)
    source.inventory()
    clock.advance(59)
    assert source.inventory().devices == ()
    clock.advance(1)
    assert len(source.inventory().devices) == 2


def test_a_closed_source_opens_nothing(
    source: NvmlSource, bindings: Bindings, clock: ManualClock
) -> None:
    source.release(5)
    source.inventory()
    source.close()
    clock.advance(10)
    source.inventory()
    assert bindings.running == 0


# What a container sees


@pytest.fixture
def eight(tmp_path: Path) -> Path:
    for number in range(8):
        (tmp_path / f"0000:{number:02x}:00.0").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("visible", "by_whom"), [("0,3", " (NVIDIA_VISIBLE_DEVICES=0,3)"), ("", "")]
)
def test_a_container_is_told_how_many_gpus_it_does_not_see(
    visible: str, by_whom: str, bindings: Bindings, clock: ManualClock, eight: Path
) -> None:
    info = source_of(bindings, clock, eight, visible).inventory().info
    seen = f"2 of the 8 GPUs that the driver holds are visible here{by_whom}"
    assert info.detail == f"{HERE}; {seen}"


def test_who_sees_all_is_told_nothing(clock: ManualClock, eight: Path) -> None:
    assert source_of(Bindings(8), clock, eight, "all").inventory().info.detail == HERE


def test_gpus_that_are_not_permitted_are_said_once_and_tried_ever_more_rarely(
    bindings: Bindings, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = pynvml.NVML_ERROR_NO_PERMISSION
    bindings.boards[1].codes["nvmlDeviceGetHandleByIndex"] = refusal
    source = source_of(bindings, clock)
    for _ in range(300):
        clock.advance(1)
        source.inventory()
        read(source)
    opened = [asked for name, asked in bindings.calls if name == "nvmlDeviceGetHandleByIndex"]
    assert opened.count((1,)) < 20
    (said,) = caplog.messages
    assert said.endswith("nvmlDeviceGetHandleByIndex: Insufficient Permissions")
