"""Requests over a socket: who may ask, and what becomes of nonsense."""

import asyncio
import json
import socket
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from warpwatch import control
from warpwatch.errors import InputError, Unreachable, WarpwatchError


def echo(request: control.Request) -> control.Reply:
    """Refuses what it is told to refuse."""
    if "refuse" in request:
        raise WarpwatchError(str(request["refuse"]), hint="ask for something else")
    return request


def converse(path: Path, *requests: Mapping[str, object]) -> list[Mapping[str, object]]:
    async def talk() -> list[Mapping[str, object]]:
        async with control.serve(path, echo):
            return [await asyncio.to_thread(control.send, path, each) for each in requests]

    return asyncio.run(talk())


def raw(path: Path, line: bytes) -> dict[str, object]:
    def ask() -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(line)
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as reader:
                return reader.readline()

    async def talk() -> bytes:
        async with control.serve(path, echo):
            return await asyncio.to_thread(ask)

    reply: dict[str, object] = json.loads(asyncio.run(talk()))
    return reply


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"now!\n", "is not a line of JSON"),
        (b"[1]\n", "is not a JSON object"),
        (b"", "is not a line of JSON"),
        (b"\xff\xfe\n", "is not a line of JSON"),
        (b'"' + b"x" * 100_000 + b'"\n', "is longer than a line may be"),
    ],
)
def test_nonsense_is_answered_with_what_is_wrong(line: bytes, problem: str, tmp_path: Path) -> None:
    reply = raw(tmp_path / "s", line)
    assert reply["ok"] is False
    assert problem in str(reply["problem"])


def test_only_the_owner_may_connect_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "s"

    async def look() -> int:
        async with control.serve(path, echo):
            return stat.S_IMODE(path.stat().st_mode)

    assert asyncio.run(look()) == 0o600
    assert not path.exists()


def test_a_socket_that_a_killed_program_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert converse(path, {"echo": 1})


def test_a_socket_in_use_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"

    async def twice() -> Mapping[str, object]:
        async with control.serve(path, echo):
            with pytest.raises(InputError, match="another program listens there"):
                await control.serve(path, echo).__aenter__()
            return await asyncio.to_thread(control.send, path, {"echo": 1})

    assert asyncio.run(twice()) == {"echo": 1}


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("precious")
    with pytest.raises(InputError, match="is not a socket"):
        converse(path, {"echo": 1})
    assert path.read_text() == "precious"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be listened on"):
        converse(tmp_path / "no" / "s", {"echo": 1})


def test_a_path_too_long_for_the_kernel_is_refused_on_both_sides(tmp_path: Path) -> None:
    path = tmp_path / ("s" * 108)
    for act in (lambda: converse(path, {}), lambda: control.send(path, {})):
        with pytest.raises(InputError, match="may have 107"):
            act()


@pytest.mark.parametrize("stale", [False, True])
def test_where_nobody_listens_the_client_says_how_to_start_one(
    tmp_path: Path, *, stale: bool
) -> None:
    path = tmp_path / "s"
    if stale:
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(path))
    with pytest.raises(Unreachable, match=str(path)) as refusal:
        control.send(path, {"echo": 1})
    assert "warpwatch" in refusal.value.hint


def test_a_refusal_reaches_the_client_with_its_hint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not that") as refusal:
        converse(tmp_path / "s", {"refuse": "not that"})
    assert refusal.value.hint == "ask for something else"
