"""Cooling that is lost: slowed by software in steps, then by hardware, at last off."""

from collections.abc import Callable, Mapping
from itertools import pairwise

import pytest

from warpwatch.clock import ManualClock
from warpwatch.fields import clocks, events, power, temperature, utilisation
from warpwatch.samples.sample import Reason, Report, Value
from warpwatch.sources.sim.source import SimSource

Lab = Callable[[str], tuple[SimSource, ManualClock]]
Values = Callable[[SimSource, int], Mapping[int, Value]]
ReadReport = Callable[[SimSource, int], Report]
DEGREES = temperature.GPU_TEMP.id
CLOCK = clocks.SM_CLOCK.id
WATTS = power.POWER_USAGE.id
REASONS = events.CLOCKS_EVENT_REASONS.id
SW_THERMAL, HW_SLOWDOWN, HW_THERMAL = 0x20, 0x8, 0x40
START = 30


def loose(degrees: float, name: str = "H100", tick: int = 1, extra: str = "") -> str:
    return (
        f'tick = {tick}\n[[gpus]]\nboard = "{name}"\ncount = 2\nworkload = "burn"\n'
        f'[[faults]]\nfault = "overheat"\nat = "{START}s"\ndegrees = {degrees}\n{extra}\n'
    )


@pytest.fixture
def course(lab: Lab, values: Values) -> Callable[..., list[Mapping[int, Value]]]:
    """GPU 0 at every tick, for so many seconds."""

    def follow(text: str, seconds: int, tick: int = 1) -> list[Mapping[int, Value]]:
        source, clock = lab(text)
        seen = []
        for _ in range(seconds // tick):
            clock.advance(tick)
            seen.append(values(source, 0))
        return seen

    return follow


Course = Callable[..., list[Mapping[int, Value]]]


@pytest.mark.parametrize("tick", [1, 5])
def test_it_takes_tens_of_seconds_to_the_limit_and_clocks_go_down_step_by_step(
    tick: int, course: Course
) -> None:
    seen = course(loose(45, tick=tick), 300, tick)
    first = next(index for index, each in enumerate(seen) if int(each[REASONS]) & SW_THERMAL)
    assert 20 <= first * tick - START <= 90
    assert all(int(each[CLOCK]) == 1980 for each in seen[:first])
    falls = [int(old[CLOCK]) - int(new[CLOCK]) for old, new in pairwise(seen)]
    assert max(falls) <= 80 * tick
    assert max(int(each[DEGREES]) for each in seen) <= 88


def test_software_hunts_around_the_limit_and_takes_no_more_than_it_must(course: Course) -> None:
    late = course(loose(45), 900)[600:]
    speeds = {int(each[CLOCK]) for each in late}
    assert len(speeds) > 1
    assert 1500 < min(speeds) <= max(speeds) < 1900
    assert {int(each[DEGREES]) for each in late} <= {85, 86, 87}
    assert {int(each[REASONS]) for each in late} == {SW_THERMAL}
    assert all(0 <= int(each[temperature.GPU_TEMP_LIMIT.id]) <= 2 for each in late)


def test_a_slowed_gpu_still_looks_busy_and_draws_less(course: Course) -> None:
    seen = course(loose(45), 400)
    assert {int(each[utilisation.GPU_UTIL.id]) for each in seen} == {100}
    assert float(seen[-1][WATTS]) < float(seen[0][WATTS]) - 100
    slowed = [int(each[events.THERMAL_VIOLATION.id]) for each in seen]
    assert slowed[START] == 0
    assert slowed[-1] - slowed[-101] == 100 * 10**9
    assert seen[-1][events.CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS.id] == 0


def test_it_cools_down_and_speeds_up_when_mended(lab: Lab, values: Values) -> None:
    source, clock = lab(loose(45, extra="for = '10m'"))
    clock.advance(600)
    assert int(values(source, 0)[CLOCK]) < 1900
    clock.advance(600)
    mended = values(source, 0)
    assert mended[DEGREES] == pytest.approx(59, abs=3)
    assert mended[CLOCK] == 1980
    assert mended[REASONS] == 0


def test_where_that_is_not_enough_hardware_halves_the_clocks(course: Course) -> None:
    seen = course(loose(150), 600)
    halved = [each for each in seen if int(each[REASONS]) & HW_THERMAL]
    assert halved
    assert all(int(each[REASONS]) & HW_SLOWDOWN for each in halved)
    assert {int(each[CLOCK]) for each in halved} == {990}
    counted = int(seen[-1][events.CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS.id])
    assert counted == len(halved) * 10**9
    assert int(seen[-1][events.THERMAL_VIOLATION.id]) <= 600 * 10**9
    assert seen[-1][events.XID_ERRORS.id] == 0


@pytest.mark.parametrize("tick", [1, 5])
def test_and_at_last_it_switches_itself_off_until_somebody_mends_it(
    tick: int, lab: Lab, report: ReadReport
) -> None:
    source, clock = lab(loose(195, tick=tick, extra="for = '10m'"))
    reports = []
    for _ in range(600 // tick):
        clock.advance(tick)
        reports.append(report(source, 0))
    answers = [each.readings[0].values for each in reports if each.readings[0].values]
    assert any(int(values[REASONS]) & HW_THERMAL for values in answers)
    assert [event.data for each in reports for event in each.events] == [79]
    assert set(reports[-1].readings[0].gaps.values()) == {Reason.LOST}
    clock.advance(700)
    mended = report(source, 0).readings[0].values
    assert int(mended[DEGREES]) < 65


def test_a_gpu_at_rest_hardly_feels_it(lab: Lab, values: Values) -> None:
    source, clock = lab(loose(90).replace("burn", "idle"))
    clock.advance(20)
    before = int(values(source, 0)[DEGREES])
    clock.advance(600)
    assert int(values(source, 0)[DEGREES]) - before <= 14


@pytest.mark.parametrize("tick", [30, 300])
def test_a_tick_too_long_to_regulate_in_ends_where_regulating_would(
    tick: int, lab: Lab, values: Values
) -> None:
    ends = []
    for length in (1, tick):
        source, clock = lab(loose(45, tick=length))
        clock.advance(1200)
        ends.append(values(source, 0))
    assert int(ends[0][DEGREES]) == pytest.approx(int(ends[1][DEGREES]), abs=2)
    assert int(ends[0][CLOCK]) == pytest.approx(int(ends[1][CLOCK]), rel=0.06)


def test_a_board_at_its_power_limit_is_slowed_from_there(course: Course) -> None:
    seen = course(loose(45, name="T4"), 600)
    assert int(seen[START - 2][REASONS]) == 0x4
    assert int(seen[-1][REASONS]) == 0x4 | SW_THERMAL
    assert int(seen[-1][CLOCK]) < 0.95 * int(seen[START - 2][CLOCK])


def test_a_loose_heat_sink_leaves_the_fan_alone(course: Course) -> None:
    seen = course(loose(20, name="RTX4080S"), 120)
    assert int(seen[-1][temperature.FAN_SPEED.id]) >= int(seen[0][temperature.FAN_SPEED.id]) > 0
