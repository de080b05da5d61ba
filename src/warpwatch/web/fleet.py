"""Every GPU in one order, and a byte per GPU and measure: what a heat map of ten thousand needs.

The order goes to a browser once, with a tag. From then on a measure is as many bytes as there are
GPUs; 255 says that there is no value, which is not a low one.
"""

import gzip
import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from warpwatch.clients.prometheus.results import Labels

MISSING = 255
_STEPS = 254
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a heat map can show beside health."""

    key: str
    title: str
    series: str
    unit: str
    low: float
    high: float
    """A value beyond it is shown as this, but where `grows`."""
    help: str
    grows: bool = False
    """Whether `high` follows the highest value, in steps."""


MEASURES: tuple[Measure, ...] = (
    Measure(
        key="activity", title="Activity", series="gpu:activity:ratio", unit="ratio",
        low=0, high=1, help="How busy it is, by the best that is known: SMs, engine or kernel.",
    ),
    Measure(
        key="utilisation", title="Utilisation", series="gpu:utilisation:ratio", unit="ratio",
        low=0, high=1, help="Share of the time with any kernel at all: 100 % may be one small one.",
    ),
    Measure(
        key="memory", title="Memory", series="gpu:memory_used:ratio", unit="ratio",
        low=0, high=1, help="GPU memory in use, as a share of what can be used.",
    ),
    Measure(
        key="temperature", title="Temperature", series="gpu:temperature:celsius", unit="celsius",
        low=20, high=100, help="Temperature of the GPU.",
    ),
    Measure(
        key="power", title="Power", series="gpu:power:watts", unit="watts",
        low=0, high=300, help="Power that the board draws.", grows=True,
    ),
    Measure(
        key="waste", title="Waste", series="gpu:idle_allocated:ratio", unit="ratio",
        low=0, high=1, help="How much of the GPU somebody has and does not use now.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gpu:
    uuid: str
    node: str
    gpu: str
    model: str
    rack: str
    cluster: str


class Index:
    """The GPUs in order: of a cluster, a rack, a node, by number."""

    def __init__(self, gpus: Iterable[Gpu]) -> None:
        self.gpus: tuple[Gpu, ...] = tuple(sorted(gpus, key=_order))
        self.place: Mapping[str, int] = {gpu.uuid: at for at, gpu in enumerate(self.gpus)}
        nodes: dict[str, list[int]] = {}
        for at, gpu in enumerate(self.gpus):
            nodes.setdefault(gpu.node, []).append(at)
        self.nodes: Mapping[str, Sequence[int]] = nodes

    def __len__(self) -> int:
        return len(self.gpus)

    @cached_property
    def json(self) -> bytes:
        """As columns, in which names that repeat stand once."""
        return b'{"tag":"%s",' % self.tag.encode() + self._columns.removeprefix(b"{")

    @cached_property
    def _columns(self) -> bytes:
        columns: dict[str, object] = {"uuid": [gpu.uuid for gpu in self.gpus]}
        for name in ("node", "gpu", "model", "rack", "cluster"):
            words = [getattr(gpu, name) for gpu in self.gpus]
            known = {word: at for at, word in enumerate(dict.fromkeys(words))}
            columns[name] = {"names": list(known), "of": [known[word] for word in words]}
        return msgspec.json.encode(columns)

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.json, 6, mtime=0)

    @cached_property
    def tag(self) -> str:
        return hashlib.sha256(self._columns).hexdigest()[:16]


def _order(gpu: Gpu) -> tuple[object, ...]:
    return (*map(natural, (gpu.cluster, gpu.rack, gpu.node, gpu.gpu)), gpu.uuid)


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """So that node-10 comes after node-9."""
    parts = _DIGITS.split(text)
    return tuple((int(part), "") if at % 2 else (-1, part) for at, part in enumerate(parts))


def indexed(seen: Iterable[Labels], models: Mapping[str, str], racks: Mapping[str, str]) -> Index:
    """`seen` has the labels of each GPU's own series; `racks` says where a node stands."""
    gpus: dict[str, Gpu] = {}
    for labels in seen:
        uuid, node = labels.get("uuid", ""), labels.get("node", "")
        if uuid:
            gpus[uuid] = Gpu(
                uuid,
                node,
                labels.get("gpu", ""),
                models.get(uuid, ""),
                labels.get("rack") or racks.get(node, ""),
                labels.get("cluster", ""),
            )
    return Index(gpus.values())


def racked(ups: Iterable[Labels]) -> dict[str, str]:
    """Where nodes stand, by the labels of their targets."""
    racks: dict[str, str] = {}
    for labels in ups:
        address = labels.get("instance", "").rpartition(":")
        host = address[0] if address[2].isdecimal() else labels.get("instance", "")
        for name in (labels.get("node"), labels.get("hostname"), host):
            if name:
                racks.setdefault(name, labels.get("rack", ""))
    return racks


@dataclass(frozen=True, slots=True)
class Frame:
    """A measure of every GPU."""

    key: str
    low: float
    high: float
    data: bytes


def frame(measure: Measure, values: Mapping[str, float], index: Index) -> Frame:
    known = [value for value in values.values() if math.isfinite(value)]
    high = measure.high
    if measure.grows and known:
        high = max(high, math.ceil(max(known) / 100) * 100)
    scale = _STEPS / (high - measure.low)
    data = bytearray([MISSING]) * len(index)
    for uuid, value in values.items():
        at = index.place.get(uuid)
        if at is not None and math.isfinite(value):
            held = min(high, max(measure.low, value))
            data[at] = round((held - measure.low) * scale)
    return Frame(measure.key, measure.low, high, bytes(data))
