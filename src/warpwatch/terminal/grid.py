"""The screen of `top`, line by line: each is worked out when it is to be seen, and no sooner."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from warpwatch.rules.thresholds import Thresholds
from warpwatch.terminal import marks
from warpwatch.terminal.choosing import Item, words
from warpwatch.terminal.figures import (
    ACTIVITY,
    MEMORY,
    MEMORY_TOTAL,
    MISSING,
    POWER,
    POWER_LIMIT,
    TEMPERATURE,
    TEMPERATURE_LIMIT,
    percent,
    size,
)
from warpwatch.terminal.history import History, Metric
from warpwatch.terminal.look import Entry, Look, Order
from warpwatch.terminal.marks import BLOCKS, Glyphs, fitted
from warpwatch.terminal.picture import OK, Row

_LIMITS = Thresholds()
_STEPS = 5
"""Colours from nothing to all."""


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    style: str = ""


Line = tuple[Span, ...]


class Pane(Protocol):
    """What fills the middle of the screen."""

    head: Line
    count: int
    """Of lines."""

    def line(self, at: int) -> Line: ...


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    head: str
    width: int
    rank: int
    """The higher, the sooner there is no room for it."""
    cell: Callable[[Row, Item, int], Line]
    right: bool = False
    grows: bool = False
    least: int = 0
    """Cells that are enough where there is little room: the number without its bar."""

    @property
    def needs(self) -> int:
        return self.least or self.width


def fit(columns: Sequence[Column], width: int) -> list[tuple[Column, int]]:
    """Those for which there is room, each with its width: bars are shortened before a column is
    left out, and the last of those that grow takes the rest.
    """
    kept = list(columns)
    while len(kept) > 1 and sum(each.needs + 1 for each in kept) - 1 > width:
        kept.remove(max(kept, key=lambda each: each.rank))
    spare = max(0, width - sum(each.needs + 1 for each in kept) + 1)
    widths = {each.key: each.needs for each in kept}
    for each in sorted(kept, key=lambda each: each.rank):
        more = min(spare, each.width - each.needs)
        widths[each.key] += more
        spare -= more
    growing = [each for each in kept if each.grows]
    last = growing[-1] if growing else None
    return [(each, widths[each.key] + (spare if each is last else 0)) for each in kept]


def heads(
    fitting: Sequence[tuple[Column, int]], order: Order | None = None, glyphs: Glyphs = BLOCKS
) -> Line:
    """That which is sorted by has a mark."""
    mark = glyphs.down if order and order.falls else glyphs.up
    spans = []
    for column, width in fitting:
        here = order is not None and order.key == column.key
        text = f"{column.head}{mark}" if here else column.head
        style = "sorted" if here else "head"
        spans.append(Span(fitted(text, width, right=column.right) + " ", style))
    return tuple(spans)


class Gpus:
    """A line for each GPU and each MIG instance."""

    def __init__(
        self,
        entries: Sequence[Entry],
        history: History,
        look: Look,
        width: int,
        glyphs: Glyphs = BLOCKS,
    ) -> None:
        self._entries, self._glyphs, self._look = entries, glyphs, look
        several = len({row.node for row, _ in entries}) > 1
        useful = {"node": several, "history": look.history}
        columns = _columns(history, look.metric, glyphs)
        self._fitting = fit([each for each in columns if useful.get(each.key, True)], width - 2)
        self.head: Line = (Span("  ", "head"), *heads(self._fitting, look.order, glyphs))
        self.count = len(entries)

    def line(self, at: int) -> Line:
        row, item = self._entries[at]
        first = "*" if row.id in self._look.pinned else " "
        spans = [Span(first + ("!" if _bad(row) else " "), "bad" if _bad(row) else "pin")]
        for column, width in self._fitting:
            spans += (*column.cell(row, item, width), Span(" "))
        return tuple(spans)


def _bad(row: Row) -> bool:
    return row.state not in {OK, ""}


def _columns(history: History, metric: Metric, glyphs: Glyphs) -> tuple[Column, ...]:
    def drawn(row: Row, _: Item, width: int) -> Line:
        shares = history.shares(row, metric)
        return (Span(marks.spark(shares, width, glyphs), _ramp(metric.share(row))),)

    def active(row: Row, _: Item, width: int) -> Line:
        return _barred(row.figures.get(ACTIVITY.key), ACTIVITY.show, width, glyphs)

    def memory(row: Row, _: Item, width: int) -> Line:
        used, total = row.figures.get(MEMORY.key), row.figures.get(MEMORY_TOTAL.key)
        share = used / total if used is not None and total else None
        told = MISSING if used is None else size(used)
        text = told if used is None or total is None else f"{told}/{size(total)}"
        bar = width - 12 if width > 14 else 0
        filled = marks.bar(share, bar, glyphs)
        return (*_bar(filled, share), Span(fitted(text, width - bar, right=True)))

    def power(row: Row, _: Item, width: int) -> Line:
        limit = row.figures.get(POWER_LIMIT.key)
        told = _text(row, POWER.key, POWER.show)
        text = f"{told}/{limit:.0f}" if limit is not None and told != MISSING else told
        return (Span(fitted(text, width, right=True)),)

    return (
        Column("node", "NODE", 12, 6, _words("node")),
        Column("gpu", "GPU", 4, 0, _words("gpu")),
        Column("model", "MODEL", 14, 9, _words("model")),
        Column(ACTIVITY.key, "ACTIVE", 15, 2, active, least=8),
        Column("history", metric.name.upper(), 20, 7, drawn),
        Column(MEMORY.key, "MEMORY", 22, 4, memory, least=12),
        Column(TEMPERATURE.key, "TEMP", 5, 3, _heat, right=True),
        Column(POWER.key, "POWER", 9, 5, power, right=True),
        # Of a GPU that is broken this is what somebody looks for.
        Column("state", "STATE", 10, 1, _state),
        Column("work", "WORK", 16, 8, _work, grows=True),
    )


def _words(key: str) -> Callable[[Row, Item, int], Line]:
    return lambda _, item, width: (Span(fitted(",".join(words(item[key])) or MISSING, width)),)


def _text(row: Row, key: str, show: Callable[[float], str]) -> str:
    value = row.figures.get(key)
    return MISSING if value is None else show(value)


def _barred(share: float | None, show: Callable[[float], str], width: int, glyphs: Glyphs) -> Line:
    text = MISSING if share is None else show(share)
    return (*_bar(marks.bar(share, width - 5, glyphs), share), Span(fitted(text, 5, right=True)))


def _bar(parts: tuple[str, str], share: float | None) -> Line:
    return Span(parts[0], _ramp(share)), Span(parts[1], "dim")


def _ramp(share: float | None) -> str:
    if share is None:
        return "dim"
    return f"ramp{max(0, min(_STEPS - 1, int(share * _STEPS)))}"


def _heat(row: Row, _: Item, width: int) -> Line:
    """Near the board's own limit, where it tells one, a mark and not a colour alone."""
    value = row.figures.get(TEMPERATURE.key)
    limit = row.figures.get(TEMPERATURE_LIMIT.key)
    hot = _LIMITS.hot_celsius if limit is None else limit - _LIMITS.limit_margin_celsius
    if value is None:
        return (Span(fitted(MISSING, width, right=True), "dim"),)
    text = TEMPERATURE.show(value)
    return (Span(fitted(f"!{text}" if value >= hot else text, width, right=True),
                 "bad" if value >= hot else ""),)  # fmt: skip


