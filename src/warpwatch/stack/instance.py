"""One stack per state directory: the lock that says so, and the record of what runs.

The lock is the kernel's and ends with its holder, whatever that dies of; the record is a file and
may be stale, so a process in it counts as ours only if it also began when ours did.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from warpwatch import procfs
from warpwatch.errors import InputError, WarpwatchError


class Running(msgspec.Struct, frozen=True):
    """One part of a stack, as it was seen last."""

    name: str
    state: str
    url: str = ""
    version: str = ""
    note: str = ""
    pid: int = 0
    start: int = 0
    """In ticks since the machine started: with the number it is this process for ever."""
    since: float = 0.0
    restarts: int = 0


class Record(msgspec.Struct, frozen=True):
    pid: int
    host: str
    since: float
    warpwatch: str
    parts: tuple[Running, ...] = ()
    notes: tuple[str, ...] = ()
    simulated: bool = False
    complete: bool = False
    """Whether everything has been started, well or not."""


class Instance:
    def __init__(self, state: Path) -> None:
        self._lock = state / "lock"
        self._record = state / "running.json"

    @contextmanager
    def hold(self) -> Iterator[bool]:
        """Whether this process is now the only one; its lock lasts as long as the context."""
        with self._open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            self._sign(file)
            try:
                yield True
            finally:
                file.truncate(0)
                self.forget()

    def _open(self) -> IO[bytes]:
        try:
            return self._lock.open("ab", buffering=0)
        except OSError as error:
            raise InputError(str(self._lock), f"cannot be opened: {error.strerror}") from error

    def _sign(self, file: IO[bytes]) -> None:
        try:
            file.truncate(0)
            file.write(f"{os.getpid()} {socket.gethostname()}".encode())
        except OSError as error:
            raise InputError(
                str(self._lock),
                f"cannot be written: {error.strerror}",
                hint=f"look at df -h {self._lock.parent}, or set XDG_STATE_HOME to another disk",
            ) from error

    def holder(self) -> int:
        """The process that has the lock; 0 where nobody has it."""
        try:
            file = self._lock.open()
        except OSError:
            return 0
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                number, _, host = file.read().partition(" ")
            else:
                return 0
        if host and host != socket.gethostname():
            raise WarpwatchError(
                f"{self._lock} is held by a process of {host}",
                hint="run this there, or set XDG_STATE_HOME to a folder that is not shared",
            )
        return int(number) if number.isdecimal() else 0

    def write(self, record: Record) -> None:
        """In one step: whoever reads it meanwhile reads the old one."""
        fresh = self._record.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(record))
        fresh.replace(self._record)

    def read(self) -> Record | None:
        try:
            return msgspec.json.decode(self._record.read_bytes(), type=Record)
        except (OSError, msgspec.MsgspecError):
            return None

    def forget(self) -> None:
        self._record.unlink(missing_ok=True)


def started(pid: int) -> int:
    """When a process began, to know it again by; 0 where there is none."""
    known = procfs.look(pid)
    return known.start if known else 0


def lives(part: Running) -> bool:
    """Whether this very process is there still, and its number has not gone to another."""
    return bool(part.pid and part.start and started(part.pid) == part.start)
