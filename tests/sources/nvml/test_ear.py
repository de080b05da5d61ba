"""What is heard of a GPU: every kind, exactly once, bounded, and never taken for silence."""

import threading
from collections.abc import Callable

import pynvml
import pytest

from bindings import NOW, AtOnce, Bindings, happened, open_nvml, source_of
from warpwatch.clock import ManualClock
from warpwatch.fields.events import XID_ERRORS
from warpwatch.samples.sample import Event, Kind, Reason, Report
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.ear import MOST_WAITING, TYPES
from warpwatch.sources.nvml.listener import DEADLINE, Listener
from warpwatch.sources.nvml.source import NvmlSource

XID = XID_ERRORS.id
NOT_SUPPORTED = pynvml.NVML_ERROR_NOT_SUPPORTED


def report(source: NvmlSource, gpu: int = 0) -> Report:
    return source.read(source.inventory().devices[gpu], frozenset({XID}))


def test_the_bits_are_those_of_the_real_module() -> None:
    names = {
        "SingleBitEccError": Kind.ECC_CORRECTED,
        "DoubleBitEccError": Kind.ECC_UNCORRECTED,
        "XidCriticalError": Kind.XID,
        "PowerSourceChange": Kind.POWER_SOURCE,
        "SingleBitEccErrorStorm": Kind.ECC_STORM,
        "DramRetirementEvent": Kind.ROW_REMAP,
        "DramRetirementFailure": Kind.ROW_REMAP_FAILURE,
        "NonFatalPoisonError": Kind.POISON_CONTAINED,
        "FatalPoisonError": Kind.POISON_FATAL,
        "GpuUnavailableError": Kind.GPU_UNAVAILABLE,
        "GpuRecoveryAction": Kind.RECOVERY_ACTION,
    }
    known = {getattr(pynvml, f"nvmlEventType{name}"): kind for name, kind in names.items()}
    assert known.items() <= TYPES.items()
    assert set(TYPES.values()) == set(Kind)


@pytest.mark.parametrize(("bit", "kind"), TYPES.items())
def test_each_kind_is_told_with_its_data_and_instance(bit: int, kind: Kind) -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.boards[0].events += [happened(bit, 7), happened(bit, 8, 3)]
    said = report(source)
    assert said.events == (Event(NOW, kind, 7), Event(NOW, kind, 8, 3))
    assert said.heard == set(Kind)


def test_types_of_drivers_to_come_are_passed_over() -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.boards[0].events += [happened(0x40000), happened(0x2)]
    assert [event.kind for event in report(source).events] == [Kind.ECC_UNCORRECTED]


def test_what_a_board_cannot_report_is_not_heard() -> None:
    bindings = Bindings(boards=3)
    bindings.boards[0].supported = 0x2 | 0x4 | 0x10
    bindings.boards[1].codes["nvmlDeviceGetSupportedEventTypes"] = NOT_SUPPORTED
    source = open_nvml(bindings)
    first, second, third = (report(source, gpu) for gpu in range(3))
    assert first.heard == {Kind.ECC_UNCORRECTED}
    assert first.readings[0].gaps == {XID: Reason.UNSUPPORTED}
    assert second.heard == {Kind.XID}
    assert third.heard == set(Kind)


def test_one_that_could_not_be_registered_is_tried_again() -> None:
    bindings, clock = Bindings(), ManualClock(NOW)
    bindings.codes["nvmlDeviceRegisterEvents"] = pynvml.NVML_ERROR_UNKNOWN
    source = source_of(bindings, clock)
    assert report(source).readings[0].gaps == {XID: Reason.FAILED}
    assert report(source).heard == frozenset()
    del bindings.codes["nvmlDeviceRegisterEvents"]
    clock.advance(1)
    assert report(source).readings[0].values == {XID: 0}
    source.close()
    assert all(each.freed for each in bindings.sets)


def test_that_events_are_not_heard_is_said_once_and_so_is_that_they_are_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.codes["nvmlEventSetWait_v2"] = pynvml.NVML_ERROR_UNKNOWN
    for _ in range(3):
        assert report(source).readings[0].gaps == {XID: Reason.FAILED}
    del bindings.codes["nvmlEventSetWait_v2"]
    for _ in range(3):
        assert report(source).readings[0].values == {XID: 0}
    gpu = "GPU 0 (GPU-00000000, 00000000:1B:00.0)"
    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
        ("WARNING", f"events of {gpu} are not heard: nvmlEventSetWait_v2: Unknown Error"),
        ("INFO", f"events of {gpu} are heard again"),
    ]


def test_what_nobody_reads_is_dropped_beyond_a_bound_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bindings, clock = Bindings(), ManualClock(NOW)
    listener = AtOnce(clock)
    source = NvmlSource(Door(bindings), clock, listener)
    source.inventory()
    (heard,) = listener._ears  # noqa: SLF001  no reader of the report sees the queue
    bindings.boards[0].xids.extend(range(1, MOST_WAITING + 43))
    while heard.hear():
        pass
    assert [event.data for event in report(source).events] == list(range(1, MOST_WAITING + 1))
    assert report(source).events == ()
    (said,) = caplog.messages
    assert said.startswith("42 events of GPU 0 (GPU-00000000")
    assert said.endswith("were dropped: not read")


class Stuck(Bindings):
    """A driver in which listening hangs until it is let go on."""

    def __init__(self) -> None:
        super().__init__(boards=2)
        self.entered, self.go_on = threading.Event(), threading.Event()
        wait = self._scripts["nvmlEventSetWait_v2"]

        def hang(*arguments: object) -> object:
            self.entered.set()
            self.go_on.wait(20)
            return wait(*arguments)

        self._scripts["nvmlEventSetWait_v2"] = hang


@pytest.fixture
def ended() -> Callable[[threading.Thread], None]:
    def wait(thread: threading.Thread) -> None:
        thread.join(20)
        assert not thread.is_alive()

    return wait


def test_nothing_is_freed_under_a_listener_that_hangs(
    ended: Callable[[threading.Thread], None],
) -> None:
    bindings, clock = Stuck(), ManualClock(NOW)
    others = set(threading.enumerate())
    source = NvmlSource(Door(bindings), clock, Listener(clock))
    source.inventory()
    assert bindings.entered.wait(20)
    clock.advance(DEADLINE + 0.1)
    late = report(source, gpu=1)
    assert late.readings[0].gaps == {XID: Reason.TIMED_OUT}
    assert late.heard == frozenset()
    source.release(60)
    source.inventory()
    source.close()
    assert not any(each.freed for each in bindings.sets)
    assert bindings.running == 1
    bindings.go_on.set()
    listening = (each for each in threading.enumerate() if each.name == "events")
    (thread,) = set(listening) - others
    ended(thread)
