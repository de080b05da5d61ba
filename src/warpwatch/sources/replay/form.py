"""The lines of a recording, as docs/recordings.md tells them to other programs.

Names here, and those of the entities, owners and source infos that the lines carry, are the
format: to rename one is to make a new version.
"""

import math
from collections.abc import Mapping
from typing import Annotated

import msgspec

from warpwatch.samples.entity import Core, Cpu, Entity, Gpu, Instance, Link, Switch
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Event, Kind, Peer, Process, Reason, Value
from warpwatch.sources.base import SourceInfo

FORMAT = "warpwatch recording"
VERSION = 2
"""1 knew no events but XIDs, which look alike in both."""

_LATEST = 253_402_300_799
"""The last second of the year 9999; calendars know none after it."""

Written = int | float | str | list[str]
"""A value; what JSON has no number for stands as text in a list: `["inf"]`."""


class Signature(msgspec.Struct):
    """As much of the first line as every version shares."""

    format: str
    version: int


class Header(msgspec.Struct, frozen=True, kw_only=True):
    format: str = FORMAT
    version: int = VERSION
    time: Annotated[float, msgspec.Meta(ge=0, le=_LATEST)]
    """When it began, in seconds since the epoch; all other times count from here."""
    tool: str
    interval: Annotated[float, msgspec.Meta(ge=0.001)]
    fields: tuple[int, ...]
    """What was asked of every device."""
    source: SourceInfo


class Declared(msgspec.Struct, tag="entity", tag_field="is", omit_defaults=True, kw_only=True):
    """Gives an entity the number that later lines call it by; exactly one kind is set."""

    n: int
    gpu: Gpu | None = None
    instance: Instance | None = None
    link: Link | None = None
    switch: Switch | None = None
    cpu: Cpu | None = None
    core: Core | None = None

    @property
    def entity(self) -> Entity:
        kinds = (self.gpu, self.instance, self.link, self.switch, self.cpu, self.core)
        match [entity for entity in kinds if entity is not None]:
            case [entity]:
                return entity
            case several:
                raise ValueError(f"entity {self.n} is of {len(several)} kinds")


class Stock(msgspec.Struct, tag="inventory", tag_field="is", omit_defaults=True, kw_only=True):
    """Which devices there are from now on."""

    t: float
    devices: tuple[int, ...]
    source: SourceInfo | None = None
    """Where it is not what it was."""


class Change(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A reading, told as its difference from the last one of the same entity."""

    n: int
    values: dict[int, Written] = {}
    gaps: dict[Reason, list[int]] = {}
    gone: tuple[int, ...] = ()
    """Fields that are neither values nor gaps any more."""
    owners: tuple[Owner, ...] | None = None
    processes: tuple[Process, ...] | None = None
    peers: tuple[Peer, ...] | None = None


class Happened(msgspec.Struct, array_like=True, frozen=True):
    """Version 1 ends after the data, which is then the code of an XID."""

    t: float
    data: int
    kind: Kind = Kind.XID
    instance: int | None = None


class Read(msgspec.Struct, tag="read", tag_field="is", omit_defaults=True, kw_only=True):
    t: float
    """When the report came in."""
    at: float
    """When its source says that it read the device; a clock of its own for simulated time."""
    device: int
    parts: tuple[int, ...] | None = None
    """Whose readings the report holds, where they are not those of the device's last report."""
    changes: list[Change] = []
    events: list[Happened] = []
    heard: tuple[Kind, ...] | None = None
    """What the device is listened to for, where that is not what it was."""


class End(msgspec.Struct, tag="end", tag_field="is"):
    """Written when a recorder stops in good order."""

    t: float


Line = Declared | Stock | Read | End


def encode(line: Header | Line) -> bytes:
    return msgspec.json.encode(line, enc_hook=_plain) + b"\n"


def declare(number: int, entity: Entity) -> Declared:
    match entity:
        case Gpu():
            return Declared(n=number, gpu=entity)
        case Instance():
            return Declared(n=number, instance=entity)
        case Link():
            return Declared(n=number, link=entity)
        case Switch():
            return Declared(n=number, switch=entity)
        case Cpu():
            return Declared(n=number, cpu=entity)
        case Core():
            return Declared(n=number, core=entity)


def happened(event: Event, start: float) -> Happened:
    """Times are kept to the millisecond: more would be digits of noise."""
    return Happened(round(event.time - start, 3), event.data, event.kind, event.instance)


def event(written: Happened, start: float) -> Event:
    return Event(start + written.t, written.kind, written.data, written.instance)


def write(value: Value) -> Written:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and not math.isfinite(value):
        return [repr(value)]
    return value


def read(written: Written) -> Value:
    return float("".join(written)) if isinstance(written, list) else written


def _plain(value: object) -> object:
    """Of kinds of their own, as JSON has them."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, float):
        return float(value)
    raise NotImplementedError(f"{type(value)} has no place in a recording")
