"""Servers that somebody else runs, and what it takes to be let in."""

import asyncio
import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from certificates import Authority
from warpwatch.clients.access import ANYBODY, Access
from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.errors import InputError, Unreachable, UsageError

PROMETHEUS = "/api/v1/status/buildinfo"
BODIES = {
    PROMETHEUS: b'{"status": "success", "data": {"version": "3.5.0"}}',
    "/api/v2/status": b'{"versionInfo": {"version": "0.28.1"}, "cluster": {}}',
    "/odd" + PROMETHEUS: b"<html>",
}


class Door(ThreadingHTTPServer):
    def __init__(self, wanted: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wanted = wanted


class _Handler(BaseHTTPRequestHandler):
    server: Door

    def do_GET(self) -> None:
        let_in = all(self.headers.get(name) == value for name, value in self.server.wanted.items())
        body = BODIES.get(self.path, b"")
        self.send_response(401 if not let_in else 200 if body else 404)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def door(wanted: dict[str, str], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    with Door(wanted) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def look(url: str, access: Access = ANYBODY) -> str:
    async def main() -> str:
        async with aclosing(Prometheus(url, access)) as server:
            return (await server.build()).version

    return asyncio.run(main())


def test_versions_are_told_where_servers_tell_them() -> None:
    async def main(url: str) -> str:
        async with aclosing(Alertmanager(f"{url}/")) as server:
            return (await server.status()).version_info.version

    with door({}) as url:
        assert look(url) == "3.5.0"
        assert asyncio.run(main(url)) == "0.28.1"
        assert look(f"{url}/nothing-there") == ""


def test_what_is_no_prometheus_is_told_to_be_none() -> None:
    with (
        door({}) as url,
        pytest.raises(Unreachable, match=r"/odd/api.*not an answer of Prometheus") as caught,
    ):
        look(f"{url}/odd")
    assert "path prefix" in caught.value.hint


@pytest.mark.parametrize(
    ("access", "wanted"),
    [
        ({"bearer_token_file": "secret"}, {"authorization": "Bearer hush"}),
        (
            {"username": "me", "password_file": "secret"},
            {"authorization": f"Basic {base64.b64encode(b'me:hush').decode()}"},
        ),
        ({"tenant": "gpus"}, {"x-scope-orgid": "gpus"}),
        ({"tenant": "here"}, {"x-scope-orgid": "here", "accept-encoding": "identity"}),
    ],
)
def test_it_is_let_in_by_what_files_hold(
    tmp_path: Path, access: dict[str, str], wanted: dict[str, str]
) -> None:
    (tmp_path / "secret").write_text("hush\n")
    named = {
        name: str(tmp_path / value) if name.endswith("_file") else value
        for name, value in access.items()
    }
    with door(wanted) as url:
        assert look(url, Access(**named)) == "3.5.0"
        with pytest.raises(Unreachable, match="401 Unauthorized") as caught:
            look(url)
    assert "hush" not in caught.value.message + caught.value.hint


def test_it_speaks_mutual_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    theirs, ours = authority.vouch("server", "127.0.0.1"), authority.vouch("client")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(theirs.cert, theirs.key)
    context.load_verify_locations(authority.cert)
    context.verify_mode = ssl.CERT_REQUIRED
    access = Access(ca_file=str(authority.cert), cert_file=str(ours.cert), key_file=str(ours.key))
    with door({}, context) as url:
        assert look(url, access) == "3.5.0"
        with pytest.raises(Unreachable, match="certificate verify failed"):
            look(url)


def test_nobody_there_is_told_with_the_address() -> None:
    with pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:1/api"):
        look("http://127.0.0.1:1")


@pytest.mark.parametrize("url", ["127.0.0.1:9090", "file:///etc/passwd", ""])
def test_only_addresses_of_servers_are_asked(url: str) -> None:
    with pytest.raises(UsageError, match="is no address of a server"):
        look(url)


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    with pytest.raises(InputError, match="gone"):
        look("http://127.0.0.1:1", Access(bearer_token_file=gone))
    with pytest.raises(InputError, match="gone: cannot be used for TLS"):
        look("https://127.0.0.1:1", Access(ca_file=gone))


def test_a_server_that_takes_too_long_is_told_of_as_that() -> None:
    async def main(url: str) -> None:
        async with aclosing(Prometheus(url, patience=0.05)) as server:
            await server.build()

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(Unreachable, match=r"buildinfo: no answer within 0\.05 s") as told:
            asyncio.run(main(url))
    assert "it may have much to do" in told.value.hint
