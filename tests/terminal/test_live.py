"""The screen under Textual's own pilot: keys, words, sizes, and what is shown in bad times."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from pictures import Told, clock, picture, row
from warpwatch.clock import ManualClock
from warpwatch.errors import Unreachable
from warpwatch.terminal.live import Grid, Lines, Top
from warpwatch.terminal.look import Look, View
from warpwatch.terminal.picture import Process, Work

SEEN = picture(
    *(row(at, activity_ratio=at / 10, power_watts=100.0 * (9 - at)) for at in range(8)),
    row(8, works=[Work(namespace="x", pod="train", user="ann", share=1.0)]),
    processes=[
        Process("n1", "8", 77, "ann", "python train.py", 2.0**30, 0.5, "x/train"),
        Process("n1", "8", 78, "ann", "python load.py", 2.0**20, 0.0, "x/train"),
    ],
)


class Seat:
    """Who sits before the screen."""

    def __init__(self, app: Top, pilot: Pilot[None], time: ManualClock) -> None:
        self.app, self.pilot, self.time = app, pilot, time

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def wait(self, seconds: float) -> None:
        self.time.advance(seconds)
        await self.pilot.pause()
        await self.pilot.pause()

    @property
    def grid(self) -> list[str]:
        there = self.app.query_one(Grid)
        return [there.render_line(y).text.rstrip() for y in range(there.size.height)]

    def line(self, name: str, at: int = 0) -> str:
        return self.app.query_one(f"#{name}", Lines).render_line(at).text.rstrip()

    @property
    def gpus(self) -> list[str]:
        """By number, as they stand on the screen."""
        return [line.lstrip(" *!").split()[0] for line in self.grid if line.strip()]


def sit(
    told: Told, story: Callable[[Seat], Awaitable[None]], size: tuple[int, int] = (150, 30)
) -> None:
    async def main() -> None:
        time = clock()
        app = Top(told, time, Look())
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await pilot.pause()
            await story(Seat(app, pilot, time))

    asyncio.run(main())


def test_gpus_are_there_and_new_values_come() -> None:
    told = Told(picture(row(0, activity_ratio=0.25)), picture(row(0, activity_ratio=0.75)))

    async def story(seat: Seat) -> None:
        assert "GPU" in seat.line("head")
        assert " 25%" in seat.grid[0]
        await seat.wait(1.0)
        assert " 75%" in seat.grid[0]
        assert "▃▆" in seat.grid[0]

    sit(told, story)
    assert told.asked == 2


def test_keys_move_sort_turn_and_pin() -> None:
    async def story(seat: Seat) -> None:
        assert seat.gpus == [str(at) for at in range(9)]
        await seat.press("s")
        assert seat.gpus[:3] == ["7", "6", "5"]
        await seat.press("r")
        assert seat.gpus[:3] == ["0", "1", "2"]
        await seat.press("r", "j", "down", "k", "space")
        assert seat.gpus[:3] == ["6", "7", "5"]
        await seat.press("f6", "f6", "greater_than_sign")
        assert seat.app.look.order.key == "power_watts"
        assert seat.gpus[:3] == ["6", "0", "1"]
        await seat.press("less_than_sign", "<")
        assert seat.app.look.order.key == "memory_used_bytes"

    sit(Told(SEEN), story)


def test_jobs_are_sorted_and_the_gpus_are_left_as_they_were() -> None:
    few, many = Work(job="7", share=1.0), Work(job="8", share=1.0)
    gpus = [row(at, works=[many], activity_ratio=0.1) for at in range(2)]
    told = Told(picture(row(9, works=[few], activity_ratio=0.9), *gpus))

    async def story(seat: Seat) -> None:
        def first() -> str:
            return seat.grid[0].split()[2]

        await seat.press("3")
        assert first() == "8"
        await seat.press("s")
        assert "ACTIVE▾" in seat.line("head")
        assert first() == "7"
        await seat.press("r")
        assert first() == "8"
        await seat.press("1")
        assert seat.gpus == ["9", "0", "1"]
        await seat.press("question_mark", "s", "r", "m", "slash", "1")
        assert seat.gpus == ["9", "0", "1"]

    sit(told, story)


def test_the_cursor_stays_within_what_there_is() -> None:
    async def story(seat: Seat) -> None:
        await seat.press("up", "pageup")
        assert seat.app.cursor == 0
        await seat.press("G", "down", "pagedown")
        assert seat.app.cursor == 8
        await seat.press("g")
        assert seat.app.cursor == 0
        await seat.press("end", "home")
        assert seat.app.cursor == 0

    sit(Told(SEEN), story)


def test_words_are_looked_for_while_they_are_typed() -> None:
    async def story(seat: Seat) -> None:
        await seat.press("slash", *"train")
        assert seat.gpus == ["8"]
        assert "/train" in seat.line("status")
        await seat.press("enter", "j")
        assert seat.gpus == ["8"]
        await seat.press("escape")
        assert len(seat.gpus) == 9
        await seat.press("slash", *"zzz")
        assert "nothing has 'zzz'" in seat.grid[1]
        await seat.press("escape")
        assert len(seat.gpus) == 9

    sit(Told(SEEN), story)


def test_q_is_a_letter_while_words_are_typed() -> None:
    async def story(seat: Seat) -> None:
        await seat.press("slash", "q", "s", "space", "1")
        assert seat.app.look.filter == "qs 1"
        assert seat.app.look.order.key == "gpu"
        assert seat.app.is_running

    sit(Told(SEEN), story)


def test_views() -> None:
    async def story(seat: Seat) -> None:
        await seat.press("2")
        assert seat.grid[0].split()[:3] == ["GPU", "0", "0%"]
        await seat.press("m", "m")
        assert "temperature of each GPU" in seat.line("head")
        await seat.press("M")
        assert "memory of each GPU" in seat.line("head")
        await seat.press("right", "down")
        assert seat.app.cursor == 1 + 150 // 26
        await seat.press("left", "tab")
        assert seat.line("head").split()[:2] == ["NAMESPACE", "POD"]
        assert "train" in seat.grid[0]
        await seat.press("tab")
        assert seat.grid[0].split()[:3] == ["8", "77", "ann"]
        await seat.press("tab")
        assert seat.app.look.view is View.GPUS

    sit(Told(SEEN), story)


def test_a_gpu_is_opened_and_closed() -> None:
    async def story(seat: Seat) -> None:
        await seat.press("G", "enter")
        assert seat.line("head").strip() == "GPU 8 on n1"
        assert any(line.split()[:2] == ["power", "300W"] for line in seat.grid)
        await seat.press("escape")
        assert seat.app.look.view is View.GPUS
        assert len(seat.gpus) == 9
        await seat.press("question_mark")
        assert any("keep the GPU on top" in line for line in seat.grid)
        await seat.press("escape")
        assert len(seat.gpus) == 9

    sit(Told(SEEN), story)


def test_who_works_on_the_gpu_stands_below_and_nothing_jumps() -> None:
    async def story(seat: Seat) -> None:
        before = seat.app.query_one(Grid).size
        assert "nobody" in seat.line("below", 1)
        await seat.press("G")
        assert seat.line("below", 1).split()[:2] == ["77", "ann"]
        assert seat.app.query_one(Grid).size == before

    sit(Told(SEEN), story)


@pytest.mark.parametrize("size", [(40, 10), (20, 6), (250, 80)])
def test_any_size_of_screen(size: tuple[int, int]) -> None:
    async def story(seat: Seat) -> None:
        assert seat.gpus[0] == "0"
        assert all(len(line) <= size[0] for line in seat.grid)
        await seat.press("G")
        assert seat.gpus[-1] == "8"
        await seat.press("2", "3", "4", "question_mark")

    sit(Told(SEEN), story, size)


def test_the_screen_changes_its_size() -> None:
    async def story(seat: Seat) -> None:
        assert "WORK" in seat.line("head")
        await seat.pilot.resize_terminal(50, 12)
        await seat.pilot.pause()
        await seat.pilot.pause()
        assert "WORK" not in seat.line("head")
        assert "ACTIVE" in seat.line("head")
        assert seat.gpus[0] == "0"

    sit(Told(SEEN), story)


def test_that_nothing_new_comes_is_said() -> None:
    told = Told(SEEN)

    async def story(seat: Seat) -> None:
        told.silent = True
        await seat.wait(1.0)
        assert "STALE" not in seat.line("status")
        await seat.wait(1.0)
        await seat.wait(1.5)
        assert "STALE, 4 s old" in seat.line("status")
        assert len(seat.gpus) == 9

    sit(told, story)


def test_what_went_wrong_is_said_and_the_last_picture_stays() -> None:
    told = Told(SEEN, Unreachable("http://p: Connection refused"), SEEN)

    async def story(seat: Seat) -> None:
        await seat.wait(1.0)
        assert "NO ANSWER: http://p: Connection refused" in seat.line("status")
        assert len(seat.gpus) == 9
        await seat.wait(1.0)
        assert "NO ANSWER" not in seat.line("status")

    sit(told, story)


def test_an_error_at_the_start_and_then_an_answer() -> None:
    told = Told(Unreachable("refused", hint="look at the address"), SEEN)

    async def story(seat: Seat) -> None:
        assert "waiting for the first answer; next: look at the address" in seat.grid[1]
        assert "NO ANSWER: refused" in seat.line("status")
        await seat.wait(1.0)
        assert len(seat.gpus) == 9

    sit(told, story)


def test_without_gpus_it_is_said_why() -> None:
    async def story(seat: Seat) -> None:
        assert "no GPUs: no driver" in seat.grid[1]
        await seat.press("enter", "space", "G", "j", "2", "enter")
        assert "no GPUs: no driver" in seat.grid[1]

    sit(Told(picture(note="no GPUs: no driver")), story)


def test_it_stands_still_when_it_is_told_to() -> None:
    told = Told(picture(row(0, activity_ratio=0.25)), picture(row(0, activity_ratio=0.75)))

    async def story(seat: Seat) -> None:
        await seat.press("p")
        assert "STANDING STILL" in seat.line("foot")
        await seat.wait(1.0)
        assert " 25%" in seat.grid[0]
        assert told.asked == 1
        await seat.press("p")
        await seat.wait(1.0)
        assert " 75%" in seat.grid[0]

    sit(told, story)


def test_that_data_is_simulated_is_always_said() -> None:
    async def story(seat: Seat) -> None:
        for key in "1234":
            await seat.press(key)
            assert "SIMULATED" in seat.line("status")

    sit(Told(picture(row(0), simulated=["n1"])), story)


def test_q_ends_it() -> None:
    async def story(seat: Seat) -> None:
        await seat.press("q")
        assert not seat.app.is_running

    sit(Told(SEEN), story)


@pytest.mark.parametrize("size", [(150, 30), (40, 12)])
def test_without_colours_all_of_it_is_there(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def story(seat: Seat) -> None:
        assert seat.app.no_color
        assert seat.gpus[0] == "0"
        for key in ("2", "3", "4", "question_mark", "1", "enter", "escape"):
            await seat.press(key)
            assert seat.app.is_running
        await seat.press("slash", *"zzz")
        assert "nothing has 'zzz'" in seat.grid[1]

    sit(Told(SEEN), story, size)
