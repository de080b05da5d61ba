"""Whole pages out of families and rows, for pages that are small and made seldom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from warpwatch.expo.text import Family, Number, Pair, join, sample, shortest


@dataclass(frozen=True, slots=True)
class Row:
    labels: tuple[Pair, ...]
    value: Number
    suffix: str = ""
    """Of the family's name: `_bucket`, `_sum`, `_count`."""


@dataclass(frozen=True, slots=True)
class Metric:
    family: Family
    rows: tuple[Row, ...]


def gauge(name: str, text: str, *rows: tuple[tuple[Pair, ...], Number]) -> Metric:
    return Metric(Family(name, "gauge", text), tuple(Row(*row) for row in rows))


def counter(name: str, text: str, *rows: tuple[tuple[Pair, ...], Number]) -> Metric:
    return Metric(Family(name, "counter", text), tuple(Row(*row) for row in rows))


def page(metrics: Iterable[Metric]) -> bytes:
    return b"".join(_printed(metrics))


def _printed(metrics: Iterable[Metric]) -> Iterator[bytes]:
    for metric in metrics:
        yield metric.family.header
        for row in metric.rows:
            name = f"{metric.family.name}{row.suffix}"
            yield sample(name, join(row.labels), shortest(row.value)).encode()
