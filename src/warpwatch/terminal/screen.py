"""What stands on the screen around the grid, and which grid it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from warpwatch.terminal import describing, grid
from warpwatch.terminal import look as looking
from warpwatch.terminal.figures import ACTIVITY, MISSING, POWER, percent, watts
from warpwatch.terminal.grid import Line, Pane, Span
from warpwatch.terminal.history import History, Id
from warpwatch.terminal.look import MAIN, Look, View
from warpwatch.terminal.marks import BLOCKS, Glyphs, cells, clean, fitted
from warpwatch.terminal.picture import OK, Picture, Row, known

_WORDS = 16
"""Cells for the words of the filter."""
KEYS: Sequence[tuple[str, str]] = (
    ("1 2 3 4, Tab", "GPUs, tiles, jobs, processes"),
    ("up down, j k", "one up, one down; PgUp PgDn; g or Home, G or End"),
    ("Enter", "all that is known of the GPU; Esc goes back"),
    ("/", "only what has these words; Esc shows all again"),
    ("F6 s >, <", "sort by the next column, by the one before"),
    ("r", "sort the other way round"),
    ("m", "GPUs, tiles: draw another figure: activity, memory, temperature, power, tensor, dram"),
    ("space", "GPUs, tiles: keep the GPU on top, or no longer"),
    ("p", "stand still, go on"),
    ("? h F1", "these keys"),
    ("q, Ctrl-C", "end"),
)
_LISTS = "q end  ? keys  / find  s sort  r reverse  1-4 views"
_GPUS = "q end  ? keys  / find  s sort  r reverse  m figure  space pin  Enter detail  1-4 views"
_OPENED = "q end  Esc back  1-4 views"
_FOOT = {
    View.GPUS: _GPUS,
    View.TILES: _GPUS,
    View.JOBS: _LISTS,
    View.PROCESSES: _LISTS,
    View.DETAIL: _OPENED,
    View.HELP: _OPENED,
}
"""What does something in that view, and nothing else."""


def pane(
    picture: Picture, history: History, look: Look, width: int, glyphs: Glyphs = BLOCKS
) -> Pane:
    match look.view:
        case View.HELP:
            return grid.Text(KEYS, "keys")
        case View.DETAIL:
            return _detail(picture, look)
        case View.JOBS:
            return grid.Items(looking.jobs(picture, look), grid.JOBS, width, look.jobs, glyphs)
        case View.PROCESSES:
            items = looking.processes(picture, look)
            return grid.Items(items, grid.PROCESSES, width, look.processes, glyphs)
        case view:
            kind = grid.Tiles if view is View.TILES else grid.Gpus
            return kind(looking.entries(picture, look), history, look, width, glyphs)


def _detail(picture: Picture, look: Look) -> Pane:
    row = next((row for row in picture.rows if row.id == look.detail), None)
    if row is None:
        return grid.Text([("", "it is not there any more")], "detail")
    return grid.Text([*describing.pairs(row, picture)], f"GPU {row.name} on {row.node}")


def empty(picture: Picture | None, look: Look, hint: str = "") -> str:
    """What to say where there is nothing to show. `hint`: what to do where asking failed."""
    if picture is None:
        return f"waiting for the first answer{f'; next: {hint}' if hint else ''}"
    if not picture.rows:
        return picture.note or "no GPUs"
    if look.filter:
        return f"nothing has {look.filter!r}: Esc shows all again"
    if look.view is View.PROCESSES:
        return (
            "no process is told of: of a source none has work; of a Prometheus, "
            "exporters tell of them with --processes"
        )
    if look.view is View.JOBS:
        return "nobody is known to have a GPU"
    return "nothing"


def status(picture: Picture | None, look: Look, *, late: float | None, failure: str) -> Line:
    """One line: what is seen, how much of it, and whether it is true any more. `late`: seconds for
    which nothing new came, where that is too long.
    """
    spans = [Span(" warpwatch top ", "title"), Span(" ")]
    if look.filter:
        # Before all that is long: who sees a part must know that it is one.
        words = f"/{clean(look.filter)}"
        spans.append(Span(f"{fitted(words, min(cells(words), _WORDS))}  ", "sorted"))
    invented = [Span(f"{picture.invented}  ", "warn")] if picture and picture.invented else []
    if late is not None and picture is not None:
        spans.append(Span(f"STALE, {late:.0f} s old  ", "bad"))
    spans += invented
    if failure:
        spans.append(Span(f"NO ANSWER: {clean(failure)}  ", "bad"))
    if picture is None:
        return tuple(spans)
    spans.append(Span("  ".join(_summary(picture))))
    if picture.note and picture.rows:
        spans.append(Span(f"  {clean(picture.note)}", "bad"))
    at = datetime.fromtimestamp(picture.time, UTC)
    spans.append(Span(f"  {at:%H:%M:%S} UTC  {clean(picture.origin)}", "dim"))
    return tuple(spans)


def _summary(picture: Picture) -> Iterator[str]:
    gpus = picture.gpus
    nodes = len(picture.nodes)
    where = f" on {nodes} nodes" if nodes > 1 else ""
    yield f"{len(gpus)} {'GPU' if len(gpus) == 1 else 'GPUs'}{where}"
    bad = sum(row.state not in {OK, ""} for row in gpus)
    if bad:
        yield f"{bad} not read"
    active = known(row.figures.get(ACTIVITY.key) for row in gpus)
    yield f"active {percent(sum(active) / len(active)) if active else MISSING}"
    power = known(row.figures.get(POWER.key) for row in gpus)
    yield f"power {watts(sum(power)) if power else MISSING}"


def foot(look: Look, *, paused: bool) -> Line:
    views = [
        Span(f" {at} {view.value} ", "title" if view is look.view else "dim")
        for at, view in enumerate(MAIN, 1)
    ]
    still = [Span(" STANDING STILL, p goes on ", "warn")] if paused else []
    return (*views, *still, Span(f"  {_FOOT[look.view]}", "dim"))


def below(picture: Picture, row: Row | None, look: Look, width: int, height: int) -> Sequence[Line]:
    """Who works on the GPU that is chosen."""
    if row is None or height < 2:
        return ()
    items = looking.processes(picture, look, row)
    if items:
        shown = grid.Items(
            items, [c for c in grid.PROCESSES if c.key not in {"node", "gpu"}], width
        )
        return (shown.head, *(shown.line(at) for at in range(min(shown.count, height - 1))))
    works = ", ".join(work.name for work in row.works) or "nobody"
    works = f"last known: {works}" if any(work.last for work in row.works) else works
    return (
        (Span(f"  on GPU {row.name} of {row.node}", "head"),),
        (Span(f"  {clean(works)}; no process is told of"),),
    )


def once(
    picture: Picture,
    before: Mapping[Id, Sequence[float]],
    look: Look,
    width: int,
    glyphs: Glyphs = BLOCKS,
) -> Iterator[str]:
    """All of it as text, for who looks once."""
    look = replace(look, history=bool(before))
    history = History()
    history.add(picture)
    history.seed(before)
    yield _text(status(picture, look, late=None, failure=""))
    shown = pane(picture, history, look, width, glyphs)
    if not shown.count:
        yield empty(picture, look)
        return
    yield _text(shown.head)
    yield from (_text(shown.line(at)) for at in range(shown.count))
    if picture.processes and look.view is View.GPUS:
        told = grid.Items(looking.processes(picture, look), grid.PROCESSES, width)
        yield ""
        yield _text(told.head)
        yield from (_text(told.line(at)) for at in range(told.count))


def _text(line: Line) -> str:
    return "".join(span.text for span in line).rstrip()
