"""Where children listen."""

import os
import socket

import pytest

from warpwatch.errors import Unreachable
from warpwatch.httpd import address
from warpwatch.stack import ports


def test_a_free_port_is_taken_as_it_is_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        wanted = f"127.0.0.1:{server.getsockname()[1]}"
    assert ports.choose(wanted) == ports.Chosen(wanted)


def test_any_port_is_a_real_one() -> None:
    chosen = ports.choose("127.0.0.1:0")
    assert address(chosen.listen)[1] > 0
    assert chosen.moved == ""


def test_the_holder_of_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        chosen = ports.choose(f"127.0.0.1:{port}")
    assert address(chosen.listen)[1] > port
    assert f"held by process {os.getpid()}" in chosen.moved


def test_what_is_promised_to_another_child_is_left_to_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        wanted = f"127.0.0.1:{server.getsockname()[1]}"
    chosen = ports.choose(wanted, frozenset({wanted}))
    assert chosen.listen != wanted
    assert chosen.moved == f"{wanted} is for another part of the stack"


def test_an_address_that_is_not_of_this_machine_is_an_error() -> None:
    with pytest.raises(Unreachable, match=r"192\.0\.2\.1"):
        ports.choose("192.0.2.1:9090")
