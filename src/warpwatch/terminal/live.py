"""Keys and screen of `top`: the only place that knows Textual. The lines are those of the grid."""

from dataclasses import replace
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from warpwatch.clock import Clock
from warpwatch.errors import WarpwatchError
from warpwatch.terminal import screen
from warpwatch.terminal.grid import Line, Pane, Span, Tiles
from warpwatch.terminal.history import History
from warpwatch.terminal.look import MAIN, Look, View, entries
from warpwatch.terminal.marks import BLOCKS, Glyphs, cells
from warpwatch.terminal.picture import Feed, Picture, Row

_STALE = 3
"""Intervals without anything new."""
_TALL = 20
"""Lines of a screen that has room for the processes of a GPU."""
_BELOW = 6

STYLES = {
    "": Style(),
    "dim": Style.parse("#8a8f98"),
    "head": Style.parse("bold #aab2bf"),
    "sorted": Style.parse("bold #e5c07b"),
    "title": Style.parse("bold #0d1117 on #7aa2f7"),
    "pin": Style.parse("bold #e5c07b"),
    "warn": Style.parse("bold #ffb454"),
    "bad": Style.parse("bold #ff6b6b"),
    "ramp0": Style.parse("#6f86d6"),
    "ramp1": Style.parse("#4aa3c7"),
    "ramp2": Style.parse("#3fbf9b"),
    "ramp3": Style.parse("#a5cf5a"),
    "ramp4": Style.parse("#f2d544"),
}
"""Blue to yellow: told apart by those too who do not see red and green."""
_CHOSEN = Style.parse("on #2b3245")


def strip(line: Line, width: int, below: Style | None = None) -> Strip:
    """Each cell has a style: what takes the colours away (NO_COLOR) fails where one has none."""
    segments = [Segment(span.text, STYLES[span.style]) for span in line if span.text]
    made = Strip(segments, sum(cells(span.text) for span in line))
    made = made.adjust_cell_length(width, STYLES[""])
    return made.apply_style(below) if below is not None else made


