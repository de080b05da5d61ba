"""The page: families in order, each once, each with its samples.

Speed lives here. Labels are made once per entity and snapshot; a sample is one formatted
string; the body is made when the first scraper of a snapshot asks, and shared by all.
"""

import functools
import gzip
import logging
from collections.abc import Callable, Iterable, Mapping

from warpwatch.exporter.derived import WRITERS
from warpwatch.exporter.own import FAMILIES, Own
from warpwatch.exporter.selection import Metric
from warpwatch.exporter.view import View
from warpwatch.fields.field import Scope
from warpwatch.samples.sample import Value

log = logging.getLogger(__name__)

Columns = list[tuple[str, Callable[[int], Value | None]]]
"""Labels with their braces, and what looks a field up in the row."""

_FASTEST = 1


def render(view: View, extra: Iterable[Own] = ()) -> bytes:
    """Compatible families first, our own after them; a family without samples is left out."""
    parts: list[str] = []
    columns: dict[Scope, Columns] = {
        scope: [(f"{{{row.labels.whole}}} ", row.values.get) for row in rows]
        for scope, rows in view.rows.items()
    }
    for metric in view.selection.metrics:
        _append(parts, metric.header, functools.partial(_lines, view, metric, columns))
    for own in (*FAMILIES, *extra):
        _append(parts, own.header, functools.partial(own.lines, view))
    return "".join(parts).encode()


def _append(parts: list[str], header: str, write: Callable[[], Iterable[str]]) -> None:
    try:
        lines = list(write())
    except Exception:
        # A defect in one family must not cost the page; the log holds what to mend.
        log.exception("a family could not be written: %s", header.splitlines()[-1])
        return
    if lines:
        parts.append(header)
        parts += lines


def _lines(view: View, metric: Metric, columns: Mapping[Scope, Columns]) -> Iterable[str]:
    """The hot path of the exporter: a plain loop over strings made before.

    Most values are integers, and writing those in place halves the time of a page.
    """
    id_, name = metric.field.id, metric.family.name
    writer = WRITERS.get(id_)
    if writer is not None:
        return writer(view, name)
    number, plain_below = view.era.number, view.era.plain_below
    return [
        f"{name}{labels}{value}\n"
        if type(value) is int and 0 <= value < plain_below
        else f"{name}{labels}{number(value)}\n"
        for labels, get in columns[metric.field.scope]
        if (value := get(id_)) is not None and not isinstance(value, str)
    ]


def compress(body: bytes) -> bytes:
    """The fastest level: a page shrinks thirtyfold even so. No time stamp inside, so that
    the same page is the same bytes.
    """
    return gzip.compress(body, _FASTEST, mtime=0)
