"""Lists of GPUs, nodes, jobs and alerts, as people and programs read them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from warpwatch.clients.prometheus.results import Group
from warpwatch.terminal import owned
from warpwatch.terminal.choosing import Item, Value, column, ordered, selector
from warpwatch.terminal.figures import GPU, MISSING, NODE, WORK, Figure
from warpwatch.terminal.marks import clean
from warpwatch.terminal.picture import Figures, Picture, Place, Row

VERSION = 1
"""Of the form of the data; programs may rely on it."""


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    head: str
    show: Callable[[float], str] | None = None
    """Of a number; None of words."""
    wide: bool = False

    def text(self, item: Item) -> str:
        value = item.get(self.key)
        if value is None or value in ("", []):
            return MISSING
        if isinstance(value, list):
            return clean(",".join(value))
        if isinstance(value, str):
            return clean(value)
        return self.show(value) if self.show else f"{value:g}"


@dataclass(frozen=True, slots=True)
class Listing:
    kind: str
    columns: tuple[Column, ...]
    items: Sequence[Item]

    def table(self, *, wide: bool = False) -> list[list[str]]:
        """For people, with the heads first; that nothing is simulated is not said."""
        invented = any(item.get("data") for item in self.items)
        shown = [
            each
            for each in self.columns
            if (wide or not each.wide) and (invented or each.key != "data")
        ]
        lines = [[each.text(item) for each in shown] for item in self.items]
        return [[each.head for each in shown], *lines]

    @property
    def heads(self) -> Mapping[str, str]:
        return {each.key: each.head for each in self.columns}


def _of(figures: Iterable[Figure]) -> tuple[Column, ...]:
    return tuple(Column(each.key, each.head, each.show, each.wide) for each in figures)


_WHERE = (Column("cluster", "CLUSTER", wide=True), Column("node", "NODE"))
_WHO = (
    Column("namespace", "NAMESPACE"),
    Column("pod", "POD"),
    Column("job", "JOB"),
    Column("user", "USER"),
    Column("team", "TEAM"),
)

GPUS = (
    *_WHERE,
    Column("gpu", "GPU"),
    Column("model", "MODEL"),
    *_of(GPU),
    Column("state", "STATE"),
    Column("alerts", "ALERTS"),
    Column("work", "WORK"),
    Column("namespace", "NAMESPACE", wide=True),
    Column("user", "USER", wide=True),
    Column("team", "TEAM", wide=True),
    Column("profile", "MIG", wide=True),
    Column("age_seconds", "AGE", lambda seconds: f"{seconds:.0f}s", wide=True),
    Column("uuid", "UUID", wide=True),
    Column("data", "DATA"),
)
NODES = (
    *_WHERE,
    *_of(each.figure for each in NODE),
    Column("alerts", "ALERTS"),
    Column("models", "MODELS", wide=True),
    Column("data", "DATA"),
)
JOBS = (
    Column("cluster", "CLUSTER", wide=True),
    *_WHO,
    *_of(each.figure for each in WORK),
    Column("nodes", "NODES", wide=True),
    Column("where", "ON", wide=True),
    Column("data", "DATA"),
)
ALERTS = (
    Column("severity", "SEVERITY"),
    Column("alert", "ALERT"),
    Column("state", "STATE"),
    Column("node", "NODE"),
    Column("gpu", "GPU"),
    Column("namespace", "NAMESPACE", wide=True),
    Column("job", "JOB", wide=True),
    Column("since", "SINCE"),
    Column("family", "FAMILY", wide=True),
    Column("what", "WHAT"),
)
_RANK = {"critical": 0, "warning": 1, "info": 2}


def chosen(found: Listing, selectors: Sequence[str], order: str, *, reverse: bool) -> Listing:
    told = found.items[0] if found.items else found.heads
    keys = {**{key: key for key in told}, **found.heads}
    test = selector(selectors, [*keys])
    items = [item for item in found.items if test(item)]
    if order:
        items = ordered(items, column(order, keys), reverse=reverse)
    elif reverse:
        items.reverse()
    return replace(found, items=items)


def gpus(picture: Picture, *, parts: bool = False) -> Listing:
    rows = picture.rows if parts else picture.gpus
    return Listing("gpus", GPUS, [item(row, picture) for row in rows])


def item(row: Row, picture: Picture) -> Item:
    """One GPU as programs read it; a figure that is missing is null."""
    works = row.works
    return {
        "cluster": row.cluster,
        "node": row.node,
        "gpu": row.name,
        "model": row.model.removeprefix("NVIDIA "),
        **_all(row.figures, GPU),
        "state": row.state,
        "alerts": [*row.alerts],
        "work": _each(work.name for work in works),
        "namespace": _each(work.namespace for work in works),
        "pod": _each(work.pod for work in works),
        "job": _each(work.job for work in works),
        "user": _each(work.user for work in works),
        "team": _each(work.team for work in works),
        "profile": row.profile,
        "age_seconds": row.age,
        "uuid": row.uuid,
        "data": _data(row.node in picture.simulated),
    }


def nodes(picture: Picture, told: Mapping[tuple[str, str], Figures] | None = None) -> Listing:
    """`told` is what the rules have worked out; otherwise it is worked out here."""
    found = owned.nodes(picture.rows)
    places = sorted({*found, *(told or {})})
    return Listing("nodes", NODES, [_node(place, found, told, picture) for place in places])


def _node(
    place: tuple[str, str],
    found: Mapping[tuple[str, str], list[Row]],
    told: Mapping[tuple[str, str], Figures] | None,
    picture: Picture,
) -> Item:
    rows = found.get(place, [])
    figures = owned.of_node(rows) if told is None else told.get(place, {})
    return {
        "cluster": place[0],
        "node": place[1],
        **_all(figures, (each.figure for each in NODE)),
        "alerts": _each(
            (*picture.alerts.get(place, ()), *(alert for row in rows for alert in row.alerts))
        ),
        "models": _each(row.model.removeprefix("NVIDIA ") for row in rows),
        "data": _data(place[1] in picture.simulated),
    }


def jobs(picture: Picture, told: Mapping[Place, Figures] | None = None) -> Listing:
    found = owned.jobs(picture.rows)
    places = Counter(_place(job) for job in found)
    items = []
    for job in found:
        work, place = job.work, _place(job)
        # The rules know no users: of two in one place they have told only the sum.
        rules = told is not None and places[place] == 1
        figures = (told or {}).get(place, {}) if rules else owned.of_job(job)
        items.append(
            {
                "cluster": job.cluster,
                "namespace": work.namespace,
                "pod": work.pod,
                "job": work.job,
                "user": work.user,
                "team": work.team,
                **_all(figures, (each.figure for each in WORK)),
                "nodes": [*job.nodes],
                "where": [f"{row.node}:{row.name}" for row in job.rows],
                "data": _data(bool(picture.simulated & {*job.nodes})),
            }
        )
    return Listing("jobs", JOBS, items)


def _place(job: owned.Job) -> Place:
    return job.cluster, job.work.namespace, job.work.pod, job.work.job


def alerts(groups: Iterable[Group]) -> Listing:
    """That stand or are about to, the worst first."""
    items = [
        {
            "severity": alert.labels.get("severity", ""),
            "alert": alert.labels.get("alertname", rule.name),
            "state": alert.state,
            "cluster": alert.labels.get("cluster", ""),
            "node": alert.labels.get("node", ""),
            "gpu": alert.labels.get("gpu", ""),
            "namespace": alert.labels.get("workload_namespace")
            or alert.labels.get("namespace", ""),
            "job": alert.labels.get("workload_job") or alert.labels.get("workload_pod", ""),
            "since": f"{alert.active_at[:19]}Z" if alert.active_at else "",
            "family": alert.labels.get("family", ""),
            "what": alert.annotations.get("description") or alert.annotations.get("summary", ""),
        }
        for group in groups
        for rule in group.rules
        for alert in rule.alerts
    ]
    items.sort(key=lambda each: (each["state"], _RANK.get(each["severity"], 3), each["since"]))
    return Listing("alerts", ALERTS, items)


def document(listing: Listing, picture: Picture | None, origin: str) -> Mapping[str, object]:
    """As JSON has it."""
    told: dict[str, object] = {"version": VERSION, "kind": listing.kind, "source": origin}
    if picture is not None:
        told |= {
            "simulated": bool(picture.simulated),
            "time": picture.time,
            "note": picture.note,
        }
    return {**told, "items": list(listing.items)}


def _all(figures: Figures, wanted: Iterable[Figure]) -> dict[str, Value]:
    return {figure.key: figures.get(figure.key) for figure in wanted}


def _each(texts: Iterable[str]) -> list[str]:
    """Each once, in their order."""
    return [*dict.fromkeys(filter(None, texts))]


def _data(simulated: bool) -> str:  # noqa: FBT001  the question itself
    return "simulated" if simulated else ""
