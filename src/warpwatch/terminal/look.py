"""How somebody looks at a picture: what he has chosen, and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from warpwatch.terminal import listing
from warpwatch.terminal.choosing import Item, column, containing, natural, ordered
from warpwatch.terminal.figures import ACTIVITY, MEMORY, POWER, TEMPERATURE, WORK
from warpwatch.terminal.history import METRICS, Metric
from warpwatch.terminal.picture import Picture, Row


class View(StrEnum):
    GPUS = "GPUs"
    TILES = "tiles"
    JOBS = "jobs"
    PROCESSES = "processes"
    DETAIL = "detail"
    HELP = "help"


MAIN = (View.GPUS, View.TILES, View.JOBS, View.PROCESSES)
ORDERS = ("gpu", ACTIVITY.key, MEMORY.key, TEMPERATURE.key, POWER.key, "work", "state")
"""Keys that GPUs are sorted by."""
JOB_ORDERS = (*(each.figure.key for each in WORK), "name")
PROCESS_ORDERS = ("memory", "sm", "gpu", "user", "command")
WORDS = frozenset({"gpu", "work", "state", "name", "job", "pod", "user", "command"})
"""Keys of words, which are sorted from A; numbers are from the highest."""

Entry = tuple[Row, Item]


@dataclass(frozen=True, slots=True)
class Order:
    key: str
    reverse: bool = False

    @property
    def falls(self) -> bool:
        """Whether what is highest, or last in the alphabet, stands above."""
        return self.reverse is (self.key in WORDS)

    def next(self, keys: Sequence[str], step: int) -> "Order":
        return Order(keys[(keys.index(self.key) + step) % len(keys)])

    def turned(self) -> "Order":
        return replace(self, reverse=not self.reverse)


@dataclass(frozen=True, slots=True)
class Look:
    view: View = View.GPUS
    order: Order = Order(ORDERS[0])
    """Of the GPUs; each list has its own, so that none changes out of sight."""
    jobs: Order = Order(JOB_ORDERS[0])
    processes: Order = Order(PROCESS_ORDERS[0])
    filter: str = ""
    metric: Metric = METRICS[0]
    pinned: frozenset[tuple[str, str, str, str]] = frozenset()
    """Rows that stay on top."""
    detail: tuple[str, str, str, str] | None = None
    history: bool = True
    """Whether there is a time before to be drawn."""

    def ordered(self, name: str) -> "Look":
        """By a column that somebody names, of the view that he chose."""
        match self.view:
            case View.JOBS:
                heads = _heads(listing.JOBS, JOB_ORDERS)
                return replace(self, jobs=Order(column(name, heads)))
            case View.PROCESSES:
                heads = _heads((), PROCESS_ORDERS)
                return replace(self, processes=Order(column(name, heads)))
            case _:
                heads = _heads(listing.GPUS, ORDERS)
                return replace(self, order=Order(column(name, heads)))

    def sorted_by(self, step: int) -> "Look":
        """By another column of what is seen."""
        match self.view:
            case View.GPUS | View.TILES:
                return replace(self, order=self.order.next(ORDERS, step))
            case View.JOBS:
                return replace(self, jobs=self.jobs.next(JOB_ORDERS, step))
            case View.PROCESSES:
                return replace(self, processes=self.processes.next(PROCESS_ORDERS, step))
            case _:
                return self

    def turned(self) -> "Look":
        match self.view:
            case View.GPUS | View.TILES:
                return replace(self, order=self.order.turned())
            case View.JOBS:
                return replace(self, jobs=self.jobs.turned())
            case View.PROCESSES:
                return replace(self, processes=self.processes.turned())
            case _:
                return self

    def drawing(self, step: int) -> "Look":
        if self.view not in {View.GPUS, View.TILES}:
            return self
        at = METRICS.index(self.metric)
        return replace(self, metric=METRICS[(at + step) % len(METRICS)])

    def pin(self, row: Row) -> "Look":
        return replace(self, pinned=self.pinned ^ {row.id})


def _heads(columns: Sequence[listing.Column], keys: Sequence[str]) -> Mapping[str, str]:
    known = {each.key: each.head for each in columns}
    return {key: known.get(key, key) for key in keys}


def entries(picture: Picture, look: Look) -> Sequence[Entry]:
    """Those that are wanted, in the order that is wanted; the pinned ones first."""
    test = containing(look.filter)
    every = [(row, listing.item(row, picture)) for row in picture.rows]
    wanted = [(row, item) for row, item in every if not look.filter or test(item)]
    rows = {id(item): row for row, item in wanted}
    items = [item for _, item in wanted]
    if look.order.key != ORDERS[0]:
        items = ordered(items, look.order.key, reverse=look.order.reverse)
    elif look.order.reverse:
        items.reverse()
    if look.pinned:
        items.sort(key=lambda item: rows[id(item)].id not in look.pinned)
    return [(rows[id(item)], item) for item in items]


def processes(picture: Picture, look: Look, of: Row | None = None) -> Sequence[Item]:
    """Of one GPU those with most memory first."""
    test = containing(look.filter if of is None else "")
    items: list[Item] = [
        {
            "node": each.node,
            "gpu": each.gpu,
            "pid": str(each.pid),
            "user": each.user,
            "work": each.work,
            "memory": each.memory,
            "sm": each.sm,
            "command": each.command,
        }
        for each in picture.processes
        if of is None or (each.node, each.gpu) == (of.node, of.name)
    ]
    items.sort(key=lambda item: (natural(item["node"]), natural(item["gpu"])))
    order = look.processes if of is None else Order(PROCESS_ORDERS[0])
    return [item for item in ordered(items, order.key, reverse=order.reverse) if test(item)]


def jobs(picture: Picture, look: Look) -> Sequence[Item]:
    test = containing(look.filter)
    items = [
        {**item, "name": str(item["job"] or item["pod"] or item["user"])}
        for item in listing.jobs(picture).items
        if test(item)
    ]
    return ordered(items, look.jobs.key, reverse=look.jobs.reverse)
