"""Listens in while a source is sampled, and writes down what it says.

The sampler keeps only each device's newest report; a listener between it and the source
hears all of them, those that came too late as well, so no event is lost.
"""

import math
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from queue import Empty, SimpleQueue
from typing import Protocol

from warpwatch.clock import Clock
from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Report
from warpwatch.samples.snapshot import Snapshot
from warpwatch.sources.base import Inventory, Source
from warpwatch.sources.replay.writer import Writer, Written


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
    def __init__(self, tap: Tap, writer: Writer, clock: Clock) -> None:
        self._tap = tap
        self._writer = writer
        self._clock = clock
        self._began = clock.monotonic()

    async def run(
        self, sampler: Sampling, *, interval: float, lasting: float = math.inf
    ) -> None:
        """Samples on a fixed grid of times; those that a slow device made pass are left out."""
        due = 0.0
        while due < lasting:
            await sampler.sample()
            self._write(sampler.look())
            due = min(max(due + interval, self._passed()), lasting)
            await self._clock.sleep(due - self._passed())

    def close(self) -> Written:
        self._write(None)
        return self._writer.close(self._passed())

    def _passed(self) -> float:
        return self._clock.monotonic() - self._began

    def _write(self, snapshot: Snapshot | None) -> None:
        """What was said; and of devices that said nothing what the sampler makes of that."""
        t = self._passed()
        heard = set()
        for said in self._tap.heard():
            if isinstance(said, Inventory):
                self._writer.inventory(t, said)
            else:
                self._writer.report(t, said)
                heard.add(said.device)
        for state in snapshot.states if snapshot else ():
            if state.device not in heard:
                self._writer.report(t, state.report)
        self._writer.flush(t)
