"""From lines back to what they tell: the deltas undone, entities and times made whole."""

from dataclasses import dataclass

from warpwatch.samples.entity import Cpu, Device, Entity, Gpu, Switch
from warpwatch.samples.sample import Kind, Reading, Report
from warpwatch.sources.base import Inventory
from warpwatch.sources.replay import delta, form
from warpwatch.sources.replay.form import Declared, End, Header, Line, Read, Stock


@dataclass(frozen=True, slots=True)
class Step:
    t: float
    """Seconds since the recording began."""
    said: Inventory | Report | None
    """None: the recorder stopped."""


class History:
    """One walk through a recording. ValueError says what is wrong, without the place."""

    def __init__(self, header: Header) -> None:
        self._start = header.time
        self._info = header.source
        self._entities: dict[int, Entity] = {}
        self._last: dict[int, Reading] = {}
        self._parts: dict[int, tuple[int, ...]] = {}
        self._heard: dict[int, frozenset[Kind]] = {}

    def follow(self, line: Line) -> Step | None:
        match line:
            case Declared():
                self._entities[line.n] = line.entity
                return None
            case Stock():
                self._info = line.source or self._info
                devices = tuple(map(self._device, line.devices))
                return Step(line.t, Inventory(self._info, devices))
            case Read():
                return Step(line.t, self._report(line))
            case End():
                return Step(line.t, None)

    def _report(self, line: Read) -> Report:
        device = self._device(line.device)
        if line.parts is not None:
            self._parts[line.device] = line.parts
        for change in line.changes:
            before = self._last.get(change.n)
            self._last[change.n] = delta.apply(change, before, self._entity(change.n))
        readings = tuple(map(self._reading, self._parts.get(line.device, ())))
        if line.heard is not None:
            self._heard[line.device] = frozenset(line.heard)
        events = tuple(form.event(each, self._start) for each in line.events)
        heard = self._heard.get(line.device, frozenset())
        return Report(device, self._start + line.at, readings, events, heard)

    def _reading(self, number: int) -> Reading:
        return self._last.get(number) or Reading(self._entity(number), {}, {})

    def _device(self, number: int) -> Device:
        entity = self._entity(number)
        if isinstance(entity, Gpu | Switch | Cpu):
            return entity
        raise ValueError(f"entity {number} is no device")

    def _entity(self, number: int) -> Entity:
        if number not in self._entities:
            raise ValueError(f"no line before this one declares entity {number}")
        return self._entities[number]
