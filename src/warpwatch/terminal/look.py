"""How somebody looks at a picture: what he has chosen, and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from warpwatch.terminal import listing
from warpwatch.terminal.choosing import Item, containing, natural, ordered
from warpwatch.terminal.figures import ACTIVITY, MEMORY, POWER, TEMPERATURE
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

Entry = tuple[Row, Item]


@dataclass(frozen=True, slots=True)
class Look:
    view: View = View.GPUS
    order: str = ORDERS[0]
    reverse: bool = False
    filter: str = ""
    metric: Metric = METRICS[0]
    pinned: frozenset[tuple[str, str, str, str]] = frozenset()
    """Rows that stay on top."""
    detail: tuple[str, str, str, str] | None = None
    history: bool = True
    """Whether there is a time before to be drawn."""

    def sorted_by(self, step: int) -> "Look":
        at = ORDERS.index(self.order)
        return replace(self, order=ORDERS[(at + step) % len(ORDERS)], reverse=False)

    def drawing(self, step: int) -> "Look":
        at = METRICS.index(self.metric)
        return replace(self, metric=METRICS[(at + step) % len(METRICS)])

    def pin(self, row: Row) -> "Look":
        return replace(self, pinned=self.pinned ^ {row.id})


def entries(picture: Picture, look: Look) -> Sequence[Entry]:
    """Those that are wanted, in the order that is wanted; the pinned ones first."""
    test = containing(look.filter)
    every = [(row, listing.item(row, picture)) for row in picture.rows]
    wanted = [(row, item) for row, item in every if not look.filter or test(item)]
    rows = {id(item): row for row, item in wanted}
    items = [item for _, item in wanted]
    if look.order != ORDERS[0]:
        items = ordered(items, look.order, reverse=look.reverse)
    elif look.reverse:
        items.reverse()
    if look.pinned:
        items.sort(key=lambda item: rows[id(item)].id not in look.pinned)
    return [(rows[id(item)], item) for item in items]


def processes(picture: Picture, look: Look, of: Row | None = None) -> Sequence[Item]:
    """Those with most memory first."""
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
    return [item for item in ordered(items, "memory") if test(item)]


def jobs(picture: Picture, look: Look) -> Sequence[Item]:
    test = containing(look.filter)
    items = [item for item in listing.jobs(picture).items if test(item)]
    return ordered(items, "gpus_sum")
