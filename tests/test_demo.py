"""What goes on beside the stack of a demonstration."""

from pathlib import Path

import pytest

from warpwatch.app.demo import FLEET, Demo, background
from warpwatch.clock import ManualClock
from warpwatch.stack.binaries import Finder
from warpwatch.stack.places import Places


@pytest.mark.parametrize(
    ("story", "ours", "what"),
    [
        ("", True, ["past"]),
        ("xid-79", True, ["past", "stories"]),
        ("xid-79", False, ["stories"]),
        ("", False, []),
    ],
)
def test_a_past_is_for_our_prometheus_alone_and_stories_for_any(
    tmp_path: Path, story: str, *, ours: bool, what: list[str]
) -> None:
    going_on = background(
        Demo(story=story),
        FLEET,
        socket=tmp_path / "faults",
        where=Places(tmp_path, tmp_path),
        finder=Finder(tmp_path, ""),
        clock=ManualClock(0),
        ours=ours,
    )
    assert [each.__name__ for each in going_on] == what