def _state(row: Row, _: Item, width: int) -> Line:
    if row.alerts and not _bad(row):
        return (Span(fitted(row.alerts[0], width), "warn"),)
    text = row.state or MISSING
    return (Span(fitted(text, width), "bad" if _bad(row) else "dim"),)


def _work(_: Row, item: Item, width: int) -> Line:
    users = [user for user in words(item["user"]) if user]
    names = ",".join(words(item["work"]))
    text = f"{names} ({','.join(users)})" if users and names not in users else names
    return (Span(fitted(text or MISSING, width), "" if text else "dim"),)


class Tiles:
    """Small multiples: of each GPU the time before, many beside each other."""

    WIDTH, HEIGHT = 26, 3

    def __init__(
        self,
        entries: Sequence[Entry],
        history: History,
        look: Look,
        width: int,
        glyphs: Glyphs = BLOCKS,
    ) -> None:
        self._entries, self._history, self._look, self._glyphs = entries, history, look, glyphs
        self._several = len({row.node for row, _ in entries}) > 1
        self.across = max(1, width // self.WIDTH)
        self.count = -(-len(entries) // self.across) * self.HEIGHT
        title = f"  {look.metric.name} of each GPU (m: another)"
        self.head: Line = (Span(fitted(title, width), "head"),)
        self.cursor: int | None = None
        """The tile that is chosen."""

    def line(self, at: int) -> Line:
        across, part = divmod(at, self.HEIGHT)
        first = across * self.across
        return tuple(
            span
            for number, (row, _) in enumerate(self._entries[first : first + self.across], first)
            for span in (*self._tile(row, part, chosen=number == self.cursor), Span("  "))
        )

    def _tile(self, row: Row, part: int, *, chosen: bool) -> Line:
        room, metric = self.WIDTH - 2, self._look.metric
        if part == 0:
            name = f"{row.node} {row.name}" if self._several else f"GPU {row.name}"
            value = row.state if _bad(row) else metric.text(row) or MISSING
            mark = "*" if row.id in self._look.pinned else " "
            style = "bad" if _bad(row) else _ramp(metric.share(row))
            value = fitted(value, min(len(value), room - 4))
            name = fitted(name, room - 2 - len(value))
            return Span(f"{mark}{name} ", "title" if chosen else ""), Span(value, style)
        if part == 1:
            shares = self._history.shares(row, metric)
            drawn = marks.spark(shares, room - 1, self._glyphs)
            return Span(" "), Span(drawn, _ramp(metric.share(row)))
        return (Span(" " * room),)


class Items:
    """Jobs, or processes: a line for each."""

    def __init__(
        self,
        items: Sequence[Item],
        columns: Sequence[Column],
        width: int,
        order: Order | None = None,
        glyphs: Glyphs = BLOCKS,
    ) -> None:
        several = len({words(item.get("node"))[0] for item in items}) > 1
        self._items = items
        self._fitting = fit([c for c in columns if several or c.key != "node"], width - 2)
        self.head: Line = (Span("  ", "head"), *heads(self._fitting, _seen(order, items), glyphs))
        self.count = len(items)

    def line(self, at: int) -> Line:
        item = self._items[at]
        nobody = Row(node="", gpu="")
        spans = [Span("  ")]
        for column, width in self._fitting:
            spans += (*column.cell(nobody, item, width), Span(" "))
        return tuple(spans)


class Text:
    """Labels and what they say."""

    def __init__(self, pairs: Sequence[tuple[str, str]], title: str) -> None:
        self._pairs = pairs
        self._width = max((len(label) for label, _ in pairs), default=0)
        self.head: Line = (Span(f"  {title}", "head"),)
        self.count = len(pairs)

    def line(self, at: int) -> Line:
        label, text = self._pairs[at]
        return Span(f"  {label:<{self._width}}  ", "dim"), Span(marks.clean(text))


def _number(key: str, show: Callable[[float], str]) -> Callable[[Row, Item, int], Line]:
    def cell(_: Row, item: Item, width: int) -> Line:
        value = item.get(key)
        text = show(value) if isinstance(value, float) else MISSING
        return (Span(fitted(text, width, right=True), "" if text != MISSING else "dim"),)

    return cell


def _seen(order: Order | None, items: Sequence[Item]) -> Order | None:
    """A job's name is no column of its own, but that of the number, the pod or the user."""
    if order is None or order.key != "name":
        return order
    there = (key for key in ("job", "pod", "user") if any(item[key] for item in items))
    return replace(order, key=next(there, ""))


PROCESSES = (
    Column("node", "NODE", 12, 3, _words("node")),
    Column("gpu", "GPU", 5, 1, _words("gpu")),
    Column("pid", "PID", 8, 0, _words("pid")),
    Column("user", "USER", 10, 2, _words("user")),
    Column("memory", "MEMORY", 8, 4, _number("memory", size), right=True),
    Column("sm", "SM", 5, 5, _number("sm", percent), right=True),
    Column("work", "WORK", 28, 6, _words("work")),
    Column("command", "COMMAND", 16, 7, _words("command"), grows=True),
)
JOBS = (
    Column("namespace", "NAMESPACE", 14, 4, _words("namespace")),
    Column("pod", "POD", 34, 1, _words("pod")),
    Column("job", "JOB", 10, 0, _words("job")),
    Column("user", "USER", 10, 3, _words("user")),
    Column("team", "TEAM", 12, 5, _words("team")),
    Column("gpus_sum", "GPUS", 6, 2, _number("gpus_sum", lambda value: f"{value:.3g}"), right=True),
    Column("activity_avg", "ACTIVE", 7, 2, _number("activity_avg", percent), right=True),
    Column("idle_gpus_sum", "IDLE", 5, 5, _number("idle_gpus_sum", lambda value: f"{value:.3g}"),
           right=True),
    Column("memory_used_bytes_sum", "MEMORY", 8, 6, _number("memory_used_bytes_sum", size),
           right=True),
    Column("power_watts_sum", "POWER", 8, 7, _number("power_watts_sum", POWER.show), right=True),
    Column("nodes", "NODES", 14, 8, _words("nodes"), grows=True),
)  # fmt: skip
