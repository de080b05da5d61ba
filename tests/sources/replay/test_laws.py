"""What goes into a recording comes out of it, whole and in order, whatever happened to the file."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warpwatch.clock import ManualClock
from warpwatch.errors import InputError
from warpwatch.samples.entity import (
    Core,
    Cpu,
    Device,
    Entity,
    Gpu,
    Instance,
    Link,
    Switch,
)
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Event, Kind, Process, Reading, Reason, Report, Value
from warpwatch.sources.base import Inventory, SourceInfo
from warpwatch.sources.replay.history import Step
from warpwatch.sources.replay.reader import Recording, load
from warpwatch.sources.replay.source import ReplaySource

START = 1_772_442_000.0
FIELDS = tuple(range(100, 106))
Told = tuple[float, Inventory | Report]
Write = Callable[..., Path]

GPUS = tuple(Gpu(index, f"GPU-{index}", f"00000000:{index:02X}:00.0", "NVIDIA") for index in (0, 1))
SWITCH = Switch(0)
CPU = Cpu(0, "serial")
PARTS: dict[Device, tuple[Entity, ...]] = {
    GPUS[0]: (Instance(GPUS[0], 1, "1g.10gb", "MIG-1"), Link(0, GPUS[0]), Link(1, GPUS[0])),
    GPUS[1]: (Instance(GPUS[1], 1, "1g.10gb", "MIG-2"),),
    SWITCH: (Link(0, switch=SWITCH),),
    CPU: (Core(0, CPU), Core(1, CPU)),
}
INFOS = (
    SourceInfo("sim", simulated=True, detail="made up"),
    SourceInfo("nvml", driver="580.1", detail="after an update"),
)

few = settings(deadline=None, max_examples=80)
seconds = st.integers(0, 100_000).map(lambda thousandths: thousandths / 1000)
moments = seconds.map(lambda passed: START + passed)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
values: st.SearchStrategy[Value] = st.one_of(
    st.integers(-(2**63), 2**64 - 1),
    st.integers(0, 2),
    st.sampled_from([0.0, 1.0]),
    st.floats(),
    texts,
)
owners = st.builds(
    Owner, pod=texts, namespace=texts, user=texts, labels=st.dictionaries(texts, texts, max_size=2)
)

processes = st.builds(
    Process,
    st.integers(0, 2**32),
    st.sampled_from(["compute", "graphics"]),
    st.none() | st.integers(0, 2**64 - 1),
    st.none() | st.floats(0, 1),
    texts,
    texts,
)


@st.composite
def readings(draw: st.DrawFn, entity: Entity) -> Reading:
    said = draw(st.dictionaries(st.sampled_from(FIELDS), values | st.sampled_from(Reason)))
    return Reading(
        entity,
        {id_: value for id_, value in said.items() if not isinstance(value, Reason)},
        {id_: value for id_, value in said.items() if isinstance(value, Reason)},
        tuple(draw(st.lists(owners, max_size=2))),
        tuple(draw(st.lists(processes, max_size=2))),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    device = draw(st.sampled_from(list(PARTS)))
    entities = [device, *draw(st.lists(st.sampled_from(PARTS[device]), unique=True))]
    if draw(st.integers(0, 9)) == 0:
        entities = []
    codes = st.integers(0, 150)
    where = st.none() | st.integers(0, 14)
    one = st.builds(Event, moments, st.sampled_from(Kind), codes, where)
    events = draw(st.lists(one, max_size=3))
    return Report(
        device,
        draw(moments),
        tuple(draw(readings(entity)) for entity in entities),
        tuple(sorted(events, key=lambda event: event.time)),
        draw(st.frozensets(st.sampled_from(Kind))),
    )


inventories = st.builds(
    Inventory,
    st.sampled_from(INFOS),
    st.lists(st.sampled_from(list(PARTS)), unique=True).map(tuple),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    told: list[Told] = []
    t, last = 0.0, None
    for said in draw(st.lists(reports() | inventories, max_size=12)):
        t = round(t + draw(st.sampled_from([0.0, 0.001, 0.5, 1.0, 7.25])), 3)
        if said != last:
            told.append((t, said))
        last = said if isinstance(said, Inventory) else last
    return told


def exact(said: Inventory | Report | None) -> object:
    """With the types of values, which == does not tell apart, and times to the millisecond."""
    if not isinstance(said, Report):
        return said
    return (
        said.device,
        round(said.time, 3),
        [
            (
                reading.entity,
                {id_: repr(value) for id_, value in sorted(reading.values.items())},
                dict(reading.gaps),
                reading.owners,
                reading.processes,
            )
            for reading in said.readings
        ],
        [(round(event.time, 3), event.data) for event in said.events],
    )


def same(steps: Iterable[Step], told: Iterable[Told]) -> bool:
    return [(step.t, exact(step.said)) for step in steps] == [(t, exact(said)) for t, said in told]


def opened(path: Path) -> Recording | InputError:
    try:
        return load(path)
    except InputError as error:
        return error


@few
@given(told=histories(), name=st.sampled_from(["law.wwrec", "law.wwrec.gz"]))
def test_what_goes_in_comes_out(told: list[Told], name: str, write: Write) -> None:
    recording = load(write(told, end=100.0, name=name))
    assert recording.closed
    for _ in range(2):
        *steps, end = recording.steps()
        assert (end.t, end.said) == (100.0, None)
        assert same(steps, told)
    recording.close()


@few
@given(told=histories())
def test_the_same_readings_make_the_same_file(told: list[Told], write: Write) -> None:
    once, again = (write(told, name=f"{name}.wwrec.gz").read_bytes() for name in ("a", "b"))
    assert once == again


@few
@given(told=histories(), data=st.data(), name=st.sampled_from(["cut.wwrec", "cut.wwrec.gz"]))
def test_a_file_cut_anywhere_gives_what_it_still_holds(
    told: list[Told], data: st.DataObject, name: str, write: Write
) -> None:
    path = write(told, end=100.0, name=name)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    recording = opened(path)
    if isinstance(recording, InputError):
        assert recording.where.endswith("line 1")
        return
    steps = list(recording.steps())
    recording.close()
    assert recording.closed == (len(steps) > len(told))
    assert same(steps[: len(told)], told[: len(steps)])


def test_every_cut_of_one_recording(write: Write) -> None:
    """Hypothesis may miss the one place that matters; here none is missed."""
    report = Report(GPUS[0], START, (Reading(GPUS[0], {100: 1.5}, {101: Reason.LOST}),))
    told = [
        (0.0, Inventory(INFOS[0], GPUS[:1])),
        (0.0, report),
        (1.0, replace(report, readings=())),
    ]
    path = write(told, end=2.0, name="every.wwrec")
    whole = path.read_bytes()
    first = whole.index(b"\n")
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        if length < first:
            with pytest.raises(InputError, match="line 1: does not begin a warpwatch recording"):
                load(path)
        else:
            recording = load(path)
            steps = list(recording.steps())
            recording.close()
            # A line that lacks but its end is whole; the header and the entity are no steps.
            assert len(steps) == max(0, whole[: length + 1].count(b"\n") - 2)


@few
@given(told=histories(), data=st.data(), name=st.sampled_from(["bad.wwrec", "bad.wwrec.gz"]))
def test_a_damaged_file_is_replayed_or_refused_with_its_line(
    told: list[Told], data: st.DataObject, name: str, write: Write
) -> None:
    path = write(told, end=100.0, name=name)
    damaged = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(damaged) - 1))
    damaged[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path.write_bytes(damaged)
    recording = opened(path)
    if isinstance(recording, InputError):
        assert f"{path}, line " in recording.where
        assert recording.hint
        return
    source = ReplaySource(recording, ManualClock(START))
    for device in source.inventory().devices:
        source.read(device, set(FIELDS))
    source.close()


looks = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 1.0, 8.0]), st.sampled_from(list(PARTS))), max_size=20
)


@few
@given(told=histories(), pattern=looks, speed=st.sampled_from([0.5, 1.0, 3.0, 10.0]))
def test_any_pattern_of_reads_gives_the_newest_report_and_each_event_once(
    told: list[Told], pattern: list[tuple[float, Device]], speed: float, write: Write
) -> None:
    """At any speed, and so at speed n what speed 1 gives, n times as soon."""
    recording = load(write(told, end=100.0, fields=FIELDS))
    clock = ManualClock(START + 5000)
    source = ReplaySource(recording, clock, speed=speed)
    heard: dict[Device, list[Event]] = defaultdict(list)

    def moved(time: float) -> float:
        return START + 5000 + (time - START - recording.begin) / speed

    passed = recording.begin
    for step, device in [*pattern, (200.0, GPUS[0]), *((0.0, device) for device in PARTS)]:
        clock.advance(step / speed)
        passed += step
        report = source.read(device, set(FIELDS))
        heard[device] += report.events
        known = [said for t, said in told if t <= passed + 1e-6 and isinstance(said, Report)]
        newest = next((said for said in reversed(known) if said.device == device), None)
        if newest is None:
            assert set(report.readings[0].gaps.values()) == {Reason.NOT_YET_SAMPLED}
        else:
            wanted = replace(newest, time=moved(newest.time), events=())
            assert exact(replace(report, time=wanted.time, events=())) == exact(wanted)
            assert math.isclose(report.time, wanted.time, abs_tol=0.002)
    source.close()
    happened: dict[Device, list[Event]] = defaultdict(list)
    for _, said in told:
        if isinstance(said, Report):
            happened[said.device] += said.events
    for device in PARTS:
        assert [event.data for event in heard[device]] == [event.data for event in happened[device]]
        assert [event.time for event in heard[device]] == pytest.approx(
            [moved(event.time) for event in happened[device]], abs=0.002, rel=0
        )
