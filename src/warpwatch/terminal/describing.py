"""One GPU, one node, one job: all that is known of it, and of what is not known why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from warpwatch.errors import InputError
from warpwatch.terminal import listing, owned
from warpwatch.terminal.choosing import Item
from warpwatch.terminal.figures import ACTIVITY, GPU, MISSING, percent, size
from warpwatch.terminal.listing import Column, Listing
from warpwatch.terminal.picture import Picture, Process, Row, Since

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


def job(name: str, picture: Picture, jobs: Listing, since: Since | None = None) -> Described:
    """`since`: when it got its GPUs, where somebody kept that."""
    found = one_job(name, jobs)
    rows = tuple(row for row in picture.rows if _of(row, found))
    spread = _spread(rows, found)
    times: Item = {
        "since": None if since is None or since.before else _stamp(since.time),
        "since_before": _stamp(since.time) if since is not None and since.before else None,
    }
    told = [*_told(jobs.columns, found)]
    was = [f"{row.node}:{row.name}" for row in rows if any(work.last for work in row.works)]
    if was:
        told.append(("last known", f"{', '.join(was)}, not read now"))
    if spread is not None:
        told.append(("spread", spread.text))
    if since is not None:
        told.append(("since", _since(since, picture.time)))
    return Described("job", name, told, listing.gpus(replace(picture, rows=rows), parts=True),
                     {**found, **(spread.item if spread else _NO_SPREAD), **times})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Spread:
    """How far the GPUs of a job are apart: one that lags makes the others wait."""

    text: str
    item: Item


_NO_SPREAD: Item = {
    "activity_spread_ratio": None,
    "activity_most_gpu": None,
    "activity_least_gpu": None,
}


def _spread(rows: Iterable[Row], job: Item) -> _Spread | None:
    """None of a single GPU."""
    having = [row for each in owned.jobs(rows) for row in each.rows if _of(row, job)]
    parts = {row.id: row for row in having}
    active = [
        (row.figures[ACTIVITY.key], f"{row.node}:{row.name}")
        for row in parts.values()
        if ACTIVITY.key in row.figures
    ]
    if len(parts) < 2:
        return None
    if len(active) < 2:
        return _Spread(MISSING, _NO_SPREAD)
    (least, low), (most, high) = min(active), max(active)
    known = "" if len(active) == len(parts) else f", of {len(active)} of {len(parts)} that are read"
    text = f"{percent(most - least)}: most {high} {percent(most)}, least {low} {percent(least)}"
    return _Spread(
        text + known,
        {
            "activity_spread_ratio": most - least,
            "activity_most_gpu": high,
            "activity_least_gpu": low,
        },
    )


def _since(since: Since, now: float) -> str:
    minutes = max(0, round((now - since.time) / 60))
    passed = f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
    at = datetime.fromtimestamp(since.time, UTC)
    return f"{'at least ' if since.before else ''}{passed}: {at:%Y-%m-%d %H:%M} UTC" + (
        " or before" if since.before else ""
    )


def _stamp(time: float) -> str:
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}"


def one_job(name: str, jobs: Listing) -> Item:
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
    return items[0]


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
        share = f"last known: {share}" if work.last else share
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
