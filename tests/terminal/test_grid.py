"""The lines of the screen: they fit, whatever there is, and what is missing is not drawn."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pictures import picture, row
from warpwatch.terminal import marks, screen
from warpwatch.terminal.grid import Line, Tiles
from warpwatch.terminal.history import LONGEST, METRICS, History
from warpwatch.terminal.live import STYLES
from warpwatch.terminal.look import JOB_ORDERS, ORDERS, PROCESS_ORDERS, Look, Order, View, entries
from warpwatch.terminal.marks import ASCII, BLOCKS, Glyphs
from warpwatch.terminal.picture import Picture, Process, Row, Work

EVIL = "a\x1b[2J\n日本語"
SEEN = picture(
    row(0, works=[Work(namespace="x", pod=EVIL, user="ann", share=1.0)]),
    row(1, state="hung", activity_ratio=None, memory_used_bytes=None, power_watts=None),
    row(10, node="n2", temperature_celsius=90.0, alerts=["GPUHot"]),
    processes=[Process("n1", "0", 7, "ann", EVIL, 2.0**30, 0.5, "x/a")],
)


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def lines(seen: Picture, look: Look, width: int, history: History | None = None) -> list[str]:
    pane = screen.pane(seen, history or History(), look, width)
    return [text(pane.head), *(text(pane.line(at)) for at in range(pane.count))]


LOOKS = some.builds(
    Look,
    view=some.sampled_from([view for view in View if view is not View.DETAIL]),
    order=some.builds(Order, some.sampled_from(ORDERS), some.booleans()),
    jobs=some.builds(Order, some.sampled_from(JOB_ORDERS), some.booleans()),
    processes=some.builds(Order, some.sampled_from(PROCESS_ORDERS), some.booleans()),
    metric=some.sampled_from(METRICS),
    filter=some.just(""),
    pinned=some.just(frozenset()),
    detail=some.none(),
)


@given(LOOKS, some.integers(30, 250), some.sampled_from([BLOCKS, ASCII]))
def test_lines_fit_and_are_printable(look: Look, width: int, glyphs: Glyphs) -> None:
    history = History()
    history.add(SEEN)
    pane = screen.pane(SEEN, history, look, width, glyphs)
    for line in (pane.head, *(pane.line(at) for at in range(pane.count))):
        assert text(line).isprintable()
        if look.view is not View.HELP:
            assert marks.cells(text(line).rstrip()) <= width
        if glyphs is ASCII and look.view is View.TILES:
            assert text(line).isascii()
        assert all(span.style in STYLES for span in line)


def test_what_is_missing_is_a_dash_and_what_is_bad_has_a_mark() -> None:
    head, first, second, third = lines(SEEN, Look(history=False), 150)
    assert "NODE" in head
    assert " 50%" in first
    assert "300W/700" in first
    assert "40.0G/80.0G" in first
    assert second.startswith(" !n1")
    assert second.split()[3:] == ["-", "-", "60C", "-", "hung", "-"]
    assert "!90C" in third
    assert "GPUHot" in third


def test_one_node_needs_no_name() -> None:
    head, *_ = lines(picture(row(0)), Look(), 150)
    assert "NODE" not in head


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (26, ["GPU▴", "ACTIVE", "STATE"]),
        (59, ["GPU▴", "ACTIVE", "MEMORY", "TEMP", "POWER", "STATE"]),
        (80, ["NODE", "GPU▴", "ACTIVE", "MEMORY", "TEMP", "POWER", "STATE"]),
        (160, ["NODE", "GPU▴", "MODEL", "ACTIVE", "ACTIVITY", "MEMORY", "TEMP", "POWER", "STATE",
               "WORK"]),
    ],
)  # fmt: skip
def test_a_narrow_screen_has_what_matters_most(width: int, shown: list[str]) -> None:
    assert lines(SEEN, Look(), width)[0].split() == shown


@pytest.mark.parametrize("width", range(59, 200))
def test_that_a_gpu_is_broken_is_told_at_every_width(width: int) -> None:
    head, _, hung, alerting = lines(SEEN, Look(), width)
    assert "STATE" in head
    assert "hung" in hung
    assert "GPUHot" in alerting


@pytest.mark.parametrize("width", [60, 80])
def test_the_filter_is_told_whatever_else_there_is_to_tell(width: int) -> None:
    look = Look(filter="vision " * 9)
    seen = replace(SEEN, simulated=frozenset({"n1", "n2"}), note="rules are late")
    failure = "http://prometheus.example:9090: Connection refused"
    told = text(screen.status(seen, look, late=12.0, failure=failure))[:width]
    for word in ("/vision", "SIMULATED", "STALE, 12 s"):
        assert word in told


def test_orders() -> None:
    def order(look: Look) -> list[str]:
        return [each.gpu for each, _ in entries(SEEN, look)]

    assert order(Look()) == ["0", "1", "10"]
    assert order(Look().turned()) == ["10", "1", "0"]
    hot = Look().sorted_by(1).sorted_by(1).sorted_by(1)
    assert hot.order.key == "temperature_celsius"
    assert order(hot) == ["10", "0", "1"]
    assert lines(SEEN, hot, 150)[0].count("TEMP▾") == 1
    assert Look().sorted_by(-1).order.key == ORDERS[-1]
    assert order(hot.pin(SEEN.rows[1])) == ["1", "10", "0"]
    assert hot.pin(SEEN.rows[1]).pin(SEEN.rows[1]) == hot
    assert order(Look(filter="N2")) == ["10"]


def test_jobs_are_sorted_by_each_of_their_columns() -> None:
    few, many = Work(job="9", share=1.0), Work(namespace="x", pod="a", share=1.0)
    seen = picture(
        row(0, works=[few], activity_ratio=0.9, memory_used_bytes=8.0, power_watts=100.0),
        row(1, works=[many], activity_ratio=0.01, memory_used_bytes=1.0, power_watts=10.0),
        row(2, works=[many], activity_ratio=0.2, memory_used_bytes=1.0, power_watts=10.0),
    )
    look = Look(view=View.JOBS)
    told = {}
    for _ in JOB_ORDERS:
        head, first, _ = lines(seen, look, 160)
        (sorted_by,) = [word for word in head.split() if word[-1] in "▴▾"]
        told[look.jobs.key] = (sorted_by, "9" in first.split())
        assert ("9" in lines(seen, look.turned(), 160)[1].split()) is not told[look.jobs.key][1]
        look = look.sorted_by(1)
    assert told == {
        "gpus_sum": ("GPUS▾", False),
        "activity_avg": ("ACTIVE▾", True),
        "idle_gpus_sum": ("IDLE▾", False),
        "memory_used_bytes_sum": ("MEMORY▾", True),
        "power_watts_sum": ("POWER▾", True),
        "name": ("JOB▴", True),
    }
    assert look == Look(view=View.JOBS)


def test_processes_are_sorted_too() -> None:
    told = [
        Process("n1", "0", 1, "bob", "a", 2.0, 0.1),
        Process("n1", "1", 2, "ann", "b", 1.0, 0.9),
    ]
    seen = picture(row(0), row(1), processes=told)
    look, first = Look(view=View.PROCESSES), {}
    for _ in PROCESS_ORDERS:
        first[look.processes.key] = lines(seen, look, 150)[1].split()[1]
        look = look.sorted_by(1)
    assert first == {"memory": "1", "sm": "2", "gpu": "1", "user": "2", "command": "1"}
    (last, *_) = screen.below(seen, seen.rows[0], look.sorted_by(1), 120, 6)[1:]
    assert text(last).split()[0] == "1"


@pytest.mark.parametrize("view", [View.DETAIL, View.HELP])
def test_what_is_opened_changes_nothing_out_of_sight(view: View) -> None:
    look = Look(view=view)
    assert look.sorted_by(1) == look.turned() == look.drawing(1) == look
    offered = text(screen.foot(look, paused=False))
    assert "Esc back" in offered
    assert not {"sort", "reverse", "figure", "pin", "find"} & {*offered.split()}


def test_the_foot_offers_figures_and_pins_of_gpus_alone() -> None:
    def offered(view: View) -> set[str]:
        return {*text(screen.foot(Look(view=view), paused=False)).split()}

    for view in (View.GPUS, View.TILES):
        assert {"find", "sort", "reverse", "figure", "pin", "Enter"} <= offered(view)
    for view in (View.JOBS, View.PROCESSES):
        assert {"find", "sort", "reverse"} <= offered(view)
        assert not {"figure", "pin", "Enter"} & offered(view)


def test_the_time_before_is_drawn_with_its_gaps() -> None:
    history = History()
    for share in (0.0, None, 1.0):
        history.add(picture(row(0, activity_ratio=share)))
    (_, line) = lines(picture(row(0)), Look(), 150, history)
    assert "▁ █" in line
    kept = history.shares(row(0), METRICS[0])
    assert [kept[0], kept[2]] == [0.0, 1.0]
    assert math.isnan(kept[1])


def test_what_is_kept_is_bounded_and_what_is_gone_forgotten() -> None:
    history = History()
    history.seed({row(0).id: [0.25] * 500, row(9).id: [0.5]})
    for _ in range(3):
        history.add(picture(row(0)))
    assert [*history.shares(row(0), METRICS[0])] == [0.25] * (LONGEST - 3) + [0.5] * 3
    assert [*history.shares(row(9), METRICS[0])] == []


def test_what_was_before_comes_before_what_was_seen_since() -> None:
    history = History()
    history.add(picture(row(0)))
    history.seed({row(0).id: [0.25, 0.25]})
    assert [*history.shares(row(0), METRICS[0])] == [0.25, 0.25, 0.5]


def test_a_figure_that_knows_no_whole_is_not_drawn() -> None:
    power = next(metric for metric in METRICS if metric.name == "power")
    assert power.share(row(0)) == pytest.approx(300 / 700)
    assert power.share(row(0, power_limit_watts=None)) is None
    assert power.text(row(0, power_limit_watts=None)) == "300W"


def test_tiles_beside_each_other() -> None:
    pane = screen.pane(SEEN, History(), Look(view=View.TILES), 80)
    assert isinstance(pane, Tiles)
    assert (pane.across, pane.count) == (3, 3)
    first = text(pane.line(0))
    assert first.split() == ["n1", "0", "50%", "n1", "1", "hung", "n2", "10", "50%"]
    narrow = screen.pane(SEEN, History(), Look(view=View.TILES), 40)
    assert narrow.count == 9


def test_the_detail_of_a_gpu_and_of_one_that_is_gone() -> None:
    there = Look(view=View.DETAIL, detail=SEEN.rows[1].id)
    told = lines(SEEN, there, 100)
    assert any(line.split() == ["state", "hung"] for line in told)
    gone = lines(picture(row(0)), there, 100)
    assert "not there any more" in gone[1]


def test_the_line_above_says_whether_it_is_true() -> None:
    def said(seen: Picture | None, late: float | None = None, failure: str = "") -> str:
        return text(screen.status(seen, Look(filter="x"), late=late, failure=failure))

    assert "3 GPUs on 2 nodes  1 not read  active 50%  power 600W" in said(SEEN)
    assert "STALE, 12 s old" in said(SEEN, late=12.0)
    assert "NO ANSWER: refused" in said(None, failure="refused")
    assert "SIMULATED on 1 nodes" in said(picture(*SEEN.rows, simulated=["n2"]))
    assert "SIMULATED" not in said(SEEN)
    assert "/x" in said(SEEN)
    assert "active -  power -" in said(picture(Row(node="n", gpu="0")))
    assert "rules are late" in said(picture(row(0), note="rules are late"))


@pytest.mark.parametrize(
    ("seen", "look", "said"),
    [
        (None, Look(), "waiting for the first answer"),
        (picture(note="no GPUs: no driver"), Look(), "no GPUs: no driver"),
        (SEEN, Look(filter="zzz"), "nothing has 'zzz'"),
        (SEEN, Look(view=View.PROCESSES), "no process is told of"),
        (SEEN, Look(view=View.JOBS), "nobody is known"),
    ],
)
def test_why_nothing_is_shown(seen: Picture | None, look: Look, said: str) -> None:
    assert said in screen.empty(seen, look)


def test_below_stands_who_works_on_the_gpu() -> None:
    def told(which: Row | None, height: int = 6) -> list[str]:
        return [text(line) for line in screen.below(SEEN, which, Look(), 120, height)]

    assert [line.split()[0] for line in told(SEEN.rows[0])] == ["PID", "7"]
    assert told(SEEN.rows[1])[1].strip() == "nobody; no process is told of"
    assert told(None) == []
    assert told(SEEN.rows[0], 1) == []


def test_once_is_all_of_it_as_text() -> None:
    told = list(screen.once(SEEN, {}, Look(), 120))
    assert "3 GPUs" in told[0]
    assert len(told) == 2 + 3 + 1 + 2
    assert "ACTIVITY" not in told[1]
    before = {SEEN.rows[0].id: [0.0, 1.0]}
    assert "ACTIVITY" in list(screen.once(SEEN, before, Look(), 160))[1]
    assert list(screen.once(picture(note="no GPUs: x"), {}, Look(), 120))[1] == "no GPUs: x"


def test_jobs_and_processes() -> None:
    assert [line.split()[0] for line in lines(SEEN, Look(view=View.JOBS), 150)] == [
        "NAMESPACE",
        "x",
    ]
    head, line = lines(SEEN, Look(view=View.PROCESSES), 150)
    assert head.split()[:3] == ["GPU", "PID", "USER"]
    assert line.split()[:5] == ["0", "7", "ann", "1.0G", "50%"]


@pytest.mark.parametrize(
    ("celsius", "limit", "told"),
    [
        (0.0, None, "0C"),
        (None, None, "-"),
        (84.0, None, "84C"),
        (85.0, None, "!85C"),
        (85.0, 93.0, "85C"),
        (88.0, 93.0, "!88C"),
        (66.0, 70.0, "!66C"),
    ],
)
def test_how_hot_is_told_by_the_limit_of_the_board(
    celsius: float | None, limit: float | None, told: str
) -> None:
    one = row(0, temperature_celsius=celsius, temperature_limit_celsius=limit, power_watts=1.0)
    (_, line) = lines(picture(one), Look(), 70)
    assert line.split()[-3] == told
