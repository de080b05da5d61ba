"""The source as others use it: time, threads, calls that hang, faults at run time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Thread

import pytest

from warpwatch.clock import ManualClock, SystemClock
from warpwatch.errors import InputError
from warpwatch.fields import events, power
from warpwatch.samples.entity import Cpu, Gpu
from warpwatch.samples.sample import Reason, Report, Value
from warpwatch.sources.base import Source
from warpwatch.sources.sim.incidents import ActiveFault
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.spec import loads, parse

Lab = Callable[[str], tuple[SimSource, ManualClock]]
Values = Callable[[SimSource, int], Mapping[int, Value]]
TRAINING = '[[gpus]]\nboard = "H100"\ncount = 4\nworkload = "training"\n'
HANG = '[[faults]]\nfault = "hang"\ngpu = 1\nat = "10s"\nfor = "60s"\n'
ASKED = frozenset({power.POWER_USAGE.id, events.XID_ERRORS.id})
START = 1_772_442_000.0


def test_it_is_a_source_that_says_what_it_is() -> None:
    source: Source = SimSource(parse("sim:4xA100,2xT4"), ManualClock())
    info = source.inventory().info
    assert info.simulated
    assert info.name == "sim"
    assert info.driver == "580.95.05"
    assert "4xA100, 2xT4" in info.detail
    assert len(source.inventory().devices) == 6


def test_reports_carry_simulated_time(lab: Lab) -> None:
    source, clock = lab(f"[time]\nspeed = 60\nstart = 2026-01-01T00:00:00Z\n{TRAINING}")
    gpu = source.inventory().devices[0]
    assert source.read(gpu, ASKED).time == 1_767_225_600
    clock.advance(10)
    assert source.read(gpu, ASKED).time == 1_767_225_600 + 600


def test_time_begins_with_the_clock_unless_told_otherwise(lab: Lab) -> None:
    source, clock = lab(TRAINING)
    clock.advance(2.5)
    assert source.read(source.inventory().devices[0], ASKED).time == START + 2.5


def test_a_start_without_a_zone_is_utc(lab: Lab) -> None:
    source, _ = lab(f"[time]\nstart = 2026-01-01T00:00:00\n{TRAINING}")
    assert source.read(source.inventory().devices[0], ASKED).time == 1_767_225_600


def test_nothing_moves_between_two_ticks(lab: Lab, values: Values) -> None:
    source, clock = lab(f'tick = "5s"\n{TRAINING}')
    clock.advance(5)
    first = values(source, 0)
    clock.advance(4.9)
    assert values(source, 0) == first
    clock.advance(0.1)
    assert values(source, 0) != first


def test_a_frozen_simulation_stands_where_another_would_be_by_then(lab: Lab) -> None:
    frozen, frozen_clock = lab(f'[time]\nfrozen = "7m"\n{TRAINING}')
    moving, moving_clock = lab(TRAINING)
    moving_clock.advance(420)
    gpu = moving.inventory().devices[2]
    then = moving.read(gpu, ASKED)
    assert frozen.read(gpu, ASKED) == then
    frozen_clock.advance(1000)
    assert frozen.read(gpu, ASKED) == then
    with pytest.raises(InputError, match="stands still"):
        frozen.inject({"fault": "lost"})


def test_what_is_no_gpu_here_has_nothing_to_say(lab: Lab) -> None:
    source, _ = lab(TRAINING)
    assert source.read(Cpu(0), ASKED).readings == ()


def test_events_are_handed_out_once_oldest_first(lab: Lab) -> None:
    source, clock = lab(TRAINING)
    gpu = source.inventory().devices[2]
    source.inject({"fault": "xid", "gpu": 2, "code": 31})
    source.inject({"fault": "xid", "gpu": 2, "code": 43, "at": "5s"})
    clock.advance(10)
    report = source.read(gpu, ASKED)
    assert [(event.data, event.time - START) for event in report.events] == [(31, 0), (43, 5)]
    assert report.readings[0].values[events.XID_ERRORS.id] == 43
    clock.advance(10)
    again = source.read(gpu, ASKED)
    assert again.events == ()
    assert again.readings[0].values[events.XID_ERRORS.id] == 43


def test_a_fault_can_be_injected_listed_and_cleared(lab: Lab, values: Values) -> None:
    source, clock = lab(TRAINING)
    clock.advance(10)
    injected = source.inject({"fault": "power_brake", "gpu": 1, "for": "5m"})
    assert injected == ActiveFault(
        id=1,
        node="node-1",
        gpu=1,
        fault="power_brake",
        begins=START + 10,
        ends=START + 310,
        struck=True,
    )
    assert source.active() == (injected,)
    clock.advance(30)
    assert int(values(source, 1)[events.CLOCKS_EVENT_REASONS.id]) & 0x80
    assert source.clear(1)
    assert not source.clear(1)
    assert source.active() == ()
    clock.advance(5)
    assert int(values(source, 1)[events.CLOCKS_EVENT_REASONS.id]) & 0x80 == 0


def test_a_fault_that_is_cleared_before_it_strikes_never_does(lab: Lab) -> None:
    source, clock = lab(TRAINING)
    clock.advance(0.5)
    planned = source.inject({"fault": "xid", "code": 79, "at": "5s"})
    assert not planned.struck
    clock.advance(4)
    cleared = source.clear(1)
    assert cleared is not None
    assert not cleared.struck
    assert source.active() == ()
    clock.advance(10)
    assert source.read(source.inventory().devices[0], ASKED).events == ()


@pytest.mark.parametrize("tick", [1, 5])
@pytest.mark.parametrize(
    ("fault", "bits"), [("power_brake", {112: 0x88}), ("xid", {230: 31}), ("lost", {})]
)
def test_an_injected_fault_strikes_before_the_next_read(
    tick: int, fault: str, bits: dict[int, int], lab: Lab, values: Values
) -> None:
    """Between two ticks, with no time passing, whatever the length of a tick."""
    source, clock = lab(f"tick = {tick}\n{TRAINING}")
    clock.advance(tick * 2.4)
    values(source, 1)
    struck = source.inject({"fault": fault, "gpu": 1, **({"code": 31} if "xid" in fault else {})})
    seen = values(source, 1)
    assert {number: seen[number] for number in bits} == bits
    assert struck.begins == START + tick * 2.4
    assert fault != "lost" or not seen
    clock.advance(0.1)
    assert source.clear(1) == replace(struck, ends=START + tick * 2.4 + 0.1)
    assert int(values(source, 1)[events.CLOCKS_EVENT_REASONS.id]) & 0x80 == 0


def test_a_fault_asked_for_later_waits_for_no_tick(lab: Lab, values: Values) -> None:
    source, clock = lab(f"tick = 5\n{TRAINING}")
    clock.advance(6)
    source.inject({"fault": "power_brake", "at": "1s", "for": "2s"})
    seen = []
    for _ in range(4):
        seen.append(int(values(source, 0)[events.CLOCKS_EVENT_REASONS.id]) & 0x80)
        clock.advance(1)
    assert seen == [0, 0x80, 0x80, 0]


def test_a_single_machine_has_no_nodes(lab: Lab) -> None:
    source, _ = lab(TRAINING)
    with pytest.raises(InputError, match="this simulation is a single one"):
        source.inject({"fault": "lost", "node": "gpu-0001"})


def test_an_injected_fault_acts_alike_on_a_gpu_that_was_read_and_one_that_was_not(
    lab: Lab, values: Values
) -> None:
    pages = []
    for reads in (True, False):
        source, clock = lab(TRAINING)
        clock.advance(7)
        if reads:
            values(source, 1)
        source.inject({"fault": "sbe", "gpu": 1, "count": 5, "per_minute": 30, "for": "40s"})
        clock.advance(100)
        pages.append(values(source, 1))
    assert pages[0] == pages[1]
    assert pages[0][310] == 5 + 20


def test_a_fault_ends_by_itself_when_its_time_is_over(lab: Lab) -> None:
    source, clock = lab(TRAINING)
    source.inject({"fault": "inforom", "for": "20s"})
    gpu = source.inventory().devices[0]
    seen = []
    for _ in range(24):
        clock.advance(1)
        seen.append(source.read(gpu, {84}).readings[0].values[84])
    assert seen == [0] * 19 + [1] * 5
    assert source.active() == ()


@pytest.mark.parametrize(
    ("request_", "where"),
    [
        ({"fault": "xyd"}, "the request: fault"),
        ({}, "the request"),
        ({"fault": "xid", "code": "79"}, "the request: code"),
        ({"fault": "xid", "code": 79, "gpu": 4}, "the request: gpu"),
        ({"fault": "retired_pages"}, "the request"),
        ({"fault": "lost", "cod": 1}, "the request"),
    ],
)
def test_a_wrong_request_is_refused_with_its_place(
    request_: dict[str, object], where: str, lab: Lab
) -> None:
    source, _ = lab(TRAINING)
    with pytest.raises(InputError) as refusal:
        source.inject(request_)
    assert refusal.value.where == where
    assert refusal.value.hint
    assert source.active() == ()


def test_a_hung_call_can_be_reported_instead() -> None:
    clock = ManualClock(START)
    source = SimSource(loads(TRAINING + HANG, "lab"), clock, hang="report")
    gpu = source.inventory().devices[1]
    clock.advance(30)
    assert source.read(gpu, ASKED).readings[0].gaps == dict.fromkeys(ASKED, Reason.TIMED_OUT)
    clock.advance(60)
    assert source.read(gpu, ASKED).readings[0].values.keys() == ASKED


def _hung(source: SimSource, gpu: Gpu) -> tuple[Thread, list[Report]]:
    reports: list[Report] = []
    thread = Thread(target=lambda: reports.append(source.read(gpu, ASKED)), daemon=True)
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    return thread, reports


def _gpu(source: SimSource, index: int) -> Gpu:
    return next(
        each for each in source.inventory().devices if isinstance(each, Gpu) and each.index == index
    )


def test_a_hung_call_comes_back_when_the_source_is_closed(lab: Lab) -> None:
    source, clock = lab(TRAINING + HANG)
    clock.advance(30)
    thread, reports = _hung(source, _gpu(source, 1))
    source.close()
    thread.join(10)
    assert reports[0].readings[0].gaps == dict.fromkeys(ASKED, Reason.TIMED_OUT)


def test_a_hung_call_comes_back_with_values_when_its_time_is_over(lab: Lab) -> None:
    source, clock = lab(TRAINING + HANG)
    clock.advance(30)
    thread, reports = _hung(source, _gpu(source, 1))
    clock.advance(60)
    thread.join(10)
    assert reports[0].readings[0].values.keys() == ASKED
    assert reports[0].time == START + 90


def test_a_hung_call_keeps_nobody_else_waiting(lab: Lab, values: Values) -> None:
    source, clock = lab(TRAINING + HANG)
    clock.advance(30)
    thread, _ = _hung(source, _gpu(source, 1))
    assert values(source, 0)
    assert source.inject({"fault": "xid", "gpu": 1, "code": 13}).id == 2
    assert len(source.active()) == 2
    assert source.clear(1)
    thread.join(10)
    assert not thread.is_alive()


def test_two_readers_and_one_who_injects_do_not_disturb_each_other() -> None:
    """Each event reaches exactly one reader, whoever was first."""
    source = SimSource(loads(f"[time]\nspeed = 2000\n{TRAINING}", "lab"), SystemClock())
    gpu = _gpu(source, 3)
    stop: list[bool] = []
    heard: list[list[int]] = [[], []]

    def read(codes: list[int]) -> None:
        energy = 0
        while not stop:
            report = source.read(gpu, {power.TOTAL_ENERGY_CONSUMPTION.id})
            codes += [event.data for event in report.events]
            now = int(report.readings[0].values[power.TOTAL_ENERGY_CONSUMPTION.id])
            assert now >= energy
            energy = now

    readers = [Thread(target=read, args=(codes,)) for codes in heard]
    for reader in readers:
        reader.start()
    sent = range(1, 101)
    for code in sent:
        source.inject({"fault": "xid", "gpu": 3, "code": code, "for": "1s"})
    while source.active():
        source.read(gpu, ASKED)
    stop.append(True)
    for reader in readers:
        reader.join(10)
    rest = [event.data for event in source.read(gpu, ASKED).events]
    assert len(set(heard[0]) & set(heard[1])) == 0
    assert set(heard[0] + heard[1] + rest) <= set(sent)
