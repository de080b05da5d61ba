"""uvicorn, with a start that returns once it answers and a stop that loses nobody."""

import asyncio
import contextlib
import functools
import socket
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    MutableMapping,
    Sequence,
)
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import uvicorn

from warpwatch.clock import Clock
from warpwatch.httpd.accepting import Accepting
from warpwatch.httpd.address import bind
from warpwatch.httpd.guard import Guarded
from warpwatch.httpd.message import Handler, Limits, Request, Response, plain

if TYPE_CHECKING:
    from warpwatch.httpd.edge import Edge

FOLLOW_SECONDS = 1.0
READING = ("GET", "HEAD")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def application(
    handler: Handler,
    limits: Limits,
    edge: "Edge | None" = None,
    methods: Sequence[str] = READING,
) -> Application:
    """An ASGI application that reads no bodies but of those who say how long one may be."""

    async def answer(request: Request, head: int) -> Response:
        if head > limits.head_bytes:
            # The parser's own bound is on heads that come in pieces; this is for the others.
            return plain("the request's head is too large\n", 431)
        refusal = await edge.admit(request) if edge is not None else None
        if refusal is not None:
            return refusal
        if request.method in methods:
            return await handler(request)
        allowed = " and ".join(filter(None, (", ".join(methods[:-1]), methods[-1])))
        return plain(f"only {allowed} are answered here\n", 405, allow=", ".join(methods))

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        request = _request(scope)
        head = sum(len(name) + len(value) for name, value in scope["headers"])
        unread, response = _has_body(request), None
        if unread and limits.body_bytes and request.method in methods:
            body = await _body(receive, limits)
            unread = body is None
            request = replace(request, body=body or b"")
            response = (
                plain("the request's body is too long, or too slow\n", 413) if unread else None
            )
        response = response or await answer(request, head)
        headers = [*_head(response, unread=unread)]
        if edge is not None:
            headers += [(name.encode(), value.encode()) for name, value in edge.headers.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        if response.stream is not None and request.method != "HEAD":
            await _streamed(response.stream, receive, send)
            return
        content = b"" if request.method == "HEAD" else response.body
        await send({"type": "http.response.body", "body": content, "more_body": False})

    return app


def _request(scope: Message) -> Request:
    return Request(
        scope["method"],
        scope["path"],
        {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        scope.get("query_string", b"").decode("latin-1"),
        client=str((scope.get("client") or ("",))[0]),
    )


async def _body(receive: Receive, limits: Limits) -> bytes | None:
    """None where it is longer than may be, or does not come in the time that a head has."""
    content = b""
    try:
        async with asyncio.timeout(limits.head_seconds):
            while True:
                message = await receive()
                piece: bytes = message.get("body", b"")
                content += piece
                if len(content) > limits.body_bytes or message["type"] == "http.disconnect":
                    return None
                if not message.get("more_body", False):
                    return content
    except TimeoutError:
        return None


async def _streamed(pieces: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Ends with the pieces or with the reader, whichever comes first."""

    async def give() -> None:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = {asyncio.create_task(give()), asyncio.create_task(gone())}
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for task in done:
        task.result()


def _has_body(request: Request) -> bool:
    length = request.headers.get("content-length", "0")
    return length != "0" or "transfer-encoding" in request.headers


def _head(response: Response, *, unread: bool) -> Iterator[tuple[bytes, bytes]]:
    if unread:
        # Nobody will read the body, and its end may never come: the answer ends the connection.
        yield b"connection", b"close"
    yield b"content-type", response.content_type.encode("latin-1")
    if response.stream is None:
        yield b"content-length", str(len(response.body)).encode()
    for name, value in response.headers.items():
        yield name.encode("latin-1"), value.encode("latin-1")


class Server:
    """Listens on an address, or on sockets that somebody else has opened already."""

    def __init__(
        self,
        handler: Handler,
        listen: str,
        limits: Limits | None = None,
        *,
        edge: "Edge | None" = None,
        sockets: Sequence[socket.socket] = (),
        methods: Sequence[str] = READING,
    ) -> None:
        limits = limits or Limits()
        self._listen = listen
        self._edge = edge
        self._sockets = list(sockets)
        self._running: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None
        config = uvicorn.Config(
            application(handler, limits, edge, methods),
            http=type("OurGuarded", (Guarded,), {"limits": limits, "edge": edge}),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=limits.head_bytes,
            limit_concurrency=limits.connections,
            timeout_keep_alive=int(limits.idle_seconds),
        )
        config.load()
        if edge is not None:
            # A context of ours, which changes while it is in use; uvicorn only makes its own.
            config.ssl = edge.tls
        self._server = _Quiet(config, limits)

    @property
    def port(self) -> int:
        """0 where it listens on a file of the kind that sockets are."""
        if not self._sockets:
            raise RuntimeError("the server has not been started")
        name = self._sockets[0].getsockname()
        return int(name[1]) if isinstance(name, tuple) else 0

    async def start(self, clock: Clock | None = None) -> None:
        """Returns once it answers; with a clock the edge's file is followed."""
        asyncio.get_running_loop().set_exception_handler(Accepting())
        if not self._sockets:
            self._sockets = [bind(self._listen)]
        self._running = asyncio.create_task(self._server.serve(sockets=self._sockets))
        answering = asyncio.create_task(self._server.answering.wait())
        await asyncio.wait({self._running, answering}, return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            answering.cancel()
            await self._running
        if self._edge is not None and clock is not None:
            self._following = asyncio.create_task(self._follow(self._edge, clock))

    async def stop(self, grace: float = 10.0) -> None:
        """Returns once the last answer is out."""
        if self._following is not None:
            self._following.cancel()
        if self._running is None:
            return
        self._server.config.timeout_graceful_shutdown = max(1, int(grace))
        self._server.should_exit = True
        await self._running

    @staticmethod
    async def _follow(edge: "Edge", clock: Clock) -> None:
        while True:
            await clock.sleep(FOLLOW_SECONDS)
            edge.follow()


class _Quiet(uvicorn.Server):
    """uvicorn's server without its own signal handlers: the program that embeds it has some."""

    def __init__(self, config: uvicorn.Config, limits: Limits) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()
        self._limits = limits

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's own, which has no bound on how long a handshake may take."""
        config, limits = self.config, self._limits
        secure = config.ssl is not None
        guarded = cast("type[Guarded]", config.http_protocol_class)
        protocol = functools.partial(
            guarded, config=config, server_state=self.server_state, app_state={}
        )
        self.servers = [
            await asyncio.get_running_loop().create_server(
                protocol,
                sock=sock,
                ssl=config.ssl,
                backlog=config.backlog,
                ssl_handshake_timeout=limits.head_seconds if secure else None,
                ssl_shutdown_timeout=limits.head_seconds if secure else None,
            )
            for sock in sockets or ()
        ]
        self.started = True
        self.answering.set()