class Lines(Widget):
    """A few lines that stand still."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self.lines: list[Line] = []

    def put(self, *lines: Line) -> None:
        if list(lines) != self.lines:
            self.lines = list(lines)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        line = self.lines[y] if y < len(self.lines) else ()
        return strip(line, self.size.width)


class Grid(ScrollView, can_focus=True):
    """Only what is seen is worked out."""

    def __init__(self) -> None:
        super().__init__(id="grid")
        self.pane: Pane | None = None
        self.said = ""
        self.chosen: range | None = None
        """Lines of what the cursor is on."""

    def put(self, pane: Pane | None, said: str, chosen: range | None) -> None:
        self.pane, self.said, self.chosen = pane, said, chosen
        count = pane.count if pane else 0
        self.virtual_size = Size(self.size.width, count)
        if chosen is not None:
            self.scroll_to_region(
                Region(0, chosen.start, 1, len(chosen)), animate=False, immediate=True
            )
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, at = self.size.width, y + self.scroll_offset.y
        if self.pane is None or not self.pane.count:
            return strip((Span(f"  {self.said}", "dim"),) if y == 1 else (), width)
        if at >= self.pane.count:
            return strip((), width)
        here = self.chosen is not None and at in self.chosen and not isinstance(self.pane, Tiles)
        return strip(self.pane.line(at), width, _CHOSEN if here else None)


class Top(App[None]):
    """Asks the feed again and again, and shows what it said."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { layout: vertical; }
    #status, #head, #foot { height: 1; }
    #grid { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    #below { height: auto; }
    #find { display: none; height: 1; border: none; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,ctrl+c", "quit", priority=False),
        Binding("question_mark,h,f1", "view('HELP')"),
        *(Binding(str(at), f"view('{view.name}')") for at, view in enumerate(MAIN, 1)),
        Binding("tab", "next_view", priority=True),
        Binding("slash", "find"),
        Binding("escape", "out"),
        Binding("enter", "detail"),
        Binding("s,f6,greater_than_sign", "sort(1)"),
        Binding("less_than_sign", "sort(-1)"),
        Binding("r,I", "reverse"),
        Binding("m", "draw(1)"),
        Binding("M", "draw(-1)"),
        Binding("space", "pin"),
        Binding("p", "pause"),
        Binding("down,j", "move(0, 1)", priority=False),
        Binding("up,k", "move(0, -1)"),
        Binding("right,l", "move(1, 0)"),
        Binding("left", "move(-1, 0)"),
        Binding("pagedown", "page(1)"),
        Binding("pageup", "page(-1)"),
        Binding("home,g", "edge(0)"),
        Binding("end,G", "edge(1)"),
    ]

    def __init__(self, feed: Feed, clock: Clock, look: Look, glyphs: Glyphs = BLOCKS) -> None:
        super().__init__()
        self.look = look
        self.picture: Picture | None = None
        self.failure, self.hint = "", ""
        self.paused = False
        self.cursor = 0
        self._feed, self._clock, self._glyphs = feed, clock, glyphs
        self._history = History()
        self._heard = clock.monotonic()
        self._before: View = look.view

    def compose(self) -> ComposeResult:
        yield Lines("status")
        yield Lines("head")
        yield Grid()
        yield Lines("below")
        yield Input(placeholder="words to find", id="find", compact=True)
        yield Lines("foot")

    def on_mount(self) -> None:
        self.query_one(Grid).focus()
        self.run_worker(self._watch(), exit_on_error=True)
        self.run_worker(self._age(), exit_on_error=True)
        self.draw()

    def on_resize(self, event: Resize) -> None:
        del event
        self.call_after_refresh(self.draw)

    async def _watch(self) -> None:
        first = True
        while True:
            began = self._clock.monotonic()
            if not self.paused:
                try:
                    await self._ask(first=first)
                    first = False
                except WarpwatchError as error:
                    self.failure, self.hint = error.message, error.hint
                self.draw()
            spent = self._clock.monotonic() - began
            await self._clock.sleep(max(0.05, self._feed.interval - spent))

    async def _ask(self, *, first: bool) -> None:
        picture = await self._feed.picture()
        before = await self._feed.before() if first else {}
        if self.paused:
            return
        self.failure, self._heard, self.picture = "", self._clock.monotonic(), picture
        self._history.add(picture)
        self._history.seed(before)

    async def _age(self) -> None:
        """That nothing comes is to be seen too."""
        while True:
            await self._clock.sleep(1.0)
            self._status()

    @property
    def late(self) -> float | None:
        passed = self._clock.monotonic() - self._heard
        return passed if passed > _STALE * self._feed.interval and not self.paused else None

    def _status(self) -> None:
        line = screen.status(self.picture, self.look, late=self.late, failure=self.failure)
        self.query_one("#status", Lines).put(line)

    def draw(self) -> None:
        if not self.is_running or not self.query("#grid"):
            return
        self._status()
        there = self.query_one(Grid)
        width = max(20, there.size.width)
        pane = None
        if self.picture is not None and (self.picture.rows or self.look.view is View.HELP):
            pane = screen.pane(self.picture, self._history, self.look, width, self._glyphs)
        self.cursor = max(0, min(self.cursor, self._count(pane) - 1))
        self.query_one("#head", Lines).put(pane.head if pane else ())
        there.put(pane, screen.empty(self.picture, self.look, self.hint), self._chosen(pane))
        row = self.row() if self.size.height >= _TALL else None
        lines: list[Line] = []
        if self.picture is not None and row is not None:
            lines = [*screen.below(self.picture, row, self.look, width, _BELOW)]
            # A place of the same height for each, so that nothing jumps.
            lines += [()] * (_BELOW - len(lines))
        self.query_one("#below", Lines).styles.height = len(lines)
        self.query_one("#below", Lines).put(*lines)
        self.query_one("#foot", Lines).put(screen.foot(self.look, paused=self.paused))

    def row(self) -> Row | None:
        """What the cursor is on."""
        if self.picture is None or self.look.view not in {View.GPUS, View.TILES}:
            return None
        shown = entries(self.picture, self.look)
        return shown[min(self.cursor, len(shown) - 1)][0] if shown else None

    def _count(self, pane: Pane | None) -> int:
        if isinstance(pane, Tiles):
            return len(entries(self.picture, self.look)) if self.picture else 0
        return pane.count if pane else 0

    def _chosen(self, pane: Pane | None) -> range | None:
        if pane is None or not pane.count:
            return None
        if isinstance(pane, Tiles):
            pane.cursor = self.cursor
            first = self.cursor // pane.across * pane.HEIGHT
            return range(first, first + pane.HEIGHT)
        return range(self.cursor, self.cursor + 1)

    def _looks(self, look: Look, *, cursor: int | None = None) -> None:
        self.look = look
        self.cursor = self.cursor if cursor is None else cursor
        self.draw()

    def action_view(self, name: str) -> None:
        if self.look.view in MAIN:
            self._before = self.look.view
        self._looks(replace(self.look, view=View[name], detail=None), cursor=0)

    def action_next_view(self) -> None:
        at = MAIN.index(self.look.view) if self.look.view in MAIN else -1
        self.action_view(MAIN[(at + 1) % len(MAIN)].name)

    def action_out(self) -> None:
        """Out of the search, out of what was opened, and then out of the filter."""
        find = self.query_one("#find", Input)
        if find.has_focus:
            self._found("")
        elif self.look.view not in MAIN:
            self._looks(replace(self.look, view=self._before, detail=None))
        else:
            self._found("")

    def action_detail(self) -> None:
        row = self.row()
        if row is not None:
            self._before = self.look.view
            self._looks(replace(self.look, view=View.DETAIL, detail=row.id), cursor=0)

    def action_find(self) -> None:
        if self.look.view not in MAIN:
            return
        find = self.query_one("#find", Input)
        find.styles.display = "block"
        find.value = self.look.filter
        find.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        if self.query_one("#find", Input).has_focus:
            self._looks(replace(self.look, filter=event.value.strip()), cursor=0)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._found(event.value.strip())

    def _found(self, text: str) -> None:
        find = self.query_one("#find", Input)
        self.query_one(Grid).focus()
        find.styles.display = "none"
        self._looks(replace(self.look, filter=text), cursor=0)

    def action_sort(self, step: int) -> None:
        self._looks(self.look.sorted_by(step))

    def action_reverse(self) -> None:
        self._looks(self.look.turned())

    def action_draw(self, step: int) -> None:
        self._looks(self.look.drawing(step))

    def action_pin(self) -> None:
        row = self.row()
        if row is not None:
            self._looks(self.look.pin(row))

    def action_pause(self) -> None:
        self.paused = not self.paused
        self._heard = self._clock.monotonic()
        self.draw()

    def action_move(self, right: int, down: int) -> None:
        pane = self.query_one(Grid).pane
        across = pane.across if isinstance(pane, Tiles) else 1
        step = down * across + (right if isinstance(pane, Tiles) else 0)
        self._looks(self.look, cursor=max(0, self.cursor + step))

    def action_page(self, step: int) -> None:
        pane = self.query_one(Grid).pane
        lines = max(1, self.query_one(Grid).size.height - 1)
        if isinstance(pane, Tiles):
            lines = max(1, lines // pane.HEIGHT) * pane.across
        self._looks(self.look, cursor=max(0, self.cursor + step * lines))

    def action_edge(self, last: int) -> None:
        self._looks(self.look, cursor=self._count(self.query_one(Grid).pane) if last else 0)


async def run(feed: Feed, clock: Clock, look: Look, glyphs: Glyphs) -> None:
    """Until somebody ends it."""
    await Top(feed, clock, look, glyphs).run_async()
