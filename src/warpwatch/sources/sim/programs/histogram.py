"""A histogram that is filled by expectation: so many events, spread as they would be."""

import math
from collections.abc import Iterator

from warpwatch.expo.plain import Metric, Row
from warpwatch.expo.text import Family, Pair, shortest


class Histogram:
    __slots__ = ("_below", "_bounds", "count", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._below = [0.0] * len(bounds)
        self.count = 0.0
        self.total = 0.0

    def add(self, events: float, median: float, spread: float) -> None:
        """Events whose values are log-normal."""
        self.count += events
        self.total += events * median * math.exp(spread * spread / 2)
        scale = spread * math.sqrt(2)
        for index, bound in enumerate(self._bounds):
            share = 0.5 * (1 + math.erf(math.log(bound / median) / scale))
            self._below[index] += events * share

    def metric(self, name: str, text: str, labels: tuple[Pair, ...] = ()) -> Metric:
        return Metric(Family(name, "histogram", text), tuple(self._rows(labels)))

    def _rows(self, labels: tuple[Pair, ...]) -> Iterator[Row]:
        for bound, below in zip(self._bounds, self._below, strict=True):
            yield Row((*labels, ("le", shortest(bound))), int(below), "_bucket")
        yield Row((*labels, ("le", "+Inf")), int(self.count), "_bucket")
        yield Row(labels, self.total, "_sum")
        yield Row(labels, int(self.count), "_count")
