"""Nothing that a source says is lost on the way to the file, however the source behaves."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from scripted import ScriptedSource, make_gpu
from warpwatch.clock import ManualClock
from warpwatch.errors import InputError
from warpwatch.exporter.sampler import Pace, Sampler
from warpwatch.fields import clocks
from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Event, Kind, Reason, Report
from warpwatch.sources.base import Inventory
from warpwatch.sources.replay.reader import Recording, load
from warpwatch.sources.replay.recorder import Recorder

SM = clocks.SM_CLOCK.id
START = 1_772_442_000.0
PACE = Pace(interval=1.0, stale_after=0.0, deadline=0.1)


class Leaping(ManualClock):
    """Sleep takes no time, and tells a test when it is slept."""

    def __init__(self) -> None:
        super().__init__(START)
        self.during: dict[int, Callable[[], None]] = {}
        self.slept = 0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.advance(seconds)
        self.slept += 1
        self.during.get(self.slept, lambda: None)()


@pytest.fixture
def source() -> ScriptedSource:
    return ScriptedSource()


@pytest.fixture
def clock() -> Leaping:
    return Leaping()


Recorded = Callable[..., Recording]


@pytest.fixture
def record(source: ScriptedSource, clock: Leaping, tmp_path: Path) -> Recorded:
    def make(lasting: float, settle: Callable[[], Awaitable[None]] | None = None) -> Recording:
        path = tmp_path / "x.wwrec"

        async def main() -> None:
            recorder = Recorder(source, clock, path, interval=1.0, fields={SM})
            sampler = Sampler(recorder.tap, clock, PACE, fields={SM}, windows=(1.0, 1.0))
            await recorder.run(sampler, lasting)
            if settle is not None:
                await settle()
            await sampler.close()
            recorder.close()

        asyncio.run(main())
        return load(path)

    return make


def reports(recording: Recording, device: Device) -> list[Report]:
    said = [step.said for step in recording.steps()]
    recording.close()
    return [report for report in said if isinstance(report, Report) and report.device == device]


def test_a_cycle_for_each_interval_and_then_the_end(
    record: Recorded, source: ScriptedSource
) -> None:
    recording = record(3.0)
    assert (recording.begin, recording.end, recording.closed) == (0.0, 3.0, True)
    assert [step.t for step in recording.steps()] == [0.0] * 3 + [1.0] * 2 + [2.0] * 2 + [3.0]
    assert recording.header.time == START
    assert recording.header.fields == (SM,)
    recording.close()
    assert source.closed


def test_it_ends_on_time_between_two_cycles(record: Recorded) -> None:
    recording = record(1.5)
    assert recording.end == 1.5
    assert len(reports(recording, make_gpu(0))) == 2


def test_cycles_that_a_slow_device_made_pass_are_left_out(
    record: Recorded, source: ScriptedSource, clock: Leaping
) -> None:
    reads = iter((0.0, 2.3, 0.0, 0.0))
    source.devices = (make_gpu(),)
    source.fault = lambda _: clock.advance(next(reads))
    recording = record(5.0)
    assert [step.t for step in recording.steps()][1:] == [0.0, 3.3, 3.3, 4.3, 5.0]
    recording.close()


def test_a_device_that_hangs_is_a_gap_and_what_it_says_late_is_kept(
    record: Recorded, source: ScriptedSource, clock: Leaping
) -> None:
    gpu = source.devices[0]
    held = threading.Event()
    source.hold[gpu] = held
    source.events[gpu] = (Event(START + 0.5, Kind.XID, 79),)
    clock.during[2] = held.set
    recording = record(4.0)
    hung, *later = (
        (report.readings[0].values, report.readings[0].gaps, report.events)
        for report in reports(recording, gpu)
    )
    assert hung == ({}, {SM: Reason.TIMED_OUT}, ())
    assert ({SM: 7}, {}, (Event(START + 0.5, Kind.XID, 79),)) in later
    assert [events for _, _, events in later].count((Event(START + 0.5, Kind.XID, 79),)) == 1


def test_a_device_that_hangs_costs_no_other_its_readings(
    record: Recorded, source: ScriptedSource
) -> None:
    gpu, other = source.devices
    source.hold[gpu] = threading.Event()

    async def release() -> None:
        source.hold[gpu].set()

    recording = record(3.0, release)
    assert [report.readings[0].values for report in reports(recording, other)] == [{SM: 7}] * 3


def test_a_source_that_fails_is_a_gap(record: Recorded, source: ScriptedSource) -> None:
    gpu = source.devices[0]

    def fail(device: Device) -> None:
        if device == gpu:
            raise ZeroDivisionError

    source.fault = fail
    recording = record(1.0)
    (report,) = reports(recording, gpu)
    assert report.readings[0].gaps == {SM: Reason.FAILED}


def test_devices_that_come_and_go(record: Recorded, source: ScriptedSource, clock: Leaping) -> None:
    first, second = source.devices

    def vanish() -> None:
        source.devices = (first,)

    def come() -> None:
        source.devices = (first, second)

    clock.during = {1: vanish, 3: come}
    recording = record(5.0)
    stocks = [
        (step.t, step.said.devices)
        for step in recording.steps()
        if isinstance(step.said, Inventory)
    ]
    assert stocks == [(0.0, (first, second)), (1.0, (first,)), (3.0, (first, second))]
    assert len(reports(recording, second)) == 3


def test_an_interrupted_recorder_writes_what_it_heard(
    source: ScriptedSource, clock: Leaping, tmp_path: Path
) -> None:
    path = tmp_path / "x.wwrec.gz"
    recorder = Recorder(source, clock, path, interval=1.0, fields={SM})
    recorder.tap.inventory()
    recorder.tap.read(source.devices[0], {SM})
    clock.advance(0.25)
    written = recorder.close()
    assert (written.reports, written.devices, written.events, written.seconds) == (1, 1, 0, 0.25)
    recording = load(path)
    assert recording.closed
    assert len(list(recording.steps())) == 3
    recording.close()


def test_a_killed_recorder_loses_little(
    source: ScriptedSource, clock: Leaping, tmp_path: Path
) -> None:
    """What is older than ten seconds is in the file although nobody closed it."""
    path = tmp_path / "x.wwrec.gz"
    recorder = Recorder(source, clock, path, interval=1.0, fields={SM})

    async def main() -> int:
        sampler = Sampler(recorder.tap, clock, PACE, fields={SM}, windows=(1.0, 1.0))
        await recorder.run(sampler, 25.0)
        killed = path.read_bytes()
        await sampler.close()
        recorder.close()
        path.write_bytes(killed)
        recording = load(path)
        steps = len(list(recording.steps()))
        recording.close()
        return steps

    assert asyncio.run(main()) == 1 + 2 * 21


def test_a_file_that_is_there_is_not_overwritten(
    source: ScriptedSource, clock: Leaping, tmp_path: Path
) -> None:
    path = tmp_path / "x.wwrec"
    path.write_text("precious")
    with pytest.raises(InputError, match="is there already") as caught:
        Recorder(source, clock, path, interval=1.0, fields={SM})
    assert "--force" in caught.value.hint
    assert path.read_text() == "precious"
    Recorder(source, clock, path, interval=1.0, fields={SM}, force=True).close()
    recording = load(path)
    recording.close()
    assert recording.closed


def test_a_place_that_cannot_be_written(
    source: ScriptedSource, clock: Leaping, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="cannot be written: No such file"):
        Recorder(source, clock, tmp_path / "no" / "x.wwrec", interval=1.0, fields={SM})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_a_full_disk_ends_it_with_the_name_of_the_file(
    source: ScriptedSource, clock: Leaping
) -> None:
    recorder = Recorder(source, clock, Path("/dev/full"), interval=1.0, fields={SM}, force=True)

    async def main() -> None:
        sampler = Sampler(recorder.tap, clock, PACE, fields={SM}, windows=(1.0, 1.0))
        try:
            await recorder.run(sampler, 100.0)
        finally:
            await sampler.close()

    said = "/dev/full: cannot be written any more: No space left"
    with pytest.raises(InputError, match=said):
        asyncio.run(main())
    with pytest.raises(InputError, match=said):
        recorder.close()
