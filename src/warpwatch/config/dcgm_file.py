"""The YAML that dcgm-exporter itself reads (`--config-file`), onto the same settings.

Version 1 is of its 4.8.3, version 2 of its 4.8.4. Intervals of single groups of fields are not
kept apart here: what is asked for most often sets the pace for all, which costs little.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from warpwatch import strict_yaml
from warpwatch.config.said import Told, Value
from warpwatch.errors import InputError
from warpwatch.units import Seconds


class _Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    prometheus_type: str
    help: Annotated[str, msgspec.Meta(min_length=1)]


class _Metrics(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    file: str = ""
    fields: tuple[_Field, ...] = ()
    enable_exporter_metrics: bool | None = None


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    name: str
    interval: str
    fields: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class _Collection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    interval: str = ""
    watch_groups: tuple[_Group, ...] = ()
    detect_bind_unbind: bool = False


class _Included(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    include: tuple[str, ...] = ()


class _Dcgm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Of an engine that is not in this process: taken, and without effect."""

    max_keep_age: str = ""
    max_keep_samples: int = 0


class _Collected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    every: str
    metrics: _Included = _Included()
    dcgm: _Dcgm = _Dcgm()


class _Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    max_concurrent_scrapes: int | None = None


class _One(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    version: Literal[1]
    metrics: _Metrics | None = None
    collection: _Collection | None = None


class _Two(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    version: Literal[2]
    metrics: _Metrics | None = None
    collections: tuple[_Collected, ...] = ()
    server: _Server = _Server()
    detect_bind_unbind: bool = False


def load(path: Path) -> Told:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}") from error
    return parse(content, str(path))


def parse(content: bytes, where: str) -> Told:
    said = strict_yaml.read(content, where)
    version = said.get("version") if isinstance(said, dict) else None
    if version not in (1, 2):
        raise InputError(where, "version must be 1 or 2", hint="as dcgm-exporter's --config-file")
    try:
        if version == 1:
            told = _first(msgspec.convert(said, _One), where)
        else:
            told = _second(msgspec.convert(said, _Two), where)
    except msgspec.ValidationError as error:
        raise InputError(where, str(error)) from error
    return {key: (value, f"{where}: {place}") for key, value, place in told}


_Setting = tuple[str, Value, str]


def _first(file: _One, where: str) -> Iterator[_Setting]:
    if file.metrics is not None:
        yield from _metrics(file.metrics, where)
    collection = file.collection or _Collection()
    paces = [("collection.interval", collection.interval)] if collection.interval else []
    paces += [
        (f"collection.watchGroups[{number}].interval", group.interval)
        for number, group in enumerate(collection.watch_groups)
    ]
    yield from _pace(paces, where)


def _second(file: _Two, where: str) -> Iterator[_Setting]:
    if file.metrics is not None:
        yield from _metrics(file.metrics, where)
    paces = [(f"collections[{n}].every", each.every) for n, each in enumerate(file.collections)]
    yield from _pace(paces, where)
    scrapes = file.server.max_concurrent_scrapes
    if scrapes is not None:
        yield "max_concurrent_scrapes", scrapes, "server.maxConcurrentScrapes"


def _metrics(metrics: _Metrics, where: str) -> Iterator[_Setting]:
    if metrics.file and metrics.fields:
        raise InputError(f"{where}: metrics", "must give one of file and fields")
    if metrics.file:
        yield "collectors", metrics.file, "metrics.file"
    elif metrics.fields:
        yield "counters", "".join(map(_row, metrics.fields)), "metrics.fields"
    elif metrics.enable_exporter_metrics is None:
        # With that alone the list is the usual one, and the families it is about are always there.
        raise InputError(f"{where}: metrics", "must give one of file and fields")


def _row(field: _Field) -> str:
    """As a list of counters has it, whose reader complains of what is wrong with it."""
    quoted = field.help.replace('"', '""').replace("\n", " ")
    return f'{field.name},{field.prometheus_type},"{quoted}"\n'


def _pace(paces: list[tuple[str, str]], where: str) -> Iterator[_Setting]:
    found = []
    for place, text in paces:
        try:
            milliseconds = Seconds.parse(text) * 1000
        except ValueError as error:
            raise InputError(f"{where}: {place}", str(error)) from error
        if milliseconds < 1:
            raise InputError(f"{where}: {place}", f"{text!r} is shorter than a millisecond")
        found.append((round(milliseconds), place))
    if found:
        milliseconds, place = min(found)
        yield "collect_interval", milliseconds, place
