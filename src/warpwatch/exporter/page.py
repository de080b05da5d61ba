"""The page: families in order, each once, each with its samples.

Speed lives here. From one snapshot to the next hardly anything but the values changes, so
what surrounds them is kept as one template per family and filled in a single step. The
body is made when the first scraper of a snapshot asks, and shared by all.
"""

import functools
import gzip
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from warpwatch.expo.text import sample
from warpwatch.exporter.derived import WRITERS
from warpwatch.exporter.era import Era
from warpwatch.exporter.own import FAMILIES, Own
from warpwatch.exporter.selection import Metric, Selection
from warpwatch.exporter.view import Labels, Row, View
from warpwatch.fields.field import Number, Scope

log = logging.getLogger(__name__)

_FASTEST = 1


@dataclass(slots=True)
class _Sheet:
    """The templates of one kind of entity, good for as long as its rows have the same labels.

    Bytes, not text: a page is large, and each copy of it costs as much as filling it in.
    """

    labels: list[Labels]
    templates: dict[str, bytes] = field(default_factory=dict)

    def fits(self, rows: list[Row]) -> bool:
        return len(rows) == len(self.labels) and all(
            row.labels is labels for row, labels in zip(rows, self.labels, strict=True)
        )


class Press:
    """Prints views of one selection, one after the other."""

    def __init__(self, selection: Selection, era: Era) -> None:
        self._metrics = selection.metrics
        self._era = era
        self._sheets = {scope: _Sheet([]) for scope in Scope}

    def print(self, view: View, extra: Iterable[Own] = ()) -> bytes:
        """Compatible families first, our own after; a family without samples is left out."""
        for scope, rows in view.rows.items():
            if not self._sheets[scope].fits(rows):
                self._sheets[scope] = _Sheet([row.labels for row in rows])
        parts: list[bytes] = []
        for metric in self._metrics:
            writer = WRITERS.get(metric.field.id)
            write = (
                functools.partial(self._filled, metric, view.rows[metric.field.scope])
                if writer is None
                else functools.partial(_joined, writer(view, metric.family.name))
            )
            _append(parts, metric.header, write)
        for own in (*FAMILIES, *extra):
            _append(parts, own.header, functools.partial(_joined, own.lines(view)))
        return b"".join(parts)

    def _filled(self, metric: Metric, rows: list[Row]) -> bytes:
        id_ = metric.field.id
        values = [row.values.get(id_) for row in rows]
        if None in values:
            return self._gappy(metric, rows)
        template = self._template(metric)
        if self._era.plain:
            return template % tuple(values)
        number = self._era.number
        return template % tuple(
            number(value).encode() for value in values if isinstance(value, int | float)
        )

    def _gappy(self, metric: Metric, rows: list[Row]) -> bytes:
        """Line by line, where some row has no value."""
        return _joined(
            sample(metric.family.name, row.labels.whole, self._era.number(value))
            for row in rows
            if isinstance(value := row.values.get(metric.field.id), int | float)
        )

    def _template(self, metric: Metric) -> bytes:
        sheet = self._sheets[metric.field.scope]
        template = sheet.templates.get(metric.family.name)
        if template is None:
            if not self._era.plain:
                slot = "%b"
            else:
                slot = "%.6f" if metric.field.number is Number.FLOAT else "%a"
            template = "".join(
                sample(metric.family.name, labels.whole.replace("%", "%%"), slot)
                for labels in sheet.labels
            ).encode()
            sheet.templates[metric.family.name] = template
        return template


def _joined(lines: Iterable[str]) -> bytes:
    return "".join(lines).encode()


def _append(parts: list[bytes], header: bytes, write: Callable[[], bytes]) -> None:
    try:
        text = write()
    except Exception:
        # A defect in one family must not cost the page; the log holds what to mend.
        log.exception("a family could not be written: %s", header.decode())
        return
    if text:
        parts.append(header)
        parts.append(text)


def compress(body: bytes) -> bytes:
    """The fastest level: a page shrinks thirtyfold even so. No time stamp inside, so that
    the same page is the same bytes.
    """
    return gzip.compress(body, _FASTEST, mtime=0)
