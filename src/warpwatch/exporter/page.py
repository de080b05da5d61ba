"""The page: families in order, each once, each with its samples.

Speed lives here. Labels are made once per entity and snapshot; a sample is one formatted
string; the body is made when the first scraper of a snapshot asks, and shared by all.
"""

import gzip
from collections.abc import Iterable

from warpwatch.exporter.derived import WRITERS
from warpwatch.exporter.own import FAMILIES, Own
from warpwatch.exporter.selection import Metric
from warpwatch.exporter.view import View

_FASTEST = 1


def render(view: View, extra: Iterable[Own] = ()) -> bytes:
    """Compatible families first, our own after them; a family without samples is left out."""
    parts: list[str] = []
    for metric in view.selection.metrics:
        lines = _lines(view, metric)
        if lines:
            parts.append(metric.header)
            parts += lines
    for own in (*FAMILIES, *extra):
        lines = list(own.lines(view))
        if lines:
            parts.append(own.family.header)
            parts += lines
    return "".join(parts).encode()


def _lines(view: View, metric: Metric) -> list[str]:
    id_, name = metric.field.id, metric.family.name
    writer = WRITERS.get(id_)
    if writer is not None:
        return list(writer(view, name))
    number = view.naming.era.number
    # A plain loop over cached strings: the hot path of the exporter.
    return [
        f"{name}{{{row.labels}}} {number(value)}\n"
        for row in view.rows[metric.field.scope]
        if (value := row.values.get(id_)) is not None and not isinstance(value, str)
    ]


def compress(body: bytes) -> bytes:
    """The fastest level: a page shrinks thirtyfold even so. No time stamp inside, so that
    the same page is the same bytes."""
    return gzip.compress(body, _FASTEST, mtime=0)
