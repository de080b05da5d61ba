"""Faults over a socket: what is asked, and what is answered."""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from warpwatch import control
from warpwatch.clock import ManualClock
from warpwatch.errors import InputError
from warpwatch.sources.sim.control import Target, handle
from warpwatch.sources.sim.fleet import fleet
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.spec import parse


@pytest.fixture
def source() -> SimSource:
    return SimSource(parse("sim:4xH100"), ManualClock(1e9), node="here")


def converse(
    path: Path, target: Target, *requests: Mapping[str, object]
) -> list[Mapping[str, object]]:
    async def talk() -> list[Mapping[str, object]]:
        async with control.serve(path, partial(handle, target)):
            return [await asyncio.to_thread(control.send, path, each) for each in requests]

    return asyncio.run(talk())


def test_a_fault_is_struck_listed_and_cleared(tmp_path: Path, source: SimSource) -> None:
    struck, listed, cleared, empty = converse(
        tmp_path / "s",
        source,
        {"fault": "xid", "gpu": 3, "code": 79, "for": "2m"},
        {"list": True},
        {"clear": 1},
        {"list": True},
    )
    fault = {
        "id": 1,
        "node": "here",
        "gpu": 3,
        "fault": "xid",
        "begins": 1e9,
        "ends": 1e9 + 120,
        "struck": True,
        "program": "",
    }
    assert struck == {**fault}
    assert listed == {"faults": [fault]}
    assert cleared == {"cleared": 1, "struck": True}
    assert empty == {"faults": []}


def test_a_fault_cleared_before_its_time_is_reported_as_never_struck(
    tmp_path: Path, source: SimSource
) -> None:
    planned, cleared = converse(tmp_path / "s", source, {"fault": "lost", "at": "1m"}, {"clear": 1})
    assert planned["struck"] is False
    assert cleared == {"cleared": 1, "struck": False}


def test_who_clears_what_is_not_there_learns_how_to_see_what_is(
    tmp_path: Path, source: SimSource
) -> None:
    with pytest.raises(InputError) as refusal:
        converse(tmp_path / "s", source, {"clear": 9})
    assert "warpwatch sim active" in refusal.value.hint


def test_a_fleet_is_asked_by_node(tmp_path: Path) -> None:
    made = fleet(clock=ManualClock(1e9), nodes=2)
    (reply,) = converse(tmp_path / "s", made, {"fault": "hang", "node": "gpu-0002", "gpu": 1})
    assert (reply["node"], reply["gpu"]) == ("gpu-0002", 1)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"fault": "xyd"}, "the request: fault: Invalid value 'xyd'"),
        ({"clear": 9}, "the request: clear: no fault 9 is active"),
        ({"clear": True}, "the request: clear: no fault True is active"),
        ({"clear": "all"}, "the request: clear: no fault 'all' is active"),
    ],
)
def test_a_refusal_reaches_the_client_as_the_error_it_was(
    request_: dict[str, object], message: str, tmp_path: Path, source: SimSource
) -> None:
    with pytest.raises(InputError, match=message) as refusal:
        converse(tmp_path / "s", source, request_)
    assert refusal.value.hint
