"""A recording as a source: what was said then is said now, at its own pace or faster."""

from collections import deque
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock

from warpwatch.clock import Clock
from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Event, Reading, Reason, Report
from warpwatch.sources.base import Inventory, SourceInfo
from warpwatch.sources.replay.answer import answer
from warpwatch.sources.replay.reader import Recording, load
from warpwatch.sources.replay.spec import parse

_NEARLY = 1e-6
"""Seconds that a sum of floats may fall short of the moment it means."""
_MOST_EVENTS = 10_000
"""Bound on what waits for a device that nobody reads."""


def replay(text: str, clock: Clock) -> "ReplaySource":
    """What `replay:FILE,speed=10,loop` asks for."""
    spec = parse(text)
    return ReplaySource(load(spec.path), clock, speed=spec.speed, loop=spec.loop)


class ReplaySource:
    def __init__(
        self, recording: Recording, clock: Clock, *, speed: float = 1.0, loop: bool = False
    ) -> None:
        self._recording = recording
        self._clock = clock
        self._speed = speed
        self._loop = loop
        self._period = max(recording.end - recording.begin, recording.header.interval)
        self._recorded = frozenset(recording.header.fields)
        self._lock = Lock()
        self._zero = clock.monotonic()
        self._now = clock.now()
        self._lap = 0
        self._ended = False
        self._said = recording.header.source
        self._inventory = Inventory(self._info(), ())
        self._reports: dict[Device, Report] = {}
        self._events: dict[Device, deque[Event]] = {}
        self._steps = recording.steps()
        self._next = next(self._steps, None)

    def inventory(self) -> Inventory:
        with self._lock:
            self._advance()
            return self._inventory

    def read(self, device: Device, fields: AbstractSet[int]) -> Report:
        with self._lock:
            self._advance()
            report = self._reports.get(device)
            events = tuple(self._events.pop(device, ()))
        if report is None:
            gaps = dict.fromkeys(fields, Reason.NOT_YET_SAMPLED)
            return Report(device, self._clock.now(), (Reading(device, {}, gaps),), events)
        readings = answer(report, fields, self._recorded)
        return replace(report, readings=readings, events=events)

    def close(self) -> None:
        with self._lock:
            self._loop, self._next = False, None
            self._recording.close()

    def _advance(self) -> None:
        """To the present. A lap that passed while nobody looked is left out."""
        passed = (self._clock.monotonic() - self._zero) * self._speed
        if self._loop:
            lap, passed = divmod(passed + _NEARLY, self._period)
            if lap != self._lap:
                self._play(self._recording.end)
                self._rewind(int(lap))
        self._play(self._recording.begin + passed)
        if self._next is None and not self._ended:
            self._ended = not self._loop
            self._take_stock(self._inventory.devices)

    def _rewind(self, lap: int) -> None:
        self._lap = lap
        self._reports.clear()
        self._steps = self._recording.steps()
        self._next = next(self._steps, None)

    def _play(self, until: float) -> None:
        while self._next is not None and self._next.t <= until + _NEARLY:
            match self._next.said:
                case Inventory() as inventory:
                    self._said = inventory.info
                    self._take_stock(inventory.devices)
                case Report() as report:
                    self._take(report)
            self._next = next(self._steps, None)

    def _take(self, report: Report) -> None:
        device = report.device
        self._reports[device] = replace(report, time=self._moved(report.time), events=())
        if report.events:
            waiting = self._events.setdefault(device, deque(maxlen=_MOST_EVENTS))
            waiting.extend(replace(each, time=self._moved(each.time)) for each in report.events)

    def _moved(self, time: float) -> float:
        """From then to now: as long after this replay's beginning as it was after that one's."""
        began = self._recording.header.time + self._recording.begin
        return self._now + (time - began + self._lap * self._period) / self._speed

    def _take_stock(self, devices: tuple[Device, ...]) -> None:
        inventory = Inventory(self._info(), devices)
        if inventory != self._inventory:
            self._inventory = inventory

    def _info(self) -> SourceInfo:
        return replace(self._said, name="replay", detail=self._detail())

    def _detail(self) -> str:
        recording = self._recording
        header = recording.header
        began = datetime.fromtimestamp(header.time, UTC)
        said = [
            f"{recording.path.name}, recorded {began:%Y-%m-%d %H:%M:%S} UTC",
            f"by warpwatch {header.tool} from {self._said.name} ({self._said.detail})",
        ]
        if self._speed != 1:
            said.append(f"at {self._speed:g} times its speed")
        if not recording.closed:
            said.append("not whole because its recorder was killed")
        if self._ended:
            said.append("ended (the last values stay)")
        return ", ".join(said)
