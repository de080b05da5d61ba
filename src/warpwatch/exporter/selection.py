"""What to read and what to write, worked out once from the list of counters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from warpwatch.expo.text import Family
from warpwatch.exporter.counters import Counter
from warpwatch.exporter.era import Era
from warpwatch.exporter.tally import ACCUMULATORS, REASONS
from warpwatch.fields.field import Field

_ALWAYS = frozenset({REASONS, *ACCUMULATORS.values()})


@dataclass(frozen=True, slots=True)
class Metric:
    """One family of the page and the field that fills it."""

    field: Field
    family: Family
    header: bytes

    @property
    def derived(self) -> bool:
        return self.field.derived


@dataclass(frozen=True, slots=True)
class Selection:
    metrics: tuple[Metric, ...]
    labels: tuple[Counter, ...]
    names: Mapping[int, str]
    """The fields that a source must give, as the list spells them; for gaps."""
    read: frozenset[int]
    """Those, and what the exporter's own counters are worked out from."""


def select(counters: Iterable[Counter], era: Era, also: Iterable[Field] = ()) -> Selection:
    """`also`: asked of the source for the sake of our own families."""
    counters = tuple(counters)
    metrics = [_metric(counter, era) for counter in counters if not counter.is_label]
    metrics.sort(key=lambda m: (m.family.name,) if era.by_name else (m.field.id, m.family.name))
    names = {field.id: field.name for field in also}
    names |= {counter.field.id: counter.name for counter in counters if counter.field.asked}
    return Selection(
        metrics=tuple(metrics),
        labels=tuple(counter for counter in counters if counter.is_label),
        names=names,
        read=frozenset(names) | _ALWAYS,
    )


def _metric(counter: Counter, era: Era) -> Metric:
    """Where an era has put a type right, a list that still has the old one is put right too."""
    field, kind = counter.field, counter.type
    if era.corrected and field.corrected is not None and kind == field.kind:
        kind = str(field.corrected)
    family = Family(counter.name, kind, counter.help)
    return Metric(counter.field, family, family.header)
