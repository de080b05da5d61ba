"""Writes a recording: each line as soon as it is known, so that a killed recorder loses little."""

import gzip
import math
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from warpwatch.errors import InputError
from warpwatch.samples.entity import Entity
from warpwatch.samples.sample import Kind, Reading, Report
from warpwatch.sources.base import Inventory
from warpwatch.sources.replay import delta, form
from warpwatch.sources.replay.form import End, Header, Read, Stock

FLUSH_SECONDS = 10.0
"""What a killed recorder may lose; flushing more often costs compression."""


class Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Written:
    """What a recording holds."""

    reports: int
    devices: int
    events: int
    seconds: float


class Writer:
    """Times `t` are seconds since the recording began and never go back."""

    def __init__(self, file: Sink, header: Header) -> None:
        self._file = file
        self._start = header.time
        self._info = header.source
        self._inventory: Inventory | None = None
        self._numbers: dict[Entity, int] = {}
        self._last: dict[Entity, Reading] = {}
        self._parts: dict[int, tuple[int, ...]] = {}
        self._heard: dict[int, tuple[Kind, ...]] = {}
        self._reports = 0
        self._events = 0
        self._flushed = -math.inf
        file.write(form.encode(header))

    def inventory(self, t: float, inventory: Inventory) -> None:
        """Written where it differs from the last."""
        if inventory == self._inventory:
            return
        devices = tuple(map(self._number, inventory.devices))
        source = None if inventory.info == self._info else inventory.info
        self._put(Stock(t=_brief(t), devices=devices, source=source))
        self._inventory, self._info = inventory, inventory.info

    def report(self, t: float, report: Report) -> None:
        device = self._number(report.device)
        parts = tuple(self._number(reading.entity) for reading in report.readings)
        same = self._parts.get(device) == parts
        self._parts[device] = parts
        changes = []
        for number, reading in zip(parts, report.readings, strict=True):
            change = delta.difference(number, self._last.get(reading.entity), reading)
            if change is not None:
                changes.append(change)
                self._last[reading.entity] = reading
        events = [form.happened(event, self._start) for event in report.events]
        heard = tuple(sorted(report.heard))
        news = None if heard == self._heard.get(device, ()) else heard
        self._heard[device] = heard
        at = _brief(report.time - self._start)
        self._put(
            Read(
                t=_brief(t),
                at=at,
                device=device,
                parts=None if same else parts,
                changes=changes,
                events=events,
                heard=news,
            )
        )
        self._reports += 1
        self._events += len(events)

    def flush(self, t: float) -> None:
        """Brings what was written to the disk, if it is time to."""
        if t - self._flushed >= FLUSH_SECONDS:
            self._file.flush()
            self._flushed = t

    def close(self, t: float) -> Written:
        try:
            self._put(End(_brief(t)))
        finally:
            self._file.close()
        return Written(self._reports, len(self._parts), self._events, t)

    def _number(self, entity: Entity) -> int:
        number = self._numbers.get(entity)
        if number is None:
            number = self._numbers[entity] = len(self._numbers)
            self._put(form.declare(number, entity))
        return number

    def _put(self, line: form.Line) -> None:
        self._file.write(form.encode(line))


class _Compressed(gzip.GzipFile):
    """Closes the file below it with itself. Holds neither name nor time, so that the same
    readings make the same file.
    """

    def __init__(self, below: BinaryIO) -> None:
        super().__init__("", "wb", fileobj=below, mtime=0)
        self._below = below

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._below.close()


def create(path: Path, *, force: bool) -> Sink:
    """An empty file, compressed where its name ends in .gz."""
    try:
        file = path.open("wb" if force else "xb")
    except FileExistsError as error:
        raise InputError(
            str(path), "is there already", hint="choose another name, or overwrite with --force"
        ) from error
    except OSError as error:
        raise InputError(
            str(path), f"cannot be written: {error.strerror}", hint="choose another place with -o"
        ) from error
    return _Compressed(file) if path.suffix == ".gz" else file


def _brief(seconds: float) -> float:
    """Times are kept to the millisecond: more would be digits of noise."""
    return round(seconds, 3)
