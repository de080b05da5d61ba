"""What was before: of each row the last values of what can be drawn."""

import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from warpwatch.terminal.figures import (
    ACTIVITY,
    DRAM,
    MEMORY,
    MEMORY_TOTAL,
    POWER,
    POWER_LIMIT,
    TEMPERATURE,
    TENSOR,
    Figure,
)
from warpwatch.terminal.picture import Picture, Row

LONGEST = 120
"""Values of each."""

Id = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    figure: Figure
    whole: Callable[[Row], float | None]
    """What all of it would be; None where nobody tells."""

    def share(self, row: Row) -> float | None:
        value, whole = row.figures.get(self.figure.key), self.whole(row)
        return value / whole if value is not None and whole else None

    def text(self, row: Row) -> str | None:
        value = row.figures.get(self.figure.key)
        return None if value is None else self.figure.show(value)


def _of(figure: Figure) -> Callable[[Row], float | None]:
    return lambda row: row.figures.get(figure.key)


_HOTTEST = 100.0
"""Degrees at the top of a drawing."""

METRICS: tuple[Metric, ...] = (
    Metric("activity", ACTIVITY, lambda _: 1.0),
    Metric("memory", MEMORY, _of(MEMORY_TOTAL)),
    Metric("temperature", TEMPERATURE, lambda _: _HOTTEST),
    Metric("power", POWER, _of(POWER_LIMIT)),
    Metric("tensor", TENSOR, lambda _: 1.0),
    Metric("dram", DRAM, lambda _: 1.0),
)


class History:
    def __init__(self) -> None:
        self._kept: dict[Id, dict[str, array[float]]] = {}

    def seed(self, before: Mapping[Id, Sequence[float]]) -> None:
        """Activity, of the time before the first picture."""
        for id_, values in before.items():
            kept = self._kept.setdefault(id_, {})
            now = kept.get(METRICS[0].name, array("f"))
            kept[METRICS[0].name] = array("f", [*values, *now][-LONGEST:])

    def add(self, picture: Picture) -> None:
        """Rows that are gone are forgotten."""
        there: dict[Id, dict[str, array[float]]] = {}
        for row in picture.rows:
            kept = there[row.id] = self._kept.get(row.id, {})
            for metric in METRICS:
                share = metric.share(row)
                if share is None and metric.name not in kept:
                    continue
                values = kept.setdefault(metric.name, array("f"))
                values.append(math.nan if share is None else share)
                del values[:-LONGEST]
        self._kept = there

    def shares(self, row: Row, metric: Metric) -> Sequence[float]:
        return self._kept.get(row.id, {}).get(metric.name, ())
