"""Listens in while a source is sampled, and writes down what it says.

The sampler keeps only each device's newest report; a listener between it and the source
hears all of them, those that came too late as well, so no event is lost.
"""

import math
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from warpwatch import __version__
from warpwatch.clock import Clock
from warpwatch.errors import InputError
from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Report
from warpwatch.samples.snapshot import Snapshot
from warpwatch.sources.base import Inventory, Source
from warpwatch.sources.replay.form import Header
from warpwatch.sources.replay.writer import Writer, Written, create


class Tap:
    """The source itself, to whoever reads it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._heard: SimpleQueue[Inventory | Report] = SimpleQueue()

    def inventory(self) -> Inventory:
        inventory = self._source.inventory()
        self._heard.put(inventory)
        return inventory

    def read(self, device: Device, fields: AbstractSet[int]) -> Report:
        report = self._source.read(device, fields)
        self._heard.put(report)
        return report

    def close(self) -> None:
        self._source.close()

    def heard(self) -> Iterator[Inventory | Report]:
        """What was said since this was last asked, in order."""
        while True:
            try:
                yield self._heard.get_nowait()
            except Empty:
                return


class Sampling(Protocol):
    """The sampler, as far as a recorder needs it."""

    async def sample(self) -> None: ...

    def look(self) -> Snapshot | None: ...


class Recorder:
    def __init__(
        self,
        source: Source,
        clock: Clock,
        path: Path,
        *,
        interval: float,
        fields: AbstractSet[int],
        force: bool = False,
    ) -> None:
        header = Header(
            time=clock.now(),
            tool=__version__,
            interval=interval,
            fields=tuple(sorted(fields)),
            source=source.inventory().info,
        )
        self.tap = Tap(source)
        self._clock = clock
        self._began = clock.monotonic()
        self._path = path
        self._interval = interval
        self._writer = Writer(create(path, force=force), header)

    async def run(self, sampler: Sampling, lasting: float = math.inf) -> None:
        """Samples on a fixed grid of times; those that a slow device made pass are left out."""
        due = 0.0
        while due < lasting:
            await sampler.sample()
            with self._complaining():
                self._write(sampler.look())
            due = min(max(due + self._interval, self._passed()), lasting)
            await self._clock.sleep(due - self._passed())

    def close(self) -> Written:
        with self._complaining():
            try:
                self._write(None)
            finally:
                written = self._writer.close(self._passed())
        return written

    def _passed(self) -> float:
        return self._clock.monotonic() - self._began

    def _write(self, snapshot: Snapshot | None) -> None:
        """What was said; and of devices that said nothing what the sampler makes of that."""
        t = self._passed()
        heard = set()
        for said in self.tap.heard():
            if isinstance(said, Inventory):
                self._writer.inventory(t, said)
            else:
                self._writer.report(t, said)
                heard.add(said.device)
        for state in snapshot.states if snapshot else ():
            if state.device not in heard:
                self._writer.report(t, state.report)
        self._writer.flush(t)

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(
                str(self._path),
                f"cannot be written any more: {error.strerror}",
                hint="make room; what it holds so far can be replayed",
            ) from error
