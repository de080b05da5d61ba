"""A driver that comes, goes and fails is followed, said once, and never needs a new start."""

from pathlib import Path

import pynvml
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bindings import ALL, NOW, Bindings, Board, read, source_of
from warpwatch.clock import ManualClock
from warpwatch.fields import power
from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Reason
from warpwatch.sources.nvml.patience import FIRST_SECONDS, LONGEST_SECONDS, Patience

NOT_LOADED, UNKNOWN = pynvml.NVML_ERROR_DRIVER_NOT_LOADED, pynvml.NVML_ERROR_UNKNOWN
LOST = pynvml.NVML_ERROR_GPU_IS_LOST
NOT_THERE = (
    "no usable NVIDIA driver: nvmlInit: Driver Not Loaded "
    "(next: modprobe nvidia; where that fails, dmesg | grep NVRM says why)"
)


class Life:
    """A source, its driver, and a clock that a test moves on."""

    def __init__(self, boards: int = 2, **codes: int) -> None:
        self.bindings = Bindings(boards)
        self.bindings.codes.update(codes)
        self.clock = ManualClock(NOW)
        self.source = source_of(self.bindings, self.clock)

    def second(self) -> tuple[Device, ...]:
        """What a sampler does once a second."""
        self.clock.advance(1)
        devices = self.source.inventory().devices
        for device in devices:
            self.source.read(device, ALL)
        return devices

    def count(self, function: str) -> int:
        return [name for name, _ in self.bindings.calls].count(function)


def test_a_driver_that_comes_later_is_picked_up(caplog: pytest.LogCaptureFixture) -> None:
    life = Life(nvmlInit=NOT_LOADED)
    for _ in range(20):
        assert life.second() == ()
    info = life.source.inventory().info
    assert (info.name, info.detail) == (
        "none",
        NOT_THERE,
    )
    assert caplog.messages == [info.detail]
    del life.bindings.codes["nvmlInit"]
    for _ in range(int(LONGEST_SECONDS)):
        life.second()
    assert len(life.source.inventory().devices) == 2
    assert life.source.inventory().info.name == "nvml"
    assert read(life.source).gaps == {}


def test_a_missing_driver_is_looked_for_more_and_more_rarely() -> None:
    life = Life(nvmlInit=NOT_LOADED)
    for _ in range(300):
        life.second()
    assert 10 < life.count("nvmlInit") < 20


def test_a_driver_that_was_well_for_a_while_is_soon_found_again() -> None:
    life = Life()
    for away in (60, 3):
        happen(life.bindings, "unload")
        for _ in range(away):
            life.second()
        assert life.second() == ()
        happen(life.bindings, "load")
        life.clock.advance(LONGEST_SECONDS if away > LONGEST_SECONDS else 3)
        assert len(life.second()) == 2
        life.second()
        life.clock.advance(LONGEST_SECONDS)


@pytest.mark.parametrize("code", [NOT_LOADED, pynvml.NVML_ERROR_UNINITIALIZED, UNKNOWN])
def test_a_driver_that_is_unloaded_and_loaded_again_is_followed(
    code: int, caplog: pytest.LogCaptureFixture
) -> None:
    life = Life()
    caplog.set_level("INFO")
    before = life.second()
    for board in life.bindings.boards:
        board.left, board.fate = 0, code
    life.bindings.codes["nvmlInit"] = NOT_LOADED
    for _ in range(9):
        life.second()
    assert life.source.inventory().devices == ()
    life.bindings.codes.clear()
    for board in life.bindings.boards:
        board.left = None
    for _ in range(int(LONGEST_SECONDS)):
        life.second()
    assert life.source.inventory().devices == before
    assert life.bindings.running == 1
    passing = ("closing", "events of")
    assert [message for message in caplog.messages if not message.startswith(passing)] == [
        NOT_THERE,
        "NVIDIA's driver on this machine",
    ]


@pytest.mark.parametrize("code", [LOST, pynvml.NVML_ERROR_TIMEOUT])
def test_gpus_that_are_lost_or_slow_stay_in_the_inventory(code: int) -> None:
    life = Life()
    before = life.second()
    for board in life.bindings.boards:
        board.left, board.fate = 0, code
    for _ in range(5):
        assert life.second() == before
    assert life.count("nvmlInit") == 1


def test_a_gpu_that_could_not_be_opened_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    life = Life(boards=3)
    life.bindings.boards[1].codes["nvmlDeviceGetUUID"] = LOST
    life.source.close()
    life.source = source_of(life.bindings, life.clock)
    for _ in range(5):
        assert [device.index for device in life.second()] == [0, 2]
    assert len(caplog.messages) == 1
    life.bindings.boards[1].codes.clear()
    for _ in range(int(LONGEST_SECONDS)):
        life.second()
    assert [device.index for device in life.source.inventory().devices] == [0, 1, 2]
    assert life.source.inventory().info.detail == "NVIDIA's driver on this machine"


