"""A recording as a source: its pace, its end, what it lacks, and what it says of itself."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from scripted import make_gpu
from warpwatch.clock import ManualClock
from warpwatch.errors import UsageError
from warpwatch.fields import clocks, cpu, nvlink_links, nvswitch, power
from warpwatch.fields.field import Field
from warpwatch.samples.entity import Cpu, Device, Instance, Link, Switch
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Event, Kind, Reading, Reason, Report
from warpwatch.sources.base import Inventory, Source, SourceInfo
from warpwatch.sources.replay.reader import load
from warpwatch.sources.replay.source import ReplaySource, replay
from warpwatch.sources.replay.spec import Spec, parse

Write = Callable[..., Path]

START = 1_772_442_000.0
LATER = START + 86_400.0
GPU = make_gpu()


def first_of(family: ModuleType) -> int:
    return next(field.id for field in vars(family).values() if isinstance(field, Field))


SM, POWER = clocks.SM_CLOCK.id, power.POWER_USAGE.id
LINKED = first_of(nvlink_links)
INFO = SourceInfo("sim", simulated=True, driver="580.1", detail="made up")
HERE = Inventory(INFO, (GPU,))


def said(second: float, sm: int, *events: Event) -> tuple[float, Report]:
    reading = Reading(GPU, {SM: sm}, {POWER: Reason.NO_PERMISSION})
    return second, Report(GPU, START + second, (reading,), events)


STORY = [
    (0.0, HERE),
    said(0.0, 100),
    said(1.0, 200, Event(START + 0.5, Kind.XID, 31)),
    said(2.0, 300),
]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(LATER)


@pytest.fixture
def play(write: Write, clock: ManualClock) -> Iterator[Callable[..., ReplaySource]]:
    """A replay of the story, or of another."""
    made = []

    def make(*told: object, options: str = "", end: float | None = 3.0) -> ReplaySource:
        path = write(told or STORY, end=end, fields=[SM, POWER], name="story.wwrec")
        made.append(replay(f"replay:{path}{options}", clock))
        return made[-1]

    yield make
    for source in made:
        source.close()


Play = Callable[..., ReplaySource]


def sm(source: Source) -> object:
    return source.read(GPU, {SM}).readings[0].values[SM]


def test_it_says_what_it_is_and_where_it_is_from(play: Play) -> None:
    source: Source = play()
    info = source.inventory().info
    assert (info.name, info.simulated, info.driver) == ("replay", True, "580.1")
    assert info.detail == (
        "story.wwrec, recorded 2026-03-02 09:00:00 UTC, by warpwatch 0.0 from sim (made up)"
    )
    assert source.inventory().devices == (GPU,)


def test_time_passes_as_it_did_and_is_moved_to_now(play: Play, clock: ManualClock) -> None:
    source = play()
    seen = []
    for _ in range(4):
        report = source.read(GPU, {SM})
        seen.append((report.time - LATER, report.readings[0].values[SM], report.events))
        clock.advance(1.0)
    assert seen == [
        (0.0, 100, ()),
        (1.0, 200, (Event(LATER + 0.5, Kind.XID, 31),)),
        (2.0, 300, ()),
        (2.0, 300, ()),
    ]


def test_a_replay_begins_with_the_first_report(play: Play) -> None:
    source = play((0.0, HERE), said(0.7, 100), said(1.7, 200))
    report = source.read(GPU, {SM})
    assert report.time == LATER
    assert report.readings[0].values == {SM: 100}


def test_twice_as_fast_is_half_as_long(play: Play, clock: ManualClock) -> None:
    source = play(options=",speed=2")
    clock.advance(0.5)
    report = source.read(GPU, {SM})
    assert (report.time, report.readings[0].values[SM]) == (LATER + 0.5, 200)
    assert report.events == (Event(LATER + 0.25, Kind.XID, 31),)
    assert "at 2 times its speed" in source.inventory().info.detail


def test_after_the_end_the_last_values_stay_and_it_says_so(play: Play, clock: ManualClock) -> None:
    source = play()
    clock.advance(2.9)
    before = source.inventory()
    assert "ended" not in before.info.detail
    clock.advance(0.1)
    after = source.inventory()
    assert after.info.detail.endswith("ended (the last values stay)")
    clock.advance(1000)
    assert source.inventory() is after
    assert sm(source) == 300


def test_the_inventory_stays_the_same_object_while_nothing_changes(
    play: Play, clock: ManualClock
) -> None:
    other = make_gpu(1)
    source = play(*STORY, (2.5, Inventory(INFO, (GPU, other))))
    first = source.inventory()
    clock.advance(2.4)
    assert source.inventory() is first
    clock.advance(0.1)
    assert source.inventory().devices == (GPU, other)


def test_a_new_driver_is_told_when_it_came(play: Play, clock: ManualClock) -> None:
    source = play(*STORY, (2.5, Inventory(replace(INFO, driver="590.2"), (GPU,))))
    clock.advance(2.5)
    assert source.inventory().info.driver == "590.2"


def test_a_loop_begins_anew_and_has_its_events_each_time(play: Play, clock: ManualClock) -> None:
    source = play(options=",loop")
    seen = []
    for _ in range(7):
        seen.append(sm(source))
        clock.advance(1.0)
    assert seen == [100, 200, 300, 100, 200, 300, 100]
    assert "ended" not in source.inventory().info.detail


def test_events_of_a_lap_are_told_even_when_it_is_over(play: Play, clock: ManualClock) -> None:
    source = play(options=",loop")
    sm(source)
    clock.advance(4.0)
    report = source.read(GPU, {SM})
    assert report.time == LATER + 4.0
    assert [event.time - LATER for event in report.events] == [0.5, 3.5]
    clock.advance(300.0)
    assert len(source.read(GPU, {SM}).events) == 1, "laps that nobody looked at are left out"


def test_the_first_moments_of_a_lap_know_no_device_before_its_report(
    play: Play, clock: ManualClock
) -> None:
    other = make_gpu(1)
    late = Report(other, START + 1.0, (Reading(other, {SM: 1}, {}),))
    source = play(*STORY[:3], (1.0, late), STORY[3], options=",loop")
    for _ in range(2):
        assert set(source.read(other, {SM, POWER}).readings[0].gaps.values()) == {
            Reason.NOT_YET_SAMPLED
        }
        clock.advance(1.0)
        assert source.read(other, {SM}).readings[0].values == {SM: 1}
        clock.advance(2.0)


def test_what_was_not_recorded_is_unsupported_and_gaps_stay_gaps(play: Play) -> None:
    source = play()
    mine = {SM, POWER, clocks.MEM_CLOCK.id, LINKED, 4711}
    others = {first_of(cpu), first_of(nvswitch)}
    (reading,) = source.read(GPU, mine | others).readings
    assert reading.values == {SM: 100}
    assert reading.gaps == {
        POWER: Reason.NO_PERMISSION,
        clocks.MEM_CLOCK.id: Reason.UNSUPPORTED,
        LINKED: Reason.UNSUPPORTED,
        4711: Reason.UNSUPPORTED,
    }


@pytest.mark.parametrize(("device", "room"), [(Switch(0), nvswitch), (Cpu(0), cpu)])
def test_a_device_that_had_nothing_to_say_says_what_it_was_not_asked(
    device: Device, room: ModuleType, play: Play
) -> None:
    source = play((0.0, Report(device, START, ())))
    field = first_of(room)
    (reading,) = source.read(device, {SM, field}).readings
    assert reading == Reading(device, {}, {field: Reason.UNSUPPORTED})
    assert source.read(device, {SM}).readings == ()


def test_parts_of_which_nothing_is_asked_are_left_out(play: Play) -> None:
    instance, link = Instance(GPU, 1, "1g.10gb", "MIG-1"), Link(3, GPU)
    owner = Owner(pod="p")
    parts = (
        Reading(GPU, {POWER: 1.0}, {}, (owner,)),
        Reading(instance, {SM: 1}, {}, (owner,)),
        Reading(link, {}, {POWER: Reason.LOST}),
    )
    source = play((0.0, Report(GPU, START, parts)))
    assert source.read(GPU, {SM, POWER}).readings == parts
    assert source.read(GPU, {SM}).readings == (Reading(GPU, {}, {}, (owner,)), parts[1])


def test_a_killed_recorder_is_told_of(play: Play) -> None:
    source = play(end=None)
    assert "not whole because its recorder was killed" in source.inventory().info.detail


def test_a_recording_of_nothing_plays(play: Play, clock: ManualClock) -> None:
    source = play((0.0, Inventory(INFO, ())), end=0.0, options=",loop")
    clock.advance(5)
    assert source.inventory().devices == ()


def test_a_closed_replay_answers_what_it_knew(play: Play, clock: ManualClock) -> None:
    """A reader's thread may still be on its way when the source is closed."""
    source = play(options=",loop")
    assert sm(source) == 100
    source.close()
    clock.advance(5)
    assert sm(source) == 100


