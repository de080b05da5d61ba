"""Profiling figures of Hopper and newer GPUs: what happened between two samples.

The samples are the driver's memory: there are two, filled in turn, and both are given back when
no more figures are wanted or a call is refused.
"""

import ctypes
import math
import re
import struct
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from warpwatch.clock import Clock
from warpwatch.fields.catalogue import FIELDS
from warpwatch.fields.field import Field, Scope
from warpwatch.samples.sample import Reason, Value
from warpwatch.sources.nvml.door import Door, Refused, reason
from warpwatch.units import MIB

SHORTEST_SECONDS = 0.1
"""Between two samples: below it the counters give nonsense."""
_IN_TURN = 2

_METRIC = re.compile(r"GPM (\d+)")

METRICS: Mapping[int, int] = {
    field.id: int(found[1])
    for field in FIELDS
    if field.scope is Scope.GPU and (found := _METRIC.fullmatch(field.nvml))
}
"""Our id → NVML's, as the catalogue has it."""


def _scale(field: Field) -> Callable[[float], Value]:
    match field.unit:
        case "ratio":
            return lambda percent: percent / 100
        case "bytes/s":
            return lambda mib: round(mib * MIB)
        case _:
            return round


_SCALES = {field.id: _scale(field) for field in FIELDS if field.id in METRICS}
PER_INSTANCE = frozenset(f.id for f in FIELDS if f.id in METRICS and f.per_instance)

Take = Callable[[Any], object]
"""Fills a sample, of a GPU or of one of its MIG instances."""


_HEAD = struct.calcsize("@IIPP")
METRIC = struct.Struct("@Iid3P")
"""In `c_nvmlGpmMetricsGet_t`: number, code and value of a metric, and what it is called."""

Said = Mapping[int, Value | Reason]


class Comparison:
    """The driver's sums over two samples. The bindings' room for them is large, so it is made once
    for all that want the same figures.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._ids: AbstractSet[int] = frozenset()
        self._order: tuple[int, ...] = ()
        self._room: Any = None
        self._blank = b""

    def __call__(self, ids: AbstractSet[int], older: object, newer: object) -> Said:
        if ids is not self._ids or self._room is None:
            self._make_room(ids)
        room = self._room
        # What the driver leaves alone must pass neither for zero nor for what it said before.
        ctypes.memmove(ctypes.byref(room), self._blank, len(self._blank))
        room.sample1, room.sample2 = older, newer
        self._door.call("nvmlGpmMetricsGet", room)
        told = METRIC.iter_unpack(memoryview(room).cast("B")[_HEAD : len(self._blank)])
        return {
            id_: _figure(id_, code, value)
            for id_, (_, code, value, *_) in zip(self._order, told, strict=True)
        }

    def _make_room(self, ids: AbstractSet[int]) -> None:
        room = self._door.structure("c_nvmlGpmMetricsGet_t")
        # The bindings hold room for the metrics they know, which may be fewer than we do.
        order = tuple(sorted(ids)[: len(room.metrics)])
        room.version = self._door.constant("NVML_GPM_METRICS_GET_VERSION")
        room.numMetrics = len(order)
        for metric, id_ in zip(room.metrics, order, strict=False):
            metric.metricId, metric.value = METRICS[id_], math.nan
        self._ids, self._order, self._room = ids, order, room
        self._blank = bytes(room)[: _HEAD + len(order) * METRIC.size]


class Profile:
    """Of one GPU or instance. With less than the shortest time since the sample before, the
    figures of then are given again.
    """

    def __init__(self, door: Door, clock: Clock, take: Take, compare: Comparison) -> None:
        self._door = door
        self._clock = clock
        self._take = take
        self._compare = compare
        self._samples: list[Any] = []
        """The newest one last."""
        self._taken: float | None = None
        self._said: Said = {}

    def read(self, ids: AbstractSet[int]) -> Said:
        if not ids:
            # Nobody wants figures any more, as when profiling is paused.
            self.free()
            return {}
        now = self._clock.monotonic()
        if self._taken is None or now - self._taken >= SHORTEST_SECONDS:
            try:
                self._advance(ids)
            except Refused as refusal:
                self.free()
                return dict.fromkeys(ids, refusal.reason)
            self._taken = now
        said = self._said
        return {id_: said.get(id_, Reason.NOT_YET_SAMPLED) for id_ in ids}

    def free(self) -> None:
        held, self._samples = self._samples, []
        self._taken, self._said = None, {}
        for sample in held:
            self._door.let_go("nvmlGpmSampleFree", sample)

    def _advance(self, ids: AbstractSet[int]) -> None:
        first = not self._samples
        if len(self._samples) < _IN_TURN:
            self._samples.append(self._door.call("nvmlGpmSampleAlloc"))
        else:
            self._samples.reverse()
        self._take(self._samples[-1])
        if not first:
            self._said = self._compare(ids, *self._samples)


def _figure(id_: int, code: int, value: float) -> Value | Reason:
    if code:
        return reason(code)
    return _SCALES[id_](value) if math.isfinite(value) else Reason.FAILED
