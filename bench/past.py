"""Hours of many series, written into an empty Prometheus by its remote-write receiver.

The labels are those of series that a real Prometheus had; their past is made up: each series gets
one of a few dozen courses of its name, so that it need not be packed sample by sample.
"""

import random
import struct
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

Labels = Mapping[str, str]

SLICE = 1800.0
"""Seconds that are told of all series before the next: Prometheus takes what is an hour late."""
COURSES = 32
REQUEST = 2**21
_SAMPLE = struct.Struct("<BBBdB")


@dataclass(frozen=True, slots=True)
class Series:
    labels: Labels
    value: float

    @property
    def name(self) -> str:
        return self.labels["__name__"]


@dataclass(frozen=True, slots=True)
class Span:
    start: float
    end: float
    step: float
    origin: float
    """From which counters count."""


def write(url: str, series: list[Series], span: Span) -> int:
    """How many samples there were."""
    named: dict[str, list[bytes]] = defaultdict(list)
    values: dict[str, list[float]] = defaultdict(list)
    for each in series:
        named[each.name].append(_labels(each.labels))
        values[each.name].append(each.value)
    chance = random.Random(1)
    steps = range(int((span.end - span.start) / span.step))
    moments = [span.start + span.step * n for n in steps]
    body = bytearray()
    for name, all_labels in named.items():
        bases = _bases(values[name], chance)
        blocks = {
            base: _block(name, base, moments, span.origin, chance) for base in dict.fromkeys(bases)
        }
        for labels, base in zip(all_labels, bases, strict=True):
            block = blocks[base]
            body += b"\x0a" + _varint(len(labels) + len(block)) + labels + block
            if len(body) > REQUEST:
                _send(url, body)
                body.clear()
    _send(url, body)
    return len(series) * len(moments)


def _bases(values: list[float], chance: random.Random) -> list[float]:
    """Of each series its own value where there are few; else one of a few dozen that there are."""
    if len(set(values)) <= COURSES:
        return values
    some = chance.sample(values, COURSES)
    return [some[number % COURSES] for number in range(len(values))]


def _block(
    name: str, base: float, moments: list[float], origin: float, chance: random.Random
) -> bytes:
    steady = base in {0.0, 1.0} or name.endswith((":count", ":sum", ":info", ":code", ":bool"))
    grows = name.endswith("total")
    samples = bytearray()
    for moment in moments:
        if grows:
            value = base + (moment - origin) * (base > 0)
        else:
            value = base if steady else base * chance.uniform(0.9, 1.1)
        when = _varint(round(moment * 1000))
        samples += _SAMPLE.pack(0x12, 10 + len(when), 0x09, value, 0x10) + when
    return bytes(samples)


def _labels(labels: Labels) -> bytes:
    return b"".join(
        _field(1, _field(1, k.encode()) + _field(2, v.encode())) for k, v in sorted(labels.items())
    )


def _field(number: int, data: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _send(url: str, body: bytearray) -> None:
    if not body:
        return
    # Snappy that packs nothing: one literal.
    packed = _varint(len(body)) + b"\xfc" + struct.pack("<I", len(body) - 1) + body
    headers = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}
    request = urllib.request.Request(f"{url}/api/v1/write", packed, headers)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        answer.read()