def test_gpus_that_appear_and_vanish_are_followed() -> None:
    life = Life()
    before = life.second()
    life.bindings.boards.append(Board(2))
    assert [device.index for device in life.second()] == [0, 1, 2]
    assert read(life.source, gpu=2).gaps == {}
    life.bindings.boards.pop()
    assert life.second() == before
    assert life.bindings.running == 1


def test_gpus_that_only_the_system_tells_of_are_followed(tmp_path: Path) -> None:
    bindings = Bindings(1)
    (tmp_path / "0000:1b:00.0").mkdir()
    source = source_of(bindings, ManualClock(NOW), tmp_path)
    source.inventory()
    assert [name for name, _ in bindings.calls].count("nvmlInit") == 1
    (tmp_path / "0000:1b:00.0").rename(tmp_path / "0000:3d:00.0")
    source.inventory()
    assert [name for name, _ in bindings.calls].count("nvmlInit") == 2
    source.inventory()
    assert [name for name, _ in bindings.calls].count("nvmlInit") == 2


def test_an_inventory_that_did_not_change_is_the_same_object() -> None:
    life = Life()
    first = life.source.inventory()
    for _ in range(5):
        life.second()
    assert life.source.inventory() is first


def test_nothing_is_freed_under_a_read_that_is_on_its_way() -> None:
    life = Life()
    (first, _) = life.second()
    board = life.source._boards[first]  # noqa: SLF001  a read that hangs holds this lock
    life.bindings.boards.append(Board(2))
    with board.lock:
        life.source.inventory()
        assert not any(held.freed for held in life.bindings.sets)
        life.source.close()
        assert not any(held.freed for held in life.bindings.sets)


def test_a_gpu_that_is_gone_is_lost_and_not_an_error() -> None:
    life = Life()
    (_, gone) = life.second()
    life.bindings.boards.pop()
    life.second()
    (reading,) = life.source.read(gone, ALL).readings
    assert reading.gaps == dict.fromkeys(ALL, Reason.LOST)


def test_what_a_board_does_not_support_is_not_asked_every_second() -> None:
    life = Life()
    field, function = power.POWER_USAGE.id, "nvmlDeviceGetPowerUsage"
    life.bindings.codes[function] = pynvml.NVML_ERROR_NOT_SUPPORTED
    for _ in range(60):
        life.second()
    assert life.count(function) == 2
    assert read(life.source).gaps == {field: Reason.UNSUPPORTED}
    life.clock.advance(600)
    life.bindings.codes.clear()
    assert read(life.source).gaps == {}


def happen(bindings: Bindings, event: str) -> None:
    boards = bindings.boards
    match event:
        case "unload":
            bindings.codes["nvmlInit"] = NOT_LOADED
            for board in boards:
                board.left, board.fate = 0, UNKNOWN
        case "load":
            bindings.codes.clear()
            for board in boards:
                board.left = None
        case "lose":
            boards[0].left, boards[0].fate = 0, LOST
        case "add":
            boards.append(Board(len(boards)))
        case "remove" if len(boards) > 1:
            boards.pop()


@settings(max_examples=40, deadline=None)
@given(
    events=st.lists(
        st.sampled_from(["unload", "load", "lose", "add", "remove", "wait"]), max_size=12
    )
)
def test_whatever_happened_in_whatever_order_in_the_end_all_is_read(events: list[str]) -> None:
    life = Life()
    for event in events:
        happen(life.bindings, event)
        life.second()
    life.bindings.codes.clear()
    for board in life.bindings.boards:
        board.left = None
    for _ in range(2):
        life.clock.advance(LONGEST_SECONDS)
        life.second()
    assert len(life.source.inventory().devices) == len(life.bindings.boards)
    assert all(read(life.source, gpu=i).gaps == {} for i in range(len(life.bindings.boards)))
    assert life.bindings.running == 1


def test_patience_doubles_up_to_its_end_and_begins_anew_when_renewed() -> None:
    clock = ManualClock()
    patience = Patience(clock)
    waits = []
    for _ in range(8):
        patience.tried()
        waited = 0.0
        while not patience.over:
            clock.advance(FIRST_SECONDS)
            waited += FIRST_SECONDS
        waits.append(waited)
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    patience.renew()
    patience.tried()
    clock.advance(FIRST_SECONDS)
    assert patience.over


def test_a_driver_restarted_while_no_gpu_could_be_opened_is_started_anew() -> None:
    life = Life()
    life.bindings.codes["nvmlDeviceGetHandleByIndex"] = UNKNOWN
    life.source.close()
    life.source = source_of(life.bindings, life.clock)
    starts = life.count("nvmlInit")
    life.clock.advance(LONGEST_SECONDS)
    assert life.second() == ()
    assert life.count("nvmlInit") == starts + 1
    del life.bindings.codes["nvmlDeviceGetHandleByIndex"]
    life.clock.advance(LONGEST_SECONDS)
    assert len(life.second()) == 2
