"""One small server front for everything that speaks HTTP.

uvicorn parses and answers; this module adds what it leaves to its users: a deadline for
slow request heads and for slow readers, a bound on connections, a stop that lets running
answers finish, and errors that name the port and the process that holds it.
"""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from warpwatch.errors import Unreachable, UsageError

BACKLOG = 1024
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Limits:
    head_bytes: int = 16 * 1024
    head_seconds: float = 10.0
    """From the first byte awaited to the end of the request's head."""
    write_seconds: float = 30.0
    """How long a reader may leave us with a full send buffer."""
    idle_seconds: float = 75.0
    connections: int = 512


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Response:
    body: bytes
    status: int = 200
    content_type: str = PLAIN
    headers: dict[str, str] = field(default_factory=dict)


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Handler = Callable[[Request], Awaitable[Response]]


def plain(text: str, status: int = 200, **headers: str) -> Response:
    return Response(text.encode(), status, headers=headers)


def application(
    handler: Handler, limits: Limits
) -> Callable[[Message, Receive, Send], Awaitable[None]]:
    """An ASGI application that reads no bodies: every page here is asked for with GET."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        del receive
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        request = Request(
            scope["method"],
            scope["path"],
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        )
        if sum(len(name) + len(value) for name, value in scope["headers"]) > limits.head_bytes:
            # The parser's own bound is on heads that come in pieces; this is for the others.
            response = plain("the request's head is too large\n", 431)
        elif request.method in ("GET", "HEAD"):
            response = await handler(request)
        else:
            response = plain("only GET and HEAD are answered here\n", 405, allow="GET, HEAD")
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": list(_head(response, unread=_has_body(request))),
            }
        )
        body = b"" if request.method == "HEAD" else response.body
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return app


def _has_body(request: Request) -> bool:
    length = request.headers.get("content-length", "0")
    return length != "0" or "transfer-encoding" in request.headers


def _head(response: Response, *, unread: bool) -> Iterator[tuple[bytes, bytes]]:
    if unread:
        # Nobody will read the body, and its end may never come: the answer ends the connection.
        yield b"connection", b"close"
    yield b"content-type", response.content_type.encode("latin-1")
    yield b"content-length", str(len(response.body)).encode()
    for name, value in response.headers.items():
        yield name.encode("latin-1"), value.encode("latin-1")


class Server:
    """A listening server; `start` returns once it answers, `stop` once the last answer is out."""

    def __init__(self, handler: Handler, listen: str, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._listen = listen
        self._socket: socket.socket | None = None
        self._running: asyncio.Task[None] | None = None
        config = uvicorn.Config(
            application(handler, self._limits),
            http=type("Guarded", (_Guarded,), {"limits": self._limits}),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=self._limits.head_bytes,
            limit_concurrency=self._limits.connections,
            timeout_keep_alive=int(self._limits.idle_seconds),
        )
        self._server = _Quiet(config)

    @property
    def port(self) -> int:
        if self._socket is None:
            raise RuntimeError("the server has not been started")
        return int(self._socket.getsockname()[1])

    async def start(self) -> None:
        self._socket = bind(self._listen)
        self._running = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        answering = asyncio.create_task(self._server.answering.wait())
        await asyncio.wait({self._running, answering}, return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            answering.cancel()
            await self._running

    async def stop(self, grace: float = 10.0) -> None:
        if self._running is None:
            return
        self._server.config.timeout_graceful_shutdown = max(1, int(grace))
        self._server.should_exit = True
        await self._running


class _Quiet(uvicorn.Server):
    """uvicorn's server without its own signal handlers: the program that embeds it has some."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answering.set()


class _Guarded(H11Protocol):
    """uvicorn's protocol with deadlines; it wants a class, so a subclass carries the limits."""

    limits: ClassVar[Limits]
    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._await_head()
        else:
            self._stop(self._head_timer)
            self._head_timer = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_timer = self.loop.call_later(self.limits.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop(self._write_timer)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        # close() waits for a reader that may never read; this does not.
        self.loop.call_later(self.limits.write_seconds, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop(self._head_timer)
        self._stop(self._write_timer)
        super().connection_lost(exc)

    def _await_head(self) -> None:
        """One deadline for the whole head: dripping bytes does not move it."""
        if self._head_timer is None:
            seconds = self.limits.head_seconds
            self._head_timer = self.loop.call_later(seconds, self.transport.abort)

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


def address(listen: str) -> tuple[str, int]:
    """`:9400`, `host:9400`, `[::1]:9400` as host and port; an empty host is every address."""
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise UsageError(
            f"listen address {listen!r} is not host:port",
            hint="write :9400, 127.0.0.1:9400 or [::1]:9400",
        )
    return host, int(port)


def join_address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def bind(listen: str) -> socket.socket:
    host, port = address(listen)
    everywhere = not host and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if ":" in host or everywhere else socket.AF_INET
    try:
        listening = socket.create_server(
            (host, port), family=family, backlog=BACKLOG, dualstack_ipv6=everywhere
        )
    except OSError as error:
        raise _why_not(listen, host, port, error.errno or 0) from error
    # Connections inherit it. Without it head and body, written one after the other, wait for
    # each other's acknowledgement: 40 ms on every scrape but the first of a connection.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _why_not(listen: str, host: str, port: int, code: int) -> Unreachable:
    if code < 0:  # Of the resolver's, not of the kernel's.
        return Unreachable(
            f"cannot listen on {listen}: no address is known for {host!r}",
            hint="give an address of this machine, e.g. 127.0.0.1",
        )
    reason = f"cannot listen on {listen}: {os.strerror(code)}"
    if code != errno.EADDRINUSE:
        return Unreachable(reason, hint="choose another address, e.g. --address 127.0.0.1:9400")
    held = f" (held by {holder})" if (holder := port_holder(port)) else ""
    return Unreachable(
        f"{reason}{held}",
        hint=f"stop that process, or choose another address, e.g. --address :{port + 1}",
    )


def port_holder(port: int) -> str:
    """The process that listens on a port, as far as this user may see; empty if unknown."""
    inodes = set(_listening_inodes(port))
    if not inodes:
        return ""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                if descriptor.readlink().name in inodes:
                    name = (process / "comm").read_text().strip()
                    return f"process {process.name}, {name}"
    return ""


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                local, state, inode = columns[1], columns[3], columns[9]
                if state == "0A" and int(local.rpartition(":")[2], 16) == port:
                    yield f"socket:[{inode}]"
