"""A model server: requests come by the hours of the day, its GPUs answer as fast as they can."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from warpwatch.expo.plain import Metric, counter, gauge
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.gang import Gang
from warpwatch.sources.sim.programs.faults import Kind
from warpwatch.sources.sim.programs.histogram import Histogram
from warpwatch.sources.sim.programs.program import Program
from warpwatch.sources.sim.workloads.inference import load

PEAK = 40.0
"""Requests a second that one GPU is asked for at the busiest."""
_CAPACITY = 1.2
"""What a GPU at full clocks can answer, over that."""
_MEDIAN, _SPREAD = 0.055, 0.45
"""Seconds that a request takes where nothing waits."""
_FIRST_TOKEN = 0.4
"""Share of it until the first token."""
_WAIT = 0.010
_FULL = 0.97
_FAILING = 0.002
_MOST = 20_000.0
"""Requests that may wait; more are turned away."""
_TOKENS = {"prompt": 310.0, "generation": 120.0}
_BOUNDS = (0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0)


class Serving(Program):
    kind: ClassVar[Kind] = "serving"

    def __init__(self, name: str, labels: Mapping[str, str], gang: Gang) -> None:
        super().__init__(name, labels)
        self.gang = gang
        self._model = (("model", labels["job"]),)
        self._whims = draw(gang.job.seed, 77)
        self._outcomes = {"ok": 0.0, "error": 0.0, "rejected": 0.0}
        self._requests = Histogram(_BOUNDS)
        self._first = Histogram(_BOUNDS)
        self._tokens = dict.fromkeys(_TOKENS, 0.0)
        self._queue = self._flying = self._asked = 0.0

    def live(self, time: float, seconds: float) -> None:
        strain, size = self.strain, len(self.gang.gpus)
        demand = load(time, 0.0) * (0.8 + 0.2 * self._whims)
        capacity = PEAK * _CAPACITY * sum(gpu.pace for gpu in self.gang.gpus)
        asked = PEAK * size * demand
        if strain.flood:
            asked = max(asked, capacity) + strain.flood
        busy = min(asked / capacity, _FULL) if capacity else 1.0
        standing = busy * busy / (1.0 - busy)
        waiting = max(self._queue + (asked - capacity) * seconds, standing)
        answered = max(min(asked * seconds + self._queue - waiting, capacity * seconds), 0.0)
        rejected = max(waiting - _MOST, 0.0)
        self._queue, self._asked = waiting - rejected, busy
        # Of a server whose GPUs are gone nothing comes back, not even slowly.
        if answered:
            median = self._median(capacity / (PEAK * _CAPACITY * size), busy)
            median += max(self._queue - standing, 0.0) / capacity
            self._flying = answered / seconds * median
            self._requests.add(answered, median, _SPREAD)
            self._first.add(answered, median * _FIRST_TOKEN, _SPREAD)
        failed = answered * min(_FAILING + strain.errors, 1.0)
        self._count(answered - failed, failed, rejected)

    def _median(self, pace: float, busy: float) -> float:
        alone = _MEDIAN * self.strain.slowness / max(pace, 0.05)
        return alone + _WAIT * busy / (1.0 - busy)

    def _count(self, answered: float, failed: float, rejected: float) -> None:
        self._outcomes["ok"] += answered
        self._outcomes["error"] += failed
        self._outcomes["rejected"] += rejected
        for kind, each in _TOKENS.items():
            self._tokens[kind] += each * answered

    def metrics(self, time: float) -> Iterator[Metric]:
        del time
        model = self._model
        yield counter(
            "inference_requests_total",
            "Requests by how they ended.",
            *(((*model, ("outcome", how)), int(n)) for how, n in self._outcomes.items()),
        )
        yield self._requests.metric(
            "inference_request_seconds", "From a request to the end of its answer.", model
        )
        yield self._first.metric(
            "inference_ttft_seconds", "From a request to the first token of its answer.", model
        )
        yield gauge("inference_queue_depth", "Requests that wait.", (model, int(self._queue)))
        yield gauge("inference_in_flight", "Requests being answered.", (model, int(self._flying)))
        yield counter(
            "inference_tokens_total",
            "Tokens read and written.",
            *(((*model, ("kind", kind)), int(n)) for kind, n in self._tokens.items()),
        )
        cache = round(0.2 + 0.7 * self._asked, 3)
        yield gauge("inference_kv_cache_ratio", "Of the cache that is in use.", (model, cache))