def test_the_file_may_go_while_it_is_replayed(play: Play, folder: Path, clock: ManualClock) -> None:
    source = play(options=",loop")
    (folder / "story.wwrec").unlink()
    clock.advance(4.0)
    assert sm(source) == 200


def test_what_waits_for_a_device_that_nobody_reads_is_bounded(
    play: Play, clock: ManualClock
) -> None:
    storm = tuple(Event(START + 1, Kind.XID, code) for code in range(12_000))
    source = play((0.0, HERE), said(0.0, 100), said(1.0, 200, *storm))
    clock.advance(1)
    codes = [event.data for event in source.read(GPU, {SM}).events]
    assert codes == list(range(2_000, 12_000))


def test_a_specification_taken_apart() -> None:
    assert parse("replay:a.wwrec.gz") == Spec(Path("a.wwrec.gz"))
    assert parse("replay:a,b.gz,speed=2.5,loop") == Spec(Path("a,b.gz"), 2.5, loop=True)
    assert parse("replay:/x/a,loop,speed=10") == Spec(Path("/x/a"), 10.0, loop=True)
    assert parse("replay:loop") == Spec(Path("loop"))


@pytest.mark.parametrize("text", ["replay", "replay:", "replay:,loop"])
def test_a_specification_without_a_file(text: str) -> None:
    with pytest.raises(UsageError, match="names no file") as caught:
        parse(text)
    assert "replay:FILE,speed=10" in caught.value.hint


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "nan", "inf", "1001", ""])
def test_a_speed_that_makes_no_sense(speed: str) -> None:
    with pytest.raises(UsageError, match="is not above 0 and at most 1000"):
        parse(f"replay:a,speed={speed}")


def test_entities_come_back_equal(write: Write) -> None:
    """So that labels and tallies that are kept by them go on."""
    recording = load(write(STORY, end=3.0))
    devices = {step.said.device for step in recording.steps() if isinstance(step.said, Report)}
    recording.close()
    assert devices == {GPU}
