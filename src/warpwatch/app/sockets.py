"""Where running programs listen for requests, and which of them is meant."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from warpwatch import config, control
from warpwatch.errors import InputError, Unreachable, WarpwatchError
from warpwatch.units import Seconds


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    """Its sockets are NAME-PORT.sock."""
    noun: str
    start: str
    """How to start one, without the name of the program."""


SIMULATION = Kind("sim", "simulation", "up")
EXPORTER = Kind("exporter", "exporter", "up")


@asynccontextmanager
async def listening(kind: Kind, port: int, answer: control.Answer) -> AsyncIterator[None]:
    at = path(kind, port)
    _own(at.parent)
    async with control.serve(at, answer):
        yield


def path(kind: Kind, port: int) -> Path:
    return config.runtime_directory() / f"{kind.name}-{port}.sock"


def find(kind: Kind) -> Path:
    """The socket of the one that runs here."""
    directory = config.runtime_directory()
    found = sorted(filter(_answers, directory.glob(f"{kind.name}-*.sock")))
    if len(found) == 1:
        return found[0]
    if not found:
        raise Unreachable(
            f"no {kind.noun} runs here: none answers under {directory}/{kind.name}-*.sock",
            hint=f"start one: {config.command()} {kind.start}",
        )
    names = ", ".join(map(str, found))
    raise WarpwatchError(f"several {kind.noun}s run here: {names}", hint="choose with --socket")


def lasting(request: control.Request) -> float | None:
    """The seconds of `{"for": "10m"}`, if it is said."""
    text = request.get("for")
    if text is None:
        return None
    try:
        return Seconds.parse(text)
    except ValueError as error:
        raise InputError("the request: for", str(error)) from error


def _own(directory: Path) -> None:
    """Makes a directory that is this user's alone, or refuses one that somebody else prepared."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.stat()
    except OSError as error:
        raise InputError(
            str(directory), f"cannot be made: {error.strerror}", hint="set XDG_RUNTIME_DIR"
        ) from error
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise InputError(
            str(directory),
            "others may write in it, or it is another user's",
            hint="remove it, or set XDG_RUNTIME_DIR to a directory of your own",
        )


def _answers(path: Path) -> bool:
    """Whether somebody listens: a program that was killed leaves its socket behind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
