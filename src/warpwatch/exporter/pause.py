"""Profiling, left alone for a while: its fields are asked of no source and shown as gaps.

Only one tool at a time can have the counters that profiling reads, before Hopper at least. A
source that is asked for none of these fields gives back what it held for them.
"""

import logging
from collections.abc import Set as AbstractSet
from dataclasses import replace

from warpwatch.clock import Clock
from warpwatch.exporter.view import SCOPES
from warpwatch.fields.catalogue import BY_ID, FIELDS
from warpwatch.samples.entity import Instance
from warpwatch.samples.sample import Reading, Reason, Report

log = logging.getLogger(__name__)

PROFILING = frozenset(field.id for field in FIELDS if field.name.startswith("DCGM_FI_PROF_"))


class Pause:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._active = False
        self._until: float | None = None

    def begin(self, seconds: float | None = None) -> None:
        """For so long, or until it is ended; a pause that is on begins anew."""
        self._active = True
        self._until = None if seconds is None else self._clock.monotonic() + seconds
        lasting = "until it is resumed" if seconds is None else f"for {seconds:g} s"
        log.info("profiling is paused %s", lasting)

    def end(self) -> None:
        if self._active:
            self._active = False
            log.info("profiling is resumed")

    @property
    def active(self) -> bool:
        if self._until is not None and self._clock.monotonic() >= self._until:
            self.end()
        return self._active

    @property
    def left(self) -> float | None:
        """Seconds until it ends by itself, if it does."""
        if not self.active or self._until is None:
            return None
        return self._until - self._clock.monotonic()

    def spare(self, fields: AbstractSet[int]) -> AbstractSet[int]:
        """What is to be read of these fields now."""
        return fields - PROFILING if self.active else fields

    def mark(self, report: Report, fields: AbstractSet[int]) -> Report:
        """Says of each field that was not asked because of the pause that it was not."""
        if not self.active:
            return report
        left_out = fields & PROFILING
        readings = tuple(_mark(reading, left_out) for reading in report.readings)
        return replace(report, readings=readings)


def _mark(reading: Reading, fields: AbstractSet[int]) -> Reading:
    entity = reading.entity
    scope, part = SCOPES[type(entity)], isinstance(entity, Instance)
    gaps = {
        id_: Reason.PAUSED
        for id_ in fields - reading.values.keys() - reading.gaps.keys()
        if BY_ID[id_].scope is scope and (BY_ID[id_].per_instance or not part)
    }
    return replace(reading, gaps={**reading.gaps, **gaps})
