"""Laws that hold for any boards, any work and any faults."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warpwatch.clock import ManualClock
from warpwatch.fields import memory, power, profiling, temperature
from warpwatch.fields.catalogue import BY_ID, FIELDS
from warpwatch.fields.field import Kind, Number, Scope
from warpwatch.samples.entity import Gpu, Instance
from warpwatch.samples.sample import Report, Value
from warpwatch.sources.sim.board import BOARDS, board
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.spec import loads
from warpwatch.sources.sim.stage import EXACT
from warpwatch.sources.sim.workloads import WORKLOADS

EVERYTHING = frozenset(field.id for field in FIELDS)
FAULTS = (
    'fault = "overheat"\ndegrees = 70',
    'fault = "overheat"\ndegrees = 190',
    'fault = "lost"',
    'fault = "fan_stop"',
    'fault = "power_brake"',
    'fault = "pcie_downgrade"',
    'fault = "pcie_replay"',
    'fault = "recovery_action"',
)
COUNTERS = {f.id for f in FIELDS if f.kind is Kind.COUNTER and f.unit != "MB/s"}
"""NVLink bandwidths are rates, whatever type they have had from of old."""
CALM = settings(deadline=None, max_examples=60)


@st.composite
def scenarios(draw: st.DrawFn) -> str:
    groups = draw(st.lists(st.sampled_from(BOARDS), min_size=1, max_size=3))
    names = (*(workload.name for workload in WORKLOADS), "mixed")
    lines = [f"seed = {draw(st.integers(0, 1000))}", f"tick = {draw(st.sampled_from([0.5, 1, 5]))}"]
    for name in groups:
        lines += ["[[gpus]]", f'board = "{name}"', f'workload = "{draw(st.sampled_from(names))}"']
    for text in draw(st.lists(st.sampled_from(FAULTS), max_size=2)):
        at, lasting = draw(st.integers(0, 120)), draw(st.integers(0, 120))
        gpu = draw(st.integers(0, len(groups) - 1))
        lines += ["[[faults]]", text, f"gpu = {gpu}\nat = {at}\nfor = {lasting}"]
    return "\n".join(lines)


def start(text: str) -> tuple[SimSource, ManualClock]:
    clock = ManualClock(1_772_442_000.0)
    return SimSource(loads(text, "law"), clock), clock


def look(source: SimSource) -> list[Report]:
    return [source.read(device, EVERYTHING) for device in source.inventory().devices]


@CALM
@given(text=scenarios(), waits=st.lists(st.integers(1, 150), min_size=1, max_size=4))
def test_what_is_read_does_not_depend_on_what_was_read_before(text: str, waits: list[int]) -> None:
    """As long as somebody reads every ten minutes."""
    assert sum(waits) <= EXACT
    often, often_clock = start(text)
    once, once_clock = start(text)
    events: list[list[object]] = [[] for _ in often.inventory().devices]
    for wait in waits:
        often_clock.advance(wait)
        for index, report in enumerate(look(often)):
            events[index] += report.events
    once_clock.advance(sum(waits))
    for index, (left, right) in enumerate(zip(look(often), look(once), strict=True)):
        assert left.readings == right.readings
        assert left.time == right.time
        assert events[index] == list(right.events)


@CALM
@given(
    tick=st.sampled_from([0.5, 1, 5]),
    strikes=st.lists(
        st.tuples(
            st.sampled_from([0, 0.3, 1, 7.7, 60]),
            st.sampled_from(["lost", "power_brake", "overheat", "sbe", "dbe", "exporter_down"]),
            st.integers(0, 7),
            st.sampled_from([0, 0.5, 10, 200]),
        ),
        max_size=8,
    ),
)
def test_injected_faults_act_alike_whoever_reads_in_between(
    tick: float, strikes: list[tuple[float, str, int, float]]
) -> None:
    pages = []
    for reads in (True, False):
        source, clock = start(f'tick = {tick}\n[[gpus]]\nboard = "H100"\ncount = 8')
        events: list[list[object]] = [[] for _ in range(8)]
        for wait, fault, gpu, lasting in strikes:
            source.inject({"fault": fault, "gpu": gpu, "for": lasting})
            clock.advance(wait)
            for index, report in enumerate(look(source) if reads else ()):
                events[index] += report.events
        clock.advance(7)
        last = look(source)
        for index, report in enumerate(last):
            events[index] += report.events
        pages.append(([report.readings for report in last], events))
    assert pages[0] == pages[1]


@CALM
@given(text=scenarios(), waits=st.lists(st.integers(1, 200), min_size=1, max_size=4))
def test_everything_stays_within_what_is_possible(text: str, waits: list[int]) -> None:
    source, clock = start(text)
    before = look(source)
    for wait in waits:
        clock.advance(wait)
        after = look(source)
        for old, new in zip(before, after, strict=True):
            _check(old, new)
        before = after


def _check(old: Report, new: Report) -> None:
    assert isinstance(new.device, Gpu)
    values = new.readings[0].values
    for number, value in values.items():
        field = BY_ID[number]
        if field.unit == "ratio":
            assert 0.0 <= float(value) <= 1.0, field.name
        if number in COUNTERS and number in old.readings[0].values:
            assert float(value) >= float(old.readings[0].values[number]), field.name
    if not values:
        return
    figures = next(each for each in map(board, BOARDS) if each.identity.name == new.device.model)
    assert 15 <= float(values[temperature.GPU_TEMP.id]) <= figures.thermal.shutdown
    assert 0 < float(values[power.POWER_USAGE.id]) <= figures.power.limit * 1.001
    parts = (memory.FB_USED.id, memory.FB_FREE.id, memory.FB_RESERVED.id)
    assert sum(int(values[part]) for part in parts) == values[memory.FB_TOTAL.id]


@CALM
@given(text=scenarios(), seconds=st.integers(1, 300))
def test_energy_is_the_integral_of_power(text: str, seconds: int) -> None:
    source, clock = start(text)
    tick = float(loads(text, "law").tick)
    fields = frozenset({power.POWER_USAGE.id, power.TOTAL_ENERGY_CONSUMPTION.id})
    gpu = source.inventory().devices[0]
    first = source.read(gpu, fields).readings[0].values
    if not first:
        return  # Off the bus from the beginning.
    begun = first[power.TOTAL_ENERGY_CONSUMPTION.id]
    joules = 0.0
    for _ in range(int(seconds / tick)):
        clock.advance(tick)
        values = source.read(gpu, fields).readings[0].values
        if not values:
            return
        joules += float(values[power.POWER_USAGE.id]) * tick
        used = float(values[power.TOTAL_ENERGY_CONSUMPTION.id]) - float(begun)
        assert used == pytest.approx(joules * 1000, abs=2)


@pytest.mark.parametrize("workload", [workload.name for workload in WORKLOADS])
@pytest.mark.parametrize("name", ["T4", "H100"])
def test_engines_agree_with_each_other(
    name: str, workload: str, values: Callable[[SimSource, int], Mapping[int, Value]]
) -> None:
    source, clock = start(f'[[gpus]]\nboard = "{name}"\ncount = 4\nworkload = "{workload}"')
    for _ in range(40):
        clock.advance(17)
        seen = values(source, 1)
        busy, sm, occupancy, tensor, dram = (float(seen[number]) for number in range(1001, 1006))
        assert tensor <= sm <= busy
        assert occupancy <= sm
        assert tensor <= 0.94
        assert dram <= 0.82
        split = sum(float(seen.get(number, 0)) for number in (1013, 1014, 1015))
        assert split == pytest.approx(tensor)
        assert seen[203] == round(100 * busy)
        assert seen[204] == round(100 * dram)
        assert max(float(seen[number]) for number in (1006, 1007, 1008, 1016)) <= sm


@pytest.mark.parametrize("name", BOARDS)
def test_every_value_is_of_its_fields_kind(name: str) -> None:
    kinds = {Number.INT: int, Number.FLOAT: float, Number.TEXT: str}
    mig = "mig = ['3g.{}gb']".format({"A100": 40, "H100": 40, "H200": 71}.get(name, 90))
    able = board(name).mig is not None
    source, clock = start(f'[[gpus]]\nboard = "{name}"\n{mig if able else ""}\n')
    clock.advance(30)
    for reading in look(source)[0].readings:
        for number, value in reading.values.items():
            assert type(value) is kinds[BY_ID[number].number], BY_ID[number].name


@CALM
@given(asked=st.sets(st.integers(0, 1700)), name=st.sampled_from(BOARDS))
def test_each_field_asked_is_answered_or_a_gap_and_never_both(asked: set[int], name: str) -> None:
    source, _ = start(f'[[gpus]]\nboard = "{name}"')
    report = source.read(source.inventory().devices[0], asked)
    for reading in report.readings:
        scope = Scope.GPU if isinstance(reading.entity, Gpu | Instance) else Scope.LINK
        mine = {each for each in asked if each not in BY_ID or BY_ID[each].scope is scope}
        assert not reading.values.keys() & reading.gaps.keys()
        if isinstance(reading.entity, Gpu):
            assert reading.values.keys() | reading.gaps.keys() == mine


PIPES = {1085: 1002, 1086: 1004, 1088: 1014, 1089: 1013, 1093: 1016, 1094: 1006}
PIPES |= {1095: 1007, 1096: 1008, 1091: 1009, 1092: 1010, 1201: 1011, 1203: 1012}
"""Counters, and the shares or rates that they are sums of."""


@pytest.mark.parametrize("workload", ["training", "inference", "hpc", "communication_bound"])
def test_counters_grow_by_what_the_ratios_and_rates_say(workload: str) -> None:
    text = f'[[gpus]]\nboard = "H100"\ncount = 2\nworkload = "{workload}"'
    source, clock = start(text)
    gpu = source.inventory().devices[0]
    fields = frozenset({*PIPES, *PIPES.values(), 1084})
    before = source.read(gpu, fields).readings[0].values
    for _ in range(20):
        clock.advance(1)
        after = source.read(gpu, fields).readings[0].values
        cycles = float(after[1084]) - float(before[1084])
        for counter, share in PIPES.items():
            more = float(after[counter]) - float(before[counter])
            ticks = cycles if BY_ID[share].unit == "ratio" else 1.0
            assert more == pytest.approx(float(after[share]) * ticks, rel=1e-6, abs=4)
        before = after


@pytest.mark.parametrize(
    ("workload", "fault", "counters"),
    [
        ("idle", "", {244}),
        ("held", "", {244}),
        ("burn", "", {240, 1420}),
        ("burn", "power_brake", {240, 1420, 1424}),
    ],
)
def test_slowed_time_is_counted_in_nanoseconds_for_its_reason_alone(
    workload: str, fault: str, counters: set[int]
) -> None:
    strike = f'[[faults]]\nfault = "{fault}"' if fault else ""
    source, clock = start(f'[[gpus]]\nboard = "T4"\nworkload = "{workload}"\n{strike}')
    gpu = source.inventory().devices[0]
    clock.advance(10)
    asked = {240, 241, 242, 243, 244, 245, 1420, 1421, 1422, 1423, 1424}
    before = source.read(gpu, asked).readings[0].values
    clock.advance(30)
    after = source.read(gpu, asked).readings[0].values
    grown = {each: int(after[each]) - int(before[each]) for each in asked}
    assert {each for each, more in grown.items() if more} == counters
    assert {more for more in grown.values() if more} == {30 * 10**9}


def test_cycles_are_the_clock_and_their_shares_the_ratios() -> None:
    """Counted cycles over any window give the mean ratio, which is what they are for."""
    source, clock = start('[[gpus]]\nboard = "H100"\nworkload = "burn"')
    gpu = source.inventory().devices[0]
    fields = frozenset(field.id for field in FIELDS if 1001 <= field.id <= 1100)
    before = source.read(gpu, fields).readings[0].values
    clock.advance(100)
    after = source.read(gpu, fields).readings[0].values

    def more(number: int) -> float:
        return float(after[number]) - float(before[number])

    elapsed = more(profiling.PROF_SM_CYCLES_ELAPSED_TOTAL.id)
    assert elapsed == pytest.approx(1980e6 * 100, rel=0.01)
    share = more(profiling.PROF_MMA_CYCLES_ACTIVE_TOTAL.id) / elapsed
    assert share == pytest.approx(float(after[profiling.PROF_PIPE_TENSOR_ACTIVE.id]), rel=0.01)
