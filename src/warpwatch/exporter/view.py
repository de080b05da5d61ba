"""A snapshot arranged for writing: one row per entity, its labels made once."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from warpwatch.exporter.identity import Naming
from warpwatch.exporter.selection import Selection
from warpwatch.exporter.tally import Tally
from warpwatch.expo.text import Pair, join
from warpwatch.fields.catalogue import BY_ID
from warpwatch.fields.field import Scope
from warpwatch.samples.entity import Core, Cpu, Device, Entity, Gpu, Instance, Link, Switch
from warpwatch.samples.sample import Reading, Value
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.base import SourceInfo

SCOPES: Mapping[type, Scope] = {
    Gpu: Scope.GPU,
    Instance: Scope.GPU,
    Link: Scope.LINK,
    Switch: Scope.SWITCH,
    Cpu: Scope.CPU,
    Core: Scope.CORE,
}


@dataclass(frozen=True, slots=True)
class Row:
    entity: Entity
    values: Mapping[int, Value]
    labels: str
    """Everything between the braces."""
    head: str
    """The labels up to where further ones are put in: identity and label fields …"""
    fields: tuple[Pair, ...]
    attributes: tuple[Pair, ...]
    """… and after: whose work it is."""

    def with_fields(self, *pairs: Pair) -> str:
        """Labels with further ones among the label fields, where dcgm-exporter puts windows."""
        merged = sorted((*self.fields, *pairs), key=itemgetter(0))
        return ",".join(filter(None, (self.head, join(merged), join(self.attributes))))

    def with_attributes(self, *pairs: Pair) -> str:
        """Labels with further ones among the attributes, where it puts error codes."""
        merged = sorted((*self.attributes, *pairs), key=itemgetter(0))
        return ",".join(filter(None, (self.head, join(self.fields), join(merged))))


@dataclass(frozen=True, slots=True)
class View:
    info: SourceInfo
    snapshot: Snapshot | None
    rows: Mapping[Scope, tuple[Row, ...]]
    selection: Selection
    naming: Naming
    tally: Callable[[Device], Tally]

    @property
    def states(self) -> tuple[State, ...]:
        return self.snapshot.states if self.snapshot else ()


def arrange(
    states: Iterable[State], selection: Selection, naming: Naming
) -> dict[Scope, tuple[Row, ...]]:
    rows: dict[Scope, list[Row]] = {scope: [] for scope in Scope}
    for state in states:
        for reading in _flex(state.report.readings):
            rows[SCOPES[type(reading.entity)]].append(_row(reading, selection, naming))
    return {scope: tuple(found) for scope, found in rows.items()}


def _flex(readings: tuple[Reading, ...]) -> Iterable[Reading]:
    """A GPU under MIG gives way to its instances, each of which repeats what is board-wide.

    So dcgm-exporter has it, and so its users' queries expect it; a sum of board-wide
    values over instances counts the board several times.
    """
    instances = [reading for reading in readings if isinstance(reading.entity, Instance)]
    if not instances:
        return readings
    board, *parts = readings
    shared = {id_: value for id_, value in board.values.items() if not BY_ID[id_].per_instance}
    merged = [
        Reading(part.entity, ChainMap(dict(part.values), shared), part.gaps, part.owners)
        for part in instances
    ]
    return [*merged, *(part for part in parts if not isinstance(part.entity, Instance))]


def _row(reading: Reading, selection: Selection, naming: Naming) -> Row:
    values = reading.values
    fields = sorted(
        (counter.name, str(values[counter.field.id]))
        for counter in selection.labels
        if counter.field.id in values
    )
    owner = reading.owners[0] if len(reading.owners) == 1 else None
    owned = isinstance(reading.entity, Gpu | Instance)
    attributes = naming.owner(owner) if owned else ()
    head = join(naming.identity(reading.entity))
    labels = ",".join(filter(None, (head, join(fields), join(attributes))))
    return Row(reading.entity, values, labels, head, tuple(fields), attributes)
