"""Profiling figures of Hopper and newer GPUs: what happened between two samples.

The samples are the driver's memory: the one of the read before is kept, and freed when the
next has taken its place.
"""

import math
import re
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


class Profile:
    """Of one GPU or instance. With less than the shortest time since the sample before, the
    figures of then are given again.
    """

    def __init__(self, door: Door, clock: Clock, take: Take) -> None:
        self._door = door
        self._clock = clock
        self._take = take
        self._sample: Any = None
        self._taken = 0.0
        self._values: dict[int, Value] = {}
        self._gaps: dict[int, Reason] = {}

    def read(self, ids: AbstractSet[int]) -> tuple[dict[int, Value], dict[int, Reason]]:
        if not ids:
            return {}, {}
        now = self._clock.monotonic()
        if self._sample is None or now - self._taken >= SHORTEST_SECONDS:
            try:
                self._advance(sorted(ids), now)
            except Refused as refusal:
                self.free()
                return {}, dict.fromkeys(ids, refusal.reason)
        values = {id_: self._values[id_] for id_ in ids & self._values.keys()}
        missing = ids - values.keys()
        return values, {id_: self._gaps.get(id_, Reason.NOT_YET_SAMPLED) for id_ in missing}

    def free(self) -> None:
        held, self._sample = self._sample, None
        self._values, self._gaps = {}, {}
        if held is not None:
            self._door.let_go("nvmlGpmSampleFree", held)

    def _advance(self, ids: list[int], now: float) -> None:
        newer = self._door.call("nvmlGpmSampleAlloc")
        older = self._sample
        try:
            self._take(newer)
            if older is not None:
                self._compare(ids, older, newer)
        except Refused:
            self._door.let_go("nvmlGpmSampleFree", newer)
            raise
        self._sample, self._taken = newer, now
        if older is not None:
            self._door.let_go("nvmlGpmSampleFree", older)

    def _compare(self, ids: list[int], older: object, newer: object) -> None:
        asked = self._door.structure("c_nvmlGpmMetricsGet_t")
        # The bindings hold room for the metrics they know, which may be fewer than we do.
        ids = ids[: len(asked.metrics)]
        asked.version = self._door.constant("NVML_GPM_METRICS_GET_VERSION")
        asked.numMetrics = len(ids)
        asked.sample1, asked.sample2 = older, newer
        for metric, id_ in zip(asked.metrics, ids, strict=False):
            metric.metricId = METRICS[id_]
        self._door.call("nvmlGpmMetricsGet", asked)
        self._values, self._gaps = {}, {}
        for metric, id_ in zip(asked.metrics, ids, strict=False):
            if metric.nvmlReturn:
                self._gaps[id_] = reason(metric.nvmlReturn)
            elif not math.isfinite(metric.value):
                self._gaps[id_] = Reason.FAILED
            else:
                self._values[id_] = _SCALES[id_](metric.value)
