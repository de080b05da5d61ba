"""Requests to a program that runs: one line of JSON over a unix socket, answered with one.

A socket in the file system rather than a port, because who may ask is then who may open a file.
What can be asked for is the business of whoever listens: it hands in a function from request
to reply. A WarpwatchError that the function raises is raised again at the client.
"""

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from warpwatch.errors import InputError, Unreachable, WarpwatchError

LONGEST_PATH = 107
"""Bytes that the kernel takes for a socket's path."""
_LONGEST_LINE = 65536
_PATIENCE = 10.0
_START = "start one: warpwatch up"

Request = Mapping[str, object]
Reply = Mapping[str, object]
Answer = Callable[[Request], Reply]


@asynccontextmanager
async def serve(path: Path, answer: Answer) -> AsyncIterator[None]:
    """Listens for as long as the context lasts."""
    _check(path)
    await asyncio.to_thread(_remove_stale, path)

    conversations: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_converse(reader, writer, answer))
        conversations.add(task)
        task.add_done_callback(conversations.discard)

    listener = _bind(path)
    server = await asyncio.start_unix_server(begin, sock=listener, limit=_LONGEST_LINE)
    try:
        yield
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer
) -> None:
    """A client that goes away, or says nothing, is let go."""
    try:
        async with asyncio.timeout(_PATIENCE):
            writer.write(await _reply(reader, answer))
            await writer.drain()
    except (TimeoutError, ConnectionError):
        writer.transport.abort()
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def send(path: Path, request: Request) -> Reply:
    """The reply of a running program; a refusal is raised as the error that it was there."""
    _check(path)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_PATIENCE)
            connection.connect(str(path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as lines:
                line = lines.readline(_LONGEST_LINE)
    except OSError as error:
        raise Unreachable(f"{path}: nobody answers ({error})", hint=_START) from error
    reply = _parse(line, str(path))
    if reply.get("ok") is not True:
        raise InputError(
            str(reply.get("where", path)),
            str(reply.get("problem", "the program closed without a reply")),
            hint=str(reply.get("hint", "")),
        )
    return {name: value for name, value in reply.items() if name != "ok"}


async def _reply(reader: asyncio.StreamReader, answer: Answer) -> bytes:
    reply: Mapping[str, object]
    try:
        line = await reader.readline()
        reply = {"ok": True, **answer(_parse(line, "the request"))}
    except InputError as error:
        reply = {"ok": False, "where": error.where, "problem": error.problem, "hint": error.hint}
    except WarpwatchError as error:
        reply = {"ok": False, "problem": error.message, "hint": error.hint}
    except ValueError:
        reply = {"ok": False, "where": "the request", "problem": "is longer than a line may be"}
    return json.dumps(reply).encode() + b"\n"


def _parse(line: bytes, where: str) -> Mapping[str, object]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise InputError(where, f"is not a line of JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError(where, "is not a JSON object")
    return value


def _bind(path: Path) -> socket.socket:
    """Nobody else may connect, from the first moment on."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
    except OSError as error:
        listener.close()
        raise InputError(
            str(path), f"cannot be listened on: {error.strerror}", hint="choose another socket path"
        ) from error
    return listener


def _check(path: Path) -> None:
    length = len(str(path).encode())
    if length > LONGEST_PATH:
        raise InputError(
            str(path),
            f"is {length} bytes long, and a socket's path may have {LONGEST_PATH}",
            hint="choose a shorter path, such as one under /run or /tmp",
        )


def _remove_stale(path: Path) -> None:
    """A socket that nobody listens on was left by a program that was killed."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise InputError(str(path), "is there and is not a socket", hint="choose another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise InputError(
        str(path), "another program listens there", hint="stop it, or choose another path"
    )
