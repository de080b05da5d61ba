"""Reads every device once an interval, each on its own, and keeps the newest snapshot.

A scrape never waits for a driver: it is handed what was sampled. A device that answers
late, badly or never costs its own series and nothing else.
"""

import asyncio
import functools
import logging
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from warpwatch.clock import Clock
from warpwatch.exporter.tally import Tally
from warpwatch.exporter.worker import Worker
from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Reading, Reason, Report
from warpwatch.samples.snapshot import Snapshot, State, silence
from warpwatch.sources.base import Inventory, Source

log = logging.getLogger(__name__)

DEADLINE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    interval: float
    stale_after: float
    deadline: float = DEADLINE


@dataclass(slots=True)
class _Track:
    """What the sampler remembers of one device."""

    worker: Worker[Report]
    tally: Tally
    report: Report | None = None
    read_at: float | None = None
    failure: Reason | None = None
    late: "asyncio.Future[Report] | None" = None
    """A read that passed its deadline; what it brings in the end still counts."""


class Sampler:
    def __init__(
        self,
        source: Source,
        clock: Clock,
        pace: Pace,
        *,
        fields: AbstractSet[int],
        windows: tuple[float, float],
    ) -> None:
        self.fields = fields
        """What to read; exchanged whole when the list of counters is read anew."""
        self.inventory: Inventory | None = None
        self.snapshot: Snapshot | None = None
        self._source = source
        self._clock = clock
        self._pace = pace
        self._windows = windows
        self._tracks: dict[Device, _Track] = {}
        self._scout: Worker[Inventory] = Worker("inventory")
        self._cycles = 0

    def tally(self, device: Device) -> Tally:
        return self._tracks[device].tally

    async def run(self) -> None:
        """Samples for ever; a cycle that took longer than the interval starts the next at once."""
        while True:
            began = self._clock.monotonic()
            try:
                await self.sample()
            except Exception:
                log.exception("a cycle failed; the next one is tried as usual")
            spent = self._clock.monotonic() - began
            await self._clock.sleep(max(0.0, self._pace.interval - spent))

    async def sample(self) -> Snapshot:
        began = self._clock.monotonic()
        await self._take_stock()
        devices = self.inventory.devices if self.inventory else ()
        self._follow(devices)
        await self._read_all(devices)
        self._cycles += 1
        states = tuple(self._state(device) for device in devices)
        self.snapshot = Snapshot(self._cycles, states, self._clock.monotonic() - began)
        return self.snapshot

    async def close(self) -> None:
        """Waits for reads that run, and for the source to close; for neither beyond a deadline,
        since a driver that hangs must not keep the program from ending.
        """
        running = [w.pending for w in self._workers() if w.pending is not None and w.busy]
        if running:
            await asyncio.wait(running, timeout=self._pace.deadline)
        closer: Worker[None] = Worker("close")
        await asyncio.wait({closer.submit(self._source.close)}, timeout=self._pace.deadline)
        for worker in (*self._workers(), closer):
            worker.stop()

    def _workers(self) -> Iterator["Worker[Inventory] | Worker[Report]"]:
        yield self._scout
        yield from (track.worker for track in self._tracks.values())

    async def _take_stock(self) -> None:
        """What is there now; the last answer stands for as long as there is no newer one."""
        if self._scout.busy:
            return
        asked = self._scout.submit(self._source.inventory)
        await asyncio.wait({asked}, timeout=self._pace.deadline)
        if asked.done():
            self.inventory = asked.result()

    def _follow(self, devices: tuple[Device, ...]) -> None:
        """Workers for devices that came; an end for those of devices that went."""
        for device in devices:
            if device not in self._tracks:
                name = getattr(device, "device", f"device{device.index}")
                self._tracks[device] = _Track(Worker(f"read-{name}"), Tally(*self._windows))
        for device in self._tracks.keys() - set(devices):
            self._tracks.pop(device).worker.stop()

    async def _read_all(self, devices: tuple[Device, ...]) -> None:
        started = {}
        for device in devices:
            track = self._tracks[device]
            if track.worker.busy:
                self._fail(device, track, Reason.TIMED_OUT)
                continue
            if track.late is not None:
                self._settle(device, track, track.late)
            call = functools.partial(self._source.read, device, self.fields)
            started[track.worker.submit(call)] = device
        if started:
            await asyncio.wait(started, timeout=self._pace.deadline)
        for future, device in started.items():
            self._settle(device, self._tracks[device], future)

    def _settle(self, device: Device, track: _Track, future: "asyncio.Future[Report]") -> None:
        track.late = None if future.done() else future
        if track.late is not None:
            self._fail(device, track, Reason.TIMED_OUT)
            return
        error = future.exception()
        if error is not None:
            # Sources turn what devices do into gaps; this is a defect of ours, so say all of it.
            log.error("reading %s failed", device, exc_info=error)
            self._fail(device, track, Reason.FAILED)
            return
        report = future.result()
        track.report, track.read_at = report, self._clock.monotonic()
        track.tally.add(report)
        reason = silence(report)
        if reason is not None:
            self._fail(device, track, reason)
        elif track.failure is not None:
            track.failure = None
            log.info("%s answers again", device)

    @staticmethod
    def _fail(device: Device, track: _Track, reason: Reason) -> None:
        if track.failure is None:
            log.warning("%s gave no reading: %s", device, reason)
        track.failure = reason

    def _state(self, device: Device) -> State:
        track = self._tracks[device]
        age = None if track.read_at is None else self._clock.monotonic() - track.read_at
        report = track.report
        if report is None or age is None or age > self._pace.stale_after:
            reason = track.failure or Reason.NOT_YET_SAMPLED
            gaps = Reading(device, {}, dict.fromkeys(self.fields, reason))
            report = Report(device, self._clock.now(), (gaps,))
        return State(
            device=device,
            report=report,
            success=track.failure is None,
            age=age,
            hung=track.worker.busy,
            failure=track.failure,
        )
