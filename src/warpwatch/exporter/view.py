"""A snapshot arranged for writing: one row per entity, its labels made once."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from warpwatch.expo.text import Pair, join
from warpwatch.exporter.devices import Choice
from warpwatch.exporter.era import Era
from warpwatch.exporter.identity import Naming
from warpwatch.exporter.selection import Selection
from warpwatch.exporter.sharing import ONE_SERIES, Sharing
from warpwatch.exporter.tally import Tally
from warpwatch.fields.catalogue import BY_ID
from warpwatch.fields.field import Scope
from warpwatch.samples.entity import Core, Cpu, Device, Entity, Gpu, Instance, Link, Switch
from warpwatch.samples.owner import Owner
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
class Labels:
    """The labels of one entity, made once and kept for as long as they stay the same."""

    head: str
    """Identity and host."""
    fields: tuple[Pair, ...]
    """Label fields, such as the driver's version."""
    attributes: tuple[Pair, ...]
    """Whose work it is."""
    whole: str
    brief: str
    """Enough to join with the full series; for our own families."""

    def with_fields(self, *pairs: Pair) -> str:
        """Further ones among the label fields, where dcgm-exporter puts windows."""
        merged = sorted((*self.fields, *pairs), key=itemgetter(0))
        return _chain(self.head, join(merged), join(self.attributes))

    def with_attributes(self, *pairs: Pair) -> str:
        """Further ones among the attributes, where it puts error codes."""
        merged = sorted((*self.attributes, *pairs), key=itemgetter(0))
        return _chain(self.head, join(self.fields), join(merged))


@dataclass(frozen=True, slots=True)
class Row:
    entity: Entity
    values: Mapping[int, Value]
    labels: Labels
    whole: bool = True
    """Not a row beside those of the owners, with what is measured of the device and of them."""


@dataclass(frozen=True, slots=True)
class View:
    info: SourceInfo
    snapshot: Snapshot | None
    rows: Mapping[Scope, list[Row]]
    readings: list[tuple[Labels, Reading]]
    """Every reading as it was made, before MIG instances take the place of their GPU."""
    gpus: list[tuple[str, State]]
    """Each GPU under its brief labels."""
    selection: Selection
    tally: Callable[[Device], Tally]
    era: Era


EVERYTHING = Choice()

_Key = tuple[Entity, tuple[Pair, ...], Owner | None]


class Arranger:
    """Makes views of snapshots, one after the other, and remembers labels from one to the next."""

    def __init__(
        self,
        selection: Selection,
        naming: Naming,
        tally: Callable[[Device], Tally],
        choice: Choice = EVERYTHING,
        sharing: Sharing = ONE_SERIES,
    ) -> None:
        self.selection = selection
        self._sharing = sharing
        self._naming = naming
        self._tally = tally
        self._choice = choice
        self._known: dict[_Key, Labels] = {}
        self._used: dict[_Key, Labels] = {}
        self._last: dict[Entity, tuple[Pair, ...]] = {}

    def view(self, info: SourceInfo, snapshot: Snapshot | None) -> View:
        rows: dict[Scope, list[Row]] = {scope: [] for scope in Scope}
        readings: list[tuple[Labels, Reading]] = []
        gpus: list[tuple[str, State]] = []
        for state in snapshot.states if snapshot else ():
            board = state.report.readings[0] if state.report.readings else None
            labelled = [(self._labels(each, board), each) for each in state.report.readings]
            readings += labelled
            if isinstance(state.device, Gpu):
                gpus.append((labelled[0][0].brief, state))
            for reading in shown(state.report.readings, self._choice):
                for share in self._sharing.shares(reading):
                    labels = self._labels(reading, board, share.owner)
                    row = Row(reading.entity, share.values, labels, share.whole)
                    rows[SCOPES[type(reading.entity)]].append(row)
        # What this view did not use is of entities, owners or versions that are gone.
        self._known, self._used = self._used, {}
        present = {reading.entity for _, reading in readings}
        self._last = {key: kept for key, kept in self._last.items() if key in present}
        return View(
            info, snapshot, rows, readings, gpus, self.selection, self._tally, self._naming.era
        )

    def _labels(
        self, reading: Reading, board: Reading | None, owner: Owner | None = None
    ) -> Labels:
        """An instance has the label fields of its board; NVLinks and others have none of theirs."""
        fields = self._fields(board if isinstance(reading.entity, Instance) and board else reading)
        key = (reading.entity, fields, owner)
        labels = self._used.get(key) or self._known.get(key) or self._make(*key)
        self._used[key] = labels
        return labels

    def _fields(self, reading: Reading) -> tuple[Pair, ...]:
        """Label fields; a GPU that is lost keeps those it had, so that its series go on."""
        values = reading.values
        fields = tuple(
            (counter.name, str(values[counter.field.id]))
            for counter in self.selection.labels
            if counter.field.id in values
        )
        if values:
            self._last[reading.entity] = fields
            return fields
        return self._last.get(reading.entity, fields)

    def _make(self, entity: Entity, fields: tuple[Pair, ...], owner: Owner | None) -> Labels:
        owned = isinstance(entity, Gpu | Instance)
        attributes = self._naming.owner(owner) if owned else ()
        identity = self._naming.identity(entity)
        head = join(identity)
        if owned:
            taken = {name for name, _ in (*identity, *fields, *attributes)}
            fields += self._naming.labels_of_pod(owner, taken)
        fields = tuple(sorted(fields))
        whole = _chain(head, join(fields), join(attributes))
        return Labels(head, fields, attributes, whole, join(self._naming.brief(entity)))


def shown(readings: Sequence[Reading], choice: Choice) -> Iterable[Reading]:
    """What becomes rows.

    By default a GPU under MIG gives way to its instances, each of which repeats what is
    board-wide. So dcgm-exporter has it, and so its users' queries expect it; a sum of
    board-wide values over instances counts the board several times, unless they are to be told
    once: then the GPU has a row for them, and for nothing that the instances tell of themselves.
    """
    instances = any(isinstance(reading.entity, Instance) for reading in readings)
    if choice.flex and not instances:
        yield from readings
        return
    shared: dict[int, Value] = {}
    for reading in readings:
        match reading.entity:
            case Gpu() as gpu:
                board = reading.values.items()
                shared = {id_: value for id_, value in board if not BY_ID[id_].per_instance}
                if choice.gpu(gpu):
                    yield reading
                elif choice.flex and choice.once:
                    yield replace(reading, values=shared)
            case Instance() as instance if choice.flex or choice.instance(instance):
                if choice.once:
                    yield reading
                else:
                    yield replace(reading, values=ChainMap(dict(reading.values), shared))
            case Instance():
                pass
            case _:
                yield reading


def _chain(*parts: str) -> str:
    return ",".join(filter(None, parts))
