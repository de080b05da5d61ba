"""Faults over a socket: what is asked, what is answered, and who may ask."""

import asyncio
import json
import socket
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from warpwatch.clock import ManualClock
from warpwatch.errors import InputError, Unreachable
from warpwatch.sources.sim import control
from warpwatch.sources.sim.fleet import fleet
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.spec import parse


@pytest.fixture
def source() -> SimSource:
    return SimSource(parse("sim:4xH100"), ManualClock(1e9), node="here")


def converse(
    path: Path, target: control.Target, *requests: Mapping[str, object]
) -> list[Mapping[str, object]]:
    async def talk() -> list[Mapping[str, object]]:
        async with control.serve(path, target):
            return [await asyncio.to_thread(control.send, path, each) for each in requests]

    return asyncio.run(talk())


def raw(path: Path, target: control.Target, line: bytes) -> dict[str, object]:
    def ask() -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(line)
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as reader:
                return reader.readline()

    async def talk() -> bytes:
        async with control.serve(path, target):
            return await asyncio.to_thread(ask)

    reply: dict[str, object] = json.loads(asyncio.run(talk()))
    return reply


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
    }
    assert struck == {"ok": True, **fault}
    assert listed == {"ok": True, "faults": [fault]}
    assert cleared == {"ok": True, "cleared": 1, "struck": True}
    assert empty == {"ok": True, "faults": []}


def test_a_fault_cleared_before_its_time_is_reported_as_never_struck(
    tmp_path: Path, source: SimSource
) -> None:
    planned, cleared = converse(tmp_path / "s", source, {"fault": "lost", "at": "1m"}, {"clear": 1})
    assert planned["struck"] is False
    assert cleared == {"ok": True, "cleared": 1, "struck": False}


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


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"strike!\n", "is not a line of JSON"),
        (b"[1]\n", "is not a JSON object"),
        (b"", "is not a line of JSON"),
        (b"\xff\xfe\n", "is not a line of JSON"),
        (b'"' + b"x" * 100_000 + b'"\n', "is longer than a line may be"),
    ],
)
def test_nonsense_is_answered_with_what_is_wrong(
    line: bytes, problem: str, tmp_path: Path, source: SimSource
) -> None:
    reply = raw(tmp_path / "s", source, line)
    assert reply["ok"] is False
    assert problem in str(reply["problem"])


def test_only_the_owner_may_connect_and_nothing_is_left_behind(
    tmp_path: Path, source: SimSource
) -> None:
    path = tmp_path / "s"

    async def look() -> int:
        async with control.serve(path, source):
            return stat.S_IMODE(path.stat().st_mode)

    assert asyncio.run(look()) == 0o600
    assert not path.exists()


def test_a_socket_that_a_killed_simulator_left_is_replaced(
    tmp_path: Path, source: SimSource
) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert converse(path, source, {"list": True})


def test_a_socket_in_use_is_left_alone(tmp_path: Path, source: SimSource) -> None:
    path = tmp_path / "s"

    async def twice() -> Mapping[str, object]:
        async with control.serve(path, source):
            with pytest.raises(InputError, match="another simulator listens there"):
                await control.serve(path, source).__aenter__()
            return await asyncio.to_thread(control.send, path, {"list": True})

    assert asyncio.run(twice())["ok"]


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path, source: SimSource) -> None:
    path = tmp_path / "s"
    path.write_text("precious")
    with pytest.raises(InputError, match="is not a socket"):
        converse(path, source, {"list": True})
    assert path.read_text() == "precious"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, source: SimSource) -> None:
    with pytest.raises(InputError, match="cannot be listened on"):
        converse(tmp_path / "no" / "s", source, {"list": True})


def test_a_path_too_long_for_the_kernel_is_refused_on_both_sides(
    tmp_path: Path, source: SimSource
) -> None:
    path = tmp_path / ("s" * 108)
    for act in (lambda: converse(path, source), lambda: control.send(path, {})):
        with pytest.raises(InputError, match="may have 107"):
            act()


@pytest.mark.parametrize("stale", [False, True])
def test_without_a_simulator_the_client_says_how_to_start_one(
    tmp_path: Path, *, stale: bool
) -> None:
    path = tmp_path / "s"
    if stale:
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(path))
    with pytest.raises(Unreachable, match=str(path)) as refusal:
        control.send(path, {"list": True})
    assert "warpwatch" in refusal.value.hint
