"""What is counted over time: XIDs and clock events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.exporter.tally import ACCUMULATORS, CLOCK_EVENTS, REASONS, Tally
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Event, Kind, Reading, Report, Value

GPU = Gpu(0, "GPU-0", "00000000:00:00.0", "x")


def report(time: float, mask: int | None = None, *codes: int, **more: Value) -> Report:
    values: dict[int, Value] = {} if mask is None else {REASONS: mask}
    values |= {int(name[1:]): value for name, value in more.items()}
    events = tuple(Event(time, Kind.XID, code) for code in codes)
    return Report(GPU, time, (Reading(GPU, values, {}),), events)


def add(tally: Tally, found: Report) -> None:
    """On a day on which the wall clock keeps step."""
    tally.add(found, found.time)


def test_xids_are_counted_by_code_with_their_last_time() -> None:
    tally = Tally(300, 300)
    for time, codes in ((10, (79,)), (20, (13, 13)), (30, ())):
        add(tally, report(time, None, *codes))
    assert tally.xid_totals == {79: 1, 13: 2}
    assert tally.xid_times == {79: 10, 13: 20}
    assert tally.last_xid == 13


def test_xid_zero_is_no_xid() -> None:
    tally = Tally(300, 300)
    add(tally, report(1, None, 0))
    assert (tally.last_xid, tally.xid_totals) == (0, {})


def test_the_window_forgets_and_the_totals_do_not() -> None:
    tally = Tally(60, 60)
    add(tally, report(0, None, 79, 48))
    add(tally, report(59, None, 48))
    assert tally.recent_xids() == {79: 1, 48: 2}
    add(tally, report(60))
    assert tally.recent_xids() == {48: 1}
    assert tally.xid_totals == {79: 1, 48: 2}


def test_clock_events_count_samples_in_the_window_and_edges_for_ever() -> None:
    tally = Tally(300, 10)
    for time, mask in ((0, 0x4), (1, 0x4), (2, 0x1), (3, 0x4 | 0x8)):
        add(tally, report(time, mask))
    assert tally.recent_clock_events() == {0x1: 1, 0x4: 3, 0x8: 1}
    assert tally.clock_edges == {0x1: 1, 0x4: 2, 0x8: 1}
    add(tally, report(12.5, 0))
    assert tally.recent_clock_events() == {0x4: 1, 0x8: 1}


def test_time_is_counted_while_a_reason_holds_from_one_sample_to_the_next() -> None:
    tally = Tally(300, 300)
    for time, mask in ((0, 0x8), (5, 0x8), (7, 0), (9, 0x8), (10, 0x8)):
        add(tally, report(time, mask))
    assert tally.clock_seconds[0x8] == 6


def test_the_drivers_own_time_wins_over_ours() -> None:
    tally = Tally(300, 300)
    accumulator = ACCUMULATORS[0x20]
    add(tally, report(0, 0x20, **{f"f{accumulator}": 3_500_000_000}))
    assert tally.clock_seconds[0x20] == 3.5


def test_a_wall_clock_that_jumps_adds_no_time_and_moves_no_window() -> None:
    tally = Tally(300, 10, longest=60)
    walls = (100.0, 101.0, 3701.0, 102.0, 103.0)
    for steady, wall in enumerate(walls):
        tally.add(report(wall, 0x1), float(steady))
    assert tally.clock_seconds[0x1] == 2
    assert tally.recent_clock_events() == {0x1: 5}
    tally.add(report(104.0, 0x1), 100.0)
    assert tally.recent_clock_events() == {0x1: 1}


def test_a_window_of_no_length_holds_nothing() -> None:
    tally = Tally(0, 0)
    tally.add(report(1, 0x1, 31), 1.0)
    assert (tally.recent_xids(), tally.recent_clock_events()) == ({}, {})


masks = st.integers(0, 0x1FF)
steps = st.lists(st.tuples(st.floats(0, 20), masks, st.lists(st.integers(1, 5), max_size=2)))


@given(steps, st.floats(1, 50))
def test_windows_never_exceed_totals(
    history: list[tuple[float, int, list[int]]], window: float
) -> None:
    tally = Tally(window, window)
    now = 0.0
    for seen, (step, mask, codes) in enumerate(history, start=1):
        now += step
        add(tally, report(now, mask, *codes))
        assert all(tally.xid_totals[code] >= n for code, n in tally.recent_xids().items())
        recent = tally.recent_clock_events()
        assert all(0 < samples <= seen for samples in recent.values())
        assert recent.keys() <= CLOCK_EVENTS.keys()
        assert all(bit in recent for bit in CLOCK_EVENTS if mask & bit)
        assert all(seconds <= now + 1e-9 for seconds in tally.clock_seconds.values())


def test_a_storm_of_xids_is_bounded_in_the_window_and_whole_in_the_total() -> None:
    tally = Tally(1e9, 300)
    add(tally, report(1, None, *([31] * 25_000)))
    assert tally.xid_totals[31] == 25_000
    assert tally.recent_xids()[31] == pytest.approx(10_000)


def test_what_is_listened_for_is_counted_from_zero_and_all_else_from_one() -> None:
    tally = Tally(300, 300)
    heard = frozenset({Kind.XID, Kind.ROW_REMAP})
    tally.add(Report(GPU, 1.0, (), (), heard), 1.0)
    assert tally.events == {Kind.XID: 0, Kind.ROW_REMAP: 0}
    happened = (Event(2.0, Kind.XID, 79), Event(2.0, Kind.POISON_FATAL), Event(2.0, Kind.XID, 79))
    tally.add(Report(GPU, 2.0, (), happened), 2.0)
    assert tally.events == {Kind.XID: 2, Kind.ROW_REMAP: 0, Kind.POISON_FATAL: 1}
    assert tally.xid_totals == {79: 2}
