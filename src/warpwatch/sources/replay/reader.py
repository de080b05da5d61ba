"""Reads a recording, as often as one likes, without ever holding more than a line of it."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from warpwatch.errors import InputError
from warpwatch.samples.sample import Report
from warpwatch.sources.replay.form import FORMAT, VERSION, Header, Line, Signature
from warpwatch.sources.replay.history import History, Step

_GZIP = b"\x1f\x8b"
_MAKE = "make one: warpwatch record --source sim:8xH100 --for 1m -o FILE.wwrec.gz"
_AGAIN = "record again, or delete this line and all after it"

_line = msgspec.json.Decoder(Line)


@dataclass(frozen=True, slots=True)
class Recording:
    """Looked through once from end to end, so that a fault shows now and not hours later."""

    path: Path
    header: Header
    begin: float
    """Of the first report: here a replay begins."""
    end: float
    closed: bool
    """Whether the recorder came to its end, rather than was killed."""
    _file: BinaryIO

    def steps(self) -> Iterator[Step]:
        """From the beginning; one walk at a time."""
        return _steps(self._file, self.path, self.header)

    def close(self) -> None:
        self._file.close()


def load(path: Path) -> Recording:
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(repr(str(path)), f"cannot be read: {reason}", hint=_MAKE) from error
    try:
        return _survey(file, path)
    except BaseException:
        file.close()
        raise


def _survey(file: BinaryIO, path: Path) -> Recording:
    header = _header(next(_lines(file, path), (1, b""))[1], path)
    begin: float | None = None
    end, closed = 0.0, False
    for step in _steps(file, path, header):
        closed = step.said is None
        end = step.t if closed else max(end, step.t + header.interval)
        if begin is None and isinstance(step.said, Report):
            begin = step.t
    return Recording(path, header, begin or 0.0, end, closed, file)


def _steps(file: BinaryIO, path: Path, header: Header) -> Iterator[Step]:
    lines = _lines(file, path)
    next(lines)
    history = History(header)
    for number, line in lines:
        try:
            step = history.follow(_line.decode(line))
        except (ValueError, RecursionError) as error:
            if not line.endswith(b"\n"):
                return  # the recorder was killed while it wrote this
            raise InputError(f"{path}, line {number}", str(error), hint=_AGAIN) from error
        if step is not None:
            yield step


def _header(line: bytes, path: Path) -> Header:
    where = f"{path}, line 1"
    try:
        signature = msgspec.json.decode(line, type=Signature)
    except (ValueError, RecursionError) as error:
        raise InputError(where, "does not begin a warpwatch recording", hint=_MAKE) from error
    if signature.format != FORMAT:
        raise InputError(where, f"format {signature.format!r} is not {FORMAT!r}", hint=_MAKE)
    if not 1 <= signature.version <= VERSION:
        raise InputError(
            where,
            f"version {signature.version} is not known; this warpwatch reads 1 to {VERSION}",
            hint="use the warpwatch that recorded it, or a newer one",
        )
    try:
        return msgspec.json.decode(line, type=Header)
    except ValueError as error:
        raise InputError(where, str(error), hint=_AGAIN) from error


def _lines(file: BinaryIO, path: Path) -> Iterator[tuple[int, bytes]]:
    """Numbered from 1. What is missing at the end of a compressed file is no fault."""
    file.seek(0)
    compressed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    stream = gzip.GzipFile(fileobj=file) if compressed else file
    number = 1
    while True:
        try:
            line = stream.readline()
        except EOFError:
            return
        except (OSError, zlib.error) as error:
            raise InputError(
                f"{path}, line {number}", f"cannot be read: {error}", hint=_AGAIN
            ) from error
        if not line:
            return
        yield number, line
        number += 1
