"""How much is asked for: more by day than by night, less at the weekend, more every week."""

from datetime import UTC, datetime

import pytest

from warpwatch.sources.sim.past.rhythm import DAY, LENGTH, Rhythm

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp()
"""A Monday."""
RHYTHM = Rhythm(NOW)


def at(days: float, hour: float) -> float:
    """So many days before today, at an hour."""
    return NOW - 9 * 3600 - days * DAY + hour * 3600


def test_afternoons_are_busier_than_nights() -> None:
    assert RHYTHM.demand(at(3, 14)) > 1.4 * RHYTHM.demand(at(3, 3))


def test_weekends_are_quieter_than_the_days_around_them() -> None:
    friday, saturday, sunday, monday = (RHYTHM.demand(at(days, 14)) for days in (3, 2, 1, 0))
    assert max(saturday, sunday) < 0.85 * min(friday, monday)


def test_it_grows_until_now_and_no_further() -> None:
    assert RHYTHM.demand(at(28, 14)) < 0.65 * RHYTHM.demand(at(0, 14))
    assert RHYTHM.demand(at(-7, 14)) == pytest.approx(RHYTHM.demand(at(-14, 14)))


def test_one_rack_was_out_for_some_hours_within_the_past() -> None:
    assert [RHYTHM.outage(rack) for rack in (0, 2, 3)] == [None] * 3
    outage = RHYTHM.outage(1)
    assert outage is not None
    assert NOW - LENGTH < outage.begins < outage.ends < NOW
    assert 3 * 3600 < outage.ends - outage.begins < 5 * 3600
