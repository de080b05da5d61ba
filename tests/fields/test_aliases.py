"""Older names of DCGM's own resolve like any other."""

from warpwatch.fields import events, spellings


def test_a_list_that_holds_an_older_name_is_served() -> None:
    assert spellings.resolve("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS") is events.CLOCKS_EVENT_REASONS
