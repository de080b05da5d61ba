"""Over a real unix socket: names, refusals, silence, and answers that are none."""

import json
from pathlib import Path

import pytest

from dockerd import Dockerd, answer, listed, serving
from warpwatch.clients.containers.runtime import _LARGEST, Runtime
from warpwatch.clock import SystemClock
from warpwatch.errors import Unreachable

ID, OTHER = "0123456789abcdef" * 4, "fedcba9876543210" * 4
CLOCK = SystemClock()


@pytest.fixture
def dockerd(tmp_path: Path) -> Dockerd:
    return Dockerd(tmp_path / "docker.sock", listed({ID: "notebook", OTHER: "train"}))


@pytest.mark.parametrize("scheme", ["", "unix://"])
def test_it_is_told_the_names(dockerd: Dockerd, scheme: str) -> None:
    runtime = Runtime(f"{scheme}{dockerd.path}", CLOCK)
    with serving(dockerd):
        assert runtime.names(5.0) == {ID: "notebook", OTHER: "train"}
        dockerd.answer = listed({})
        assert runtime.names(5.0) == {}
    assert dockerd.asked == [b"GET /containers/json HTTP/1.1"] * 2


def test_an_answer_in_chunks_is_read_whole(dockerd: Dockerd) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = json.dumps([{"Id": ID, "Names": ["/a"]}]).encode()
    pieces = b"".join(b"%x\r\n%s\r\n" % (1, body[n : n + 1]) for n in range(len(body)))
    dockerd.answer = head + pieces + b"0\r\n\r\n"
    with serving(dockerd):
        assert Runtime(str(dockerd.path), CLOCK).names(5.0) == {ID: "a"}


def test_a_container_has_its_own_name_and_not_that_which_others_have_for_it(
    dockerd: Dockerd,
) -> None:
    said = [{"Id": ID, "Names": ["/web/db", "/db"]}, {"Id": OTHER, "Names": []}, {"Id": 1}]
    dockerd.answer = answer(json.dumps(said).encode())
    with serving(dockerd):
        assert Runtime(str(dockerd.path), CLOCK).names(5.0) == {ID: "db", OTHER: ""}


WRONG = {
    "a refusal": (answer(b"{}", "500 Internal Server Error"), "HTTP 500"),
    "another API": (b"\x00\x00\x06\x04\x00\x00\x00\x00\x00", "cannot be read"),
    "nothing": (b"", "closed connection"),
    "a piece": (answer(b"[{}]")[:-2], "cannot be read"),
    "no JSON": (answer(b"hello"), "cannot be read"),
    "no text": (answer(b"\xff\xfe[]"), "cannot be read"),
    "no list": (answer(b"{}"), "cannot be read"),
    "no container": (answer(b"[1]"), "cannot be read"),
    "a pit": (answer(b"[" * 200_000), "cannot be read"),
    "no length": (answer(b"[]").replace(b": 2", b": two"), ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_list_of_containers_is_unreachable(dockerd: Dockerd, name: str) -> None:
    dockerd.answer, problem = WRONG[name]
    runtime = Runtime(str(dockerd.path), CLOCK)
    with serving(dockerd):
        if problem:
            with pytest.raises(Unreachable, match=f"docker.sock: .*{problem}"):
                runtime.names(5.0)
        else:
            assert runtime.names(5.0) == {}


@pytest.mark.parametrize("beyond", [0, 1])
def test_an_answer_is_read_to_a_bound(
    dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch, beyond: int
) -> None:
    body = b"[" + b" " * 998 + b"]"
    monkeypatch.setattr("warpwatch.clients.containers.runtime._LARGEST", len(body) - beyond)
    dockerd.answer = answer(body)
    runtime = Runtime(str(dockerd.path), CLOCK)
    with serving(dockerd):
        if beyond:
            with pytest.raises(Unreachable, match="without end"):
                runtime.names(5.0)
        else:
            assert runtime.names(5.0) == {}


def test_one_who_never_ends_is_not_read_to_the_end(
    dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warpwatch.clients.containers.runtime._LARGEST", 1000)
    dockerd.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 2000
    dockerd.open_end = True
    with serving(dockerd), pytest.raises(Unreachable, match="without end"):
        Runtime(str(dockerd.path), CLOCK).names(5.0)


def test_a_machine_with_thousands_of_containers_is_told_of(dockerd: Dockerd) -> None:
    """Two thousand bytes of each, as Docker has them with labels and mounts."""
    said = [{"Id": f"{n:064x}", "Names": [f"/c{n}"], "Labels": "x" * 2000} for n in range(3000)]
    dockerd.answer = answer(json.dumps(said).encode())
    with serving(dockerd):
        assert len(Runtime(str(dockerd.path), CLOCK).names(5.0)) == 3000
    assert 2 * len(dockerd.answer) < _LARGEST <= 32 * 1024 * 1024


def test_one_who_only_drips_is_not_waited_for(dockerd: Dockerd) -> None:
    dockerd.slow = True
    with serving(dockerd), pytest.raises(Unreachable, match="does not answer"):
        Runtime(str(dockerd.path), CLOCK).names(0.2)


def test_a_socket_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"none\.sock: is not there") as caught:
        Runtime(str(tmp_path / "none.sock"), CLOCK).names(1.0)
    assert "mount it" in caught.value.hint


def test_a_socket_that_nobody_listens_on_and_a_path_that_is_none_are_unreachable(
    dockerd: Dockerd, tmp_path: Path
) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(dockerd.path))
    for path in (dockerd.path, tmp_path / ("x" * 200)):
        with pytest.raises(Unreachable):
            Runtime(str(path), CLOCK).names(1.0)
