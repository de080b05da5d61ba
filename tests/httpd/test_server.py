"""The server front: answers, deadlines, bounds, and a stop that loses nobody."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from warpwatch.errors import Unreachable, UsageError
from warpwatch.httpd import Limits, Request, Response, Server, address, bind, plain

BIG = b"x" * 64_000_000


async def echo(request: Request) -> Response:
    if request.path == "/big":
        return Response(BIG)
    return plain(f"{request.method} {request.path} {request.headers.get('x-word', '')}\n")


@asynccontextmanager
async def serving(
    handler: Callable[[Request], Awaitable[Response]] = echo, **limits: float
) -> AsyncIterator[Server]:
    server = Server(handler, "127.0.0.1:0", Limits(**limits))  # type: ignore[arg-type]
    await server.start()
    try:
        yield server
    finally:
        await server.stop(grace=1)


async def ask(port: int, text: str, *, end: bool = True) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text.encode())
    if end:
        writer.write(b"Connection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer


def test_it_answers_get_with_headers() -> None:
    async def story() -> None:
        async with serving() as server:
            answer = await ask(server.port, "GET /a HTTP/1.1\r\nHost: x\r\nX-Word: hi\r\n")
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK")
            assert b"content-type: text/plain; charset=utf-8" in head
            assert b"content-length: 10" in head
            assert body == b"GET /a hi\n"

    asyncio.run(story())


def test_head_has_the_length_and_no_body() -> None:
    async def story() -> None:
        async with serving() as server:
            answer = await ask(server.port, "HEAD /a HTTP/1.1\r\nHost: x\r\n")
            head, _, body = answer.partition(b"\r\n\r\n")
            assert b"content-length: 9" in head
            assert body == b""

    asyncio.run(story())


def test_other_methods_are_refused_with_what_is_allowed() -> None:
    async def story() -> None:
        async with serving() as server:
            answer = await ask(server.port, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n")
            assert answer.startswith(b"HTTP/1.1 405")
            assert b"allow: GET, HEAD" in answer

    asyncio.run(story())


def test_a_head_that_drips_is_cut_off_at_its_deadline() -> None:
    async def story() -> None:
        async with serving(head_seconds=0.2) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for _ in range(50):
                writer.write(b"G")
                if await _closed(reader, within=0.02):
                    break
            else:
                pytest.fail("the connection was left open")
            writer.close()

    asyncio.run(story())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_body_that_never_ends_does_not_hold_the_connection(method: str) -> None:
    async def story() -> None:
        async with serving() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(
                f"{method} /a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\nxy".encode()
            )
            answer = await asyncio.wait_for(reader.read(), 5)
            assert b"connection: close" in answer
            writer.close()

    asyncio.run(story())


def test_a_silent_connection_is_cut_off_too() -> None:
    async def story() -> None:
        async with serving(head_seconds=0.1) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            assert await _closed(reader, within=5)
            writer.close()

    asyncio.run(story())


def test_a_second_request_on_a_connection_is_answered() -> None:
    async def story() -> None:
        async with serving(head_seconds=0.3) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for _ in range(3):
                writer.write(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                await reader.readuntil(b"GET /a \n")
                # Idle for longer than a head may take: idling is not slowness.
                assert not await _closed(reader, within=0.4)
            writer.close()

    asyncio.run(story())


def test_a_head_beyond_the_limit_is_refused() -> None:
    async def story() -> None:
        async with serving(head_bytes=2000) as server:
            filler = "".join(f"X-{n}: {'y' * 100}\r\n" for n in range(100))
            answer = await ask(server.port, f"GET /a HTTP/1.1\r\nHost: x\r\n{filler}")
            assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431"))

    asyncio.run(story())


def test_a_reader_that_does_not_read_is_cut_off() -> None:
    async def story() -> None:
        async with serving(write_seconds=0.2) as server:
            with socket.socket() as slow:
                slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                slow.connect(("127.0.0.1", server.port))
                slow.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                await asyncio.sleep(0.6)
                received = await asyncio.to_thread(_drain, slow)
                assert received < len(BIG)

    asyncio.run(story())


def test_a_reader_that_leaves_a_little_unread_is_cut_off_once_idle() -> None:
    """So little that the sender never has to pause; to close would wait for the reader."""

    async def story() -> None:
        listening = bind("127.0.0.1:0")
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        limits = Limits(idle_seconds=1, write_seconds=0.1)
        server = Server(some, "127.0.0.1:0", limits, sockets=[listening])
        await server.start()
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", server.port))
            slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await asyncio.to_thread(slow.recv, 1) == b"H"
            opened = _descriptors()
            for _ in range(80):
                if _descriptors() < opened:
                    break
                await asyncio.sleep(0.05)
            received = await asyncio.to_thread(_drain, slow)
        await server.stop(grace=1)
        listening.close()
        assert received < 60_000

    async def some(request: Request) -> Response:
        del request
        return Response(BIG[:60_000])

    asyncio.run(story())


def test_connections_beyond_the_limit_get_503_and_the_rest_go_on() -> None:
    async def story() -> None:
        async with serving(connections=3) as server:
            held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(3)]
            refused = await ask(server.port, "GET /a HTTP/1.1\r\nHost: x\r\n")
            assert refused.startswith(b"HTTP/1.1 503")
            for _, writer in held:
                writer.close()
                await writer.wait_closed()
            answer = b""
            while not answer.startswith(b"HTTP/1.1 200"):
                answer = await ask(server.port, "GET /a HTTP/1.1\r\nHost: x\r\n")

    asyncio.run(story())


def test_a_stop_lets_a_running_answer_finish() -> None:
    async def story() -> None:
        entered, leave = asyncio.Event(), asyncio.Event()

        async def slow(request: Request) -> Response:
            del request
            entered.set()
            await leave.wait()
            return plain("done\n")

        server = Server(slow, "127.0.0.1:0")
        await server.start()
        answer = asyncio.create_task(ask(server.port, "GET / HTTP/1.1\r\nHost: x\r\n"))
        await entered.wait()
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0.05)
        leave.set()
        assert (await answer).endswith(b"done\n")
        await stopping

    asyncio.run(story())


def test_a_taken_port_names_its_holder() -> None:
    with bind("127.0.0.1:0") as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unreachable) as caught:
            bind(f"127.0.0.1:{port}")
        assert f"cannot listen on 127.0.0.1:{port}" in caught.value.message
        assert f"process {os.getpid()}," in caught.value.message


def test_what_stands_behind_the_question_mark_and_a_body_are_handed_on() -> None:
    async def tell(request: Request) -> Response:
        return plain(f"{request.method} {request.query} {request.body!r} {request.client}\n")

    async def story() -> None:
        server = Server(tell, "127.0.0.1:0", Limits(body_bytes=5), methods=("GET", "POST"))
        await server.start()
        post = (
            "POST /?a=b%20c HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n"
            "Connection: close\r\n\r\n{}"
        )
        whole = await ask(server.port, post.format(5, "12345"), end=False)
        assert whole.endswith(b"POST a=b%20c b'12345' 127.0.0.1\n")
        longer = await ask(server.port, post.format(6, "123456"), end=False)
        assert longer.startswith(b"HTTP/1.1 413")
        put = await ask(server.port, "PUT / HTTP/1.1\r\nHost: x\r\n")
        assert b"allow: GET, POST" in put
        await server.stop(grace=1)

    asyncio.run(story())


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def story() -> None:
        limits = Limits(body_bytes=100, head_seconds=0.2)
        server = Server(echo, "127.0.0.1:0", limits, methods=("POST",))
        await server.start()
        head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nsome"
        answer = await asyncio.wait_for(ask(server.port, head, end=False), 10)
        assert answer.startswith(b"HTTP/1.1 413")
        await server.stop(grace=1)

    asyncio.run(story())


def test_pieces_go_out_as_they_come_until_the_reader_has_gone() -> None:
    gone = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"piece\n"
                await asyncio.sleep(0.01)
        finally:
            gone.set()

    async def stream(request: Request) -> Response:
        del request
        return Response(b"", stream=pieces())

    async def story() -> None:
        async with serving(stream) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"content-length" not in head
            for _ in range(3):
                assert await reader.readuntil(b"piece\n")
            writer.close()
            await asyncio.wait_for(gone.wait(), 10)

    asyncio.run(story())


def test_a_host_without_an_address_is_said() -> None:
    with pytest.raises(Unreachable, match=r"no address is known for 'no\.such\.host\.invalid'"):
        bind("no.such.host.invalid:0")


@pytest.mark.parametrize(
    ("listen", "expected"),
    [(":9400", ("", 9400)), ("localhost:1", ("localhost", 1)), ("[::1]:9400", ("::1", 9400))],
)
def test_addresses(listen: str, expected: tuple[str, int]) -> None:
    assert address(listen) == expected


@pytest.mark.parametrize("listen", ["9400", "host:", "host:http", ":70000", ""])
def test_a_bad_address_is_a_usage_error(listen: str) -> None:
    with pytest.raises(UsageError, match="is not host:port"):
        address(listen)


async def _closed(reader: asyncio.StreamReader, within: float) -> bool:
    try:
        return await asyncio.wait_for(reader.read(1), within) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _drain(connection: socket.socket) -> int:
    total = 0
    try:
        while chunk := connection.recv(65536):
            total += len(chunk)
    except ConnectionResetError:
        return total
    return total
