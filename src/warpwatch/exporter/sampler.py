"""Reads every device once an interval, each on its own, and keeps the newest snapshot.

A scrape never waits for a driver: it is handed what was sampled. A device that answers
late, badly or never costs its own series and nothing else.
"""

import asyncio
import functools
import logging
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from warpwatch.clock import Clock
from warpwatch.exporter.pause import Pause
from warpwatch.exporter.relay import Relay
from warpwatch.exporter.tally import Tally
from warpwatch.exporter.worker import Worker
from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Reading, Reason, Report
from warpwatch.samples.snapshot import Snapshot, State, silence
from warpwatch.sources.base import Inventory, Source

log = logging.getLogger(__name__)

Stage = Callable[[Report], Report]
"""Adds to a report what its source cannot know, where the device is read: it may wait there."""

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
    heard_at: float = 0.0
    """When the report came, be it nothing but gaps."""
    read_at: float | None = None
    """When a report last had values."""
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
        chosen: Callable[[Device], bool] = lambda _: True,
        stages: Sequence[Stage] = (),
        pause: Pause | None = None,
    ) -> None:
        self.fields = fields
        """What to read; exchanged whole when the list of counters is read anew."""
        self.inventory: Inventory | None = None
        self._source = source
        self._clock = clock
        self._pace = pace
        self._windows = windows
        self._chosen = chosen
        self._stages = stages
        self._pause = pause or Pause(clock)
        self._tracks: dict[Device, _Track] = {}
        self._scout: Worker[Inventory] = Worker("inventory")
        self._asked: asyncio.Future[Inventory] | None = None
        self._silent = False
        """Whether the inventory is being waited for."""
        self._devices: tuple[Device, ...] = ()
        self._hurried = asyncio.Event()
        self.looked = asyncio.Event()
        """Set once the first cycle has ended."""
        self._cycles = 0
        self._ended = clock.monotonic()
        self._duration = 0.0

    def tally(self, device: Device) -> Tally:
        return self._tracks[device].tally

    async def run(self) -> None:
        """Samples for ever; a cycle that took longer than the interval starts the next at once."""
        while True:
            began = self._clock.monotonic()
            self._hurried.clear()
            try:
                await self.sample()
            except Exception:
                log.exception("a cycle failed; the next one is tried as usual")
            spent = self._clock.monotonic() - began
            await self._rest(max(0.0, self._pace.interval - spent))

    def hurry(self) -> None:
        """The next cycle begins at once: something was changed that should show."""
        self._hurried.set()

    async def _rest(self, seconds: float) -> None:
        asleep = asyncio.create_task(self._clock.sleep(seconds))
        called = asyncio.create_task(self._hurried.wait())
        try:
            await asyncio.wait((asleep, called), return_when=asyncio.FIRST_COMPLETED)
        finally:
            asleep.cancel()
            called.cancel()

    async def sample(self) -> None:
        began = self._clock.monotonic()
        await self._take_stock()
        known = self.inventory.devices if self.inventory else ()
        self._devices = tuple(filter(self._chosen, known))
        self._follow(self._devices)
        await self._read_all(self._devices)
        self._cycles += 1
        self._ended = self._clock.monotonic()
        self._duration = self._ended - began
        self.looked.set()

    @property
    def rested(self) -> float:
        """Seconds since a cycle last ended, or since the start."""
        return self._clock.monotonic() - self._ended

    @property
    def moment(self) -> tuple[int, int]:
        """Changes when there is something new to say: a cycle has ended, or the values of the
        last one have grown older by a second.
        """
        return self._cycles, int(self._clock.monotonic() - self._ended)

    def look(self) -> Snapshot | None:
        """What is known, as it stands now; None before the first cycle has ended."""
        if not self._cycles:
            return None
        states = tuple(self._state(device) for device in self._devices)
        return Snapshot(self._cycles, states, self._duration)

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
        """What is there now; the last answer stands until there is a newer one, even a late one."""
        if self._asked is None:
            self._asked = self._scout.submit(self._source.inventory)
        await asyncio.wait({self._asked}, timeout=self._pace.deadline)
        if not self._asked.done():
            if not self._silent:
                log.warning("which devices there are is not told: no answer; what was known stands")
            self._silent = True
            return
        if self._silent:
            log.info("which devices there are is told again")
        self._silent = False
        asked, self._asked = self._asked, None
        error = asked.exception()
        if error is None:
            self.inventory = asked.result()
        else:
            log.error("the inventory could not be taken; the last one stands", exc_info=error)

    def _follow(self, devices: tuple[Device, ...]) -> None:
        """Workers for devices that came; an end for those of devices that went.

        One whose call hangs is kept until that returns, lest a device that comes back is
        given a second thread.
        """
        for device in devices:
            if device not in self._tracks:
                name = getattr(device, "device", f"device{device.index}")
                self._tracks[device] = _Track(Worker(f"read-{name}"), Tally(*self._windows))
        for device in self._tracks.keys() - set(devices):
            if not self._tracks[device].worker.busy:
                self._tracks.pop(device).worker.stop()

    async def _read_all(self, devices: tuple[Device, ...]) -> None:
        relay: Relay[Report] = Relay()
        started = {}
        fields = self._pause.spare(self.fields)
        for device in devices:
            track = self._tracks[device]
            if track.worker.busy:
                self._fail(device, track, Reason.TIMED_OUT)
                continue
            if track.late is not None:
                self._settle(device, track, track.late)
            call = functools.partial(self._read, device, fields)
            started[relay.add(track.worker, call)] = device
        await relay.run(self._pace.deadline)
        for future, device in started.items():
            self._settle(device, self._tracks[device], future)

    def _read(self, device: Device, fields: AbstractSet[int]) -> Report:
        """In the device's own thread."""
        report = self._source.read(device, fields)
        for stage in self._stages:
            report = stage(report)
        return report

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
        report, now = future.result(), self._clock.monotonic()
        track.report, track.heard_at = self._pause.mark(report, self.fields), now
        track.tally.add(report, now)
        reason = silence(report)
        if reason is not None:
            self._fail(device, track, reason)
            return
        track.read_at = now
        before, track.failure = track.failure, None
        if before not in {None, Reason.RELEASED}:
            log.info("%s answers again", device)

    @staticmethod
    def _fail(device: Device, track: _Track, reason: Reason) -> None:
        # That everything was let go was asked for, and is said once of the source.
        if track.failure is None and reason is not Reason.RELEASED:
            log.warning("%s gave no reading: %s", device, reason)
        track.failure = reason

    def _state(self, device: Device) -> State:
        track, now = self._tracks[device], self._clock.monotonic()
        report = track.report
        if report is None or now - track.heard_at > self._pace.stale_after:
            reason = track.failure or Reason.NOT_YET_SAMPLED
            gaps = Reading(device, {}, dict.fromkeys(self.fields, reason))
            report = Report(device, self._clock.now(), (gaps,))
        return State(
            device=device,
            report=report,
            success=track.failure is None,
            age=None if track.read_at is None else now - track.read_at,
            hung=track.late is not None and track.worker.busy,
            failure=track.failure,
        )
