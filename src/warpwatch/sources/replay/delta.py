"""The difference between two readings of an entity, and how to undo it.

Most of what a GPU says is what it said a second ago; a recording holds only the rest.
"""

from collections.abc import Mapping

from warpwatch.samples.entity import Entity
from warpwatch.samples.sample import Reading, Reason, Value
from warpwatch.sources.replay import form
from warpwatch.sources.replay.form import Change


def difference(number: int, before: Reading | None, now: Reading) -> Change | None:
    """None where nothing changed."""
    before = before or Reading(now.entity, {}, {})
    change = Change(
        n=number,
        values={
            id_: form.write(value)
            for id_, value in now.values.items()
            if not _same(before.values.get(id_), value)
        },
        gaps=_by_reason(
            {id_: why for id_, why in now.gaps.items() if before.gaps.get(id_) is not why}
        ),
        gone=tuple(
            id_
            for id_ in (*before.values, *before.gaps)
            if id_ not in now.values and id_ not in now.gaps
        ),
        owners=None if now.owners == before.owners else now.owners,
        processes=None if now.processes == before.processes else now.processes,
        peers=None if now.peers == before.peers else now.peers,
    )
    return None if change == Change(n=number) else change


def apply(change: Change, before: Reading | None, entity: Entity) -> Reading:
    before = before or Reading(entity, {}, {})
    values = {id_: form.read(written) for id_, written in change.values.items()}
    gaps = {id_: why for why, ids in change.gaps.items() for id_ in ids}
    gone = frozenset(change.gone)
    return Reading(
        entity,
        {id_: old for id_, old in before.values.items() if id_ not in gaps and id_ not in gone}
        | values,
        {id_: old for id_, old in before.gaps.items() if id_ not in values and id_ not in gone}
        | gaps,
        owners=before.owners if change.owners is None else change.owners,
        processes=before.processes if change.processes is None else change.processes,
        peers=before.peers if change.peers is None else change.peers,
    )


def _same(before: Value | None, now: Value) -> bool:
    """Of one type, too: 1 and 1.0 print differently on the page."""
    return before == now and type(before) is type(now)


def _by_reason(gaps: Mapping[int, Reason]) -> dict[Reason, list[int]]:
    grouped: dict[Reason, list[int]] = {}
    for id_, why in gaps.items():
        grouped.setdefault(why, []).append(id_)
    return grouped
