"""One GPU, one node, one job: all that is known of it, and of what is not known why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from warpwatch.errors import InputError
from warpwatch.terminal import listing
from warpwatch.terminal.choosing import Item
from warpwatch.terminal.figures import GPU, MISSING, percent, size
from warpwatch.terminal.listing import Column, Listing
from warpwatch.terminal.picture import Picture, Process, Row

_SHOWN = 8

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Described:
    kind: str
    name: str
    pairs: Pairs
    below: Listing | None = None
    """What belongs to it, side by side."""
    item: Item | None = None
    """It as programs read it."""


def gpu(name: str, picture: Picture) -> Described:
    """By its UUID, as NODE:GPU, or by its number where there is only one such."""
    row = _one(
        f"GPU {name!r}",
        [each for each in picture.rows if name in _names(each)],
        [f"{each.node}:{each.name}" for each in picture.rows],
    )
    return Described("gpu", f"{row.node}:{row.name}", [*pairs(row, picture)],
                     item=listing.item(row, picture))  # fmt: skip


def _names(row: Row) -> tuple[str, ...]:
    return row.uuid, row.name, f"{row.node}:{row.name}", f"{row.node}/{row.name}"


def _one(what: str, found: Sequence[Row], there: Sequence[str]) -> Row:
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{each.node}:{each.name}" for each in found[:_SHOWN])
        raise InputError(what, f"is {len(found)} of them: {several}", hint="say NODE:GPU")
    raise InputError(what, "is not there", hint=_there(there))


def _there(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"there are {', '.join(names[:_SHOWN])}{more}" if names else "there are none at all"


def node(name: str, picture: Picture, nodes: Listing) -> Described:
    items = [item for item in nodes.items if item["node"] == name]
    if len(items) != 1:
        problem = "is not there" if not items else f"is one of each of {len(items)} clusters"
        raise InputError(f"node {name!r}", problem,
                         hint=_there([str(item["node"]) for item in nodes.items]))  # fmt: skip
    ours = replace(picture, rows=tuple(row for row in picture.rows if row.node == name))
    return Described("node", name, [*_told(nodes.columns, items[0])],
                     listing.gpus(ours, parts=True), items[0])  # fmt: skip


def job(name: str, picture: Picture, jobs: Listing) -> Described:
    """By its number, its pod, or NAMESPACE/POD."""

    def names(item: Item) -> set[str]:
        pod = f"{item['namespace']}/{item['pod']}" if item["pod"] else ""
        return {str(item["job"]), str(item["pod"]), pod} - {""}

    items = [item for item in jobs.items if name in names(item)]
    if len(items) != 1:
        problem = "is not there" if not items else f"is {len(items)} of them; say NAMESPACE/POD"
        raise InputError(f"job {name!r}", problem,
                         hint=_there([max(names(item), key=len, default=MISSING)
                                      for item in jobs.items]))  # fmt: skip
    (item,) = items
    ours = replace(picture, rows=tuple(row for row in picture.rows if _of(row, item)))
    return Described("job", name, [*_told(jobs.columns, item)],
                     listing.gpus(ours, parts=True), item)  # fmt: skip


def document(found: Described, picture: Picture) -> Mapping[str, object]:
    """As JSON has it."""
    told: dict[str, object] = {
        "version": listing.VERSION,
        "kind": found.kind,
        "source": picture.origin,
        "simulated": bool(picture.simulated),
        "time": picture.time,
        "note": picture.note,
        "item": found.item,
    }
    if found.below is not None:
        return told | {"gpus": list(found.below.items)}
    return told | {"told": [list(pair) for pair in found.pairs]}


def _of(row: Row, item: Item) -> bool:
    if row.cluster != item["cluster"]:
        return False
    whose = tuple(item[key] for key in ("namespace", "pod", "job", "user"))
    return any(work.whose == whose for work in row.works)


def _told(columns: Iterable[Column], item: Item) -> Iterator[tuple[str, str]]:
    for column in columns:
        text = column.text(item)
        if column.key in item and (column.show is not None or text != MISSING):
            yield column.head.lower().replace("-", " "), text


def pairs(row: Row, picture: Picture) -> Iterator[tuple[str, str]]:
    """Of a GPU or an instance."""
    yield "gpu", f"{row.name} on {row.node}"
    yield from (
        (name, text)
        for name, text in (
            ("data", "SIMULATED" if row.node in picture.simulated else ""),
            ("model", row.model),
            ("mig", row.profile),
            ("uuid", row.uuid),
            ("cluster", row.cluster),
        )
        if text
    )
    age = "" if row.age is None else f", read {row.age:.0f} s ago"
    yield "state", f"{row.state or 'not told'}{age}"
    for alert in row.alerts:
        yield "alert", alert
    for figure in GPU:
        value, why = row.figures.get(figure.key), row.gaps.get(figure.key, "")
        if value is not None:
            yield figure.name, figure.show(value)
        elif not row.instance or why:
            yield figure.name, f"{MISSING}  {why}".rstrip()
    for work in row.works:
        share = "" if work.share is None else f"{percent(work.share)} of it: "
        known = {"job": work.job, "namespace": work.namespace, "pod": work.pod,
                 "container": work.container, "user": work.user, "team": work.team}  # fmt: skip
        yield "work", share + ", ".join(f"{name} {text}" for name, text in known.items() if text)
    for each in picture.processes:
        if (each.node, each.gpu) == (row.node, row.name):
            yield "process", process(each)


def process(each: Process) -> str:
    memory = MISSING if each.memory is None else size(each.memory)
    sm = MISSING if each.sm is None else percent(each.sm)
    return f"{each.pid}  {each.user or MISSING}  memory {memory}  SM {sm}  {each.command}".rstrip()
