"""What was read, written down now and then for whoever has to find out later what was wrong.

A dump holds values, gaps and whose work it was: what is on the page anyway. Labels of pods and
command lines stay out of it. Nobody asks for a dump to be perfect, so a disk that is full or hangs
costs dumps and nothing else.
"""

import datetime as dt
import gzip
import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import msgspec

from warpwatch.clock import Clock
from warpwatch.exporter.attribution.stage import Health
from warpwatch.exporter.worker import Worker, patiently
from warpwatch.fields.catalogue import BY_ID
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Process, Reading
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.base import SourceInfo

log = logging.getLogger(__name__)

EVERY = 60.0
PATIENCE = 10.0
MOST_BYTES = 64 * 1024 * 1024
"""Of all dumps together; the oldest make room."""
_OURS = re.compile(r"warpwatch-\d{8}T\d{6}Z\.json(\.gz)?(\.new)?")
_FORM = "warpwatch-%Y%m%dT%H%M%SZ.json"


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to write down at a moment."""

    info: SourceInfo
    snapshot: Snapshot
    asked: Sequence[Health]


class Dumps:
    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        hours: int,
        compress: bool,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Dumps older than so many hours are removed; 0 leaves that to their bound in bytes."""
        self._folder = folder
        self._clock = clock
        self._oldest = hours * 3600
        self._compress = compress
        self._most_bytes = most_bytes
        self._failure = ""

    async def run(self, look: Callable[[], Seen | None]) -> None:
        worker: Worker[None] = Worker("dump")
        last = 0
        try:
            while True:
                seen = look()
                if seen is not None and seen.snapshot.number != last and not worker.busy:
                    last = seen.snapshot.number
                    await patiently(worker.submit(partial(self.write, seen)), PATIENCE)
                # Until there has been a first cycle there is nothing to wait a minute for.
                await self._clock.sleep(EVERY if last else 1.0)
        finally:
            worker.stop()

    def write(self, seen: Seen) -> None:
        """Whatever stands in the way is said once."""
        now = self._clock.now()
        content = _content(seen, now)
        name = dt.datetime.fromtimestamp(now, dt.UTC).strftime(_FORM)
        if self._compress:
            content, name = gzip.compress(content, 6, mtime=0), f"{name}.gz"
        try:
            with _opened(self._folder) as folder:
                self._make_room(folder, len(content), now)
                _put(folder, name, content)
        except OSError as error:
            why = error.strerror or str(error)
            if why != self._failure:
                log.warning("debug dumps cannot be written to %s: %s", self._folder, why)
            self._failure = why
        else:
            if self._failure:
                log.info("debug dumps are written to %s again", self._folder)
            self._failure = ""

    def _make_room(self, folder: int, needed: int, now: float) -> None:
        kept = 0
        for name in sorted(filter(_OURS.fullmatch, os.listdir(folder)), reverse=True):
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            kept += found.st_size
            old = 0 < self._oldest < now - found.st_mtime
            if old or kept + needed > self._most_bytes or name.endswith(".new"):
                os.unlink(name, dir_fd=folder)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """The folder itself, made if need be: where anybody may write, as in /tmp, a name may have
    been prepared that leads elsewhere.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _put(folder: int, name: str, content: bytes) -> None:
    """All of it or nothing."""
    new = f"{name}.new"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(new, flags, 0o600, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.rename(new, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with suppress(OSError):
            os.unlink(new, dir_fd=folder)
        raise


def _content(seen: Seen, now: float) -> bytes:
    snapshot = seen.snapshot
    return msgspec.json.encode(
        {
            "time": now,
            "source": seen.info,
            "cycle": snapshot.number,
            "seconds": snapshot.duration,
            "attribution": [
                {"stage": each.name, "success": each.success, "age": each.age}
                for each in seen.asked
            ],
            "devices": [_device(state) for state in snapshot.states],
        }
    )


def _device(state: State) -> dict[str, object]:
    return {
        "device": state.device,
        "success": state.success,
        "age": state.age,
        "hung": state.hung,
        "failure": state.failure,
        "time": state.report.time,
        "events": state.report.events,
        "readings": [_reading(reading) for reading in state.report.readings],
    }


def _reading(reading: Reading) -> dict[str, object]:
    return {
        "entity": reading.entity,
        "kind": type(reading.entity).__name__.lower(),
        "values": {BY_ID[id_].name: value for id_, value in reading.values.items()},
        "gaps": {BY_ID[id_].name: reason for id_, reason in reading.gaps.items()},
        "owners": list(map(_owner, reading.owners)),
        "processes": list(map(_process, reading.processes)),
    }


def _owner(owner: Owner) -> Owner:
    return replace(owner, labels={})


def _process(process: Process) -> dict[str, object]:
    return {"pid": process.pid, "kind": process.kind, "memory": process.memory, "sm": process.sm}
