"""Time moves for a ManualClock only when told to, and wakes exactly those who are due."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.clock import Clock, ManualClock, SystemClock

# Quarters add up exactly, so that a test may say "at" and not "about".
TICKS = st.integers(1, 400).map(lambda quarters: quarters / 4)
START = 1_772_442_000.0


async def settle() -> None:
    """Lets everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


class Room:
    """Sleepers around one clock."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.awake: list[float] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def put_to_sleep(self, seconds: float) -> None:
        async def nap() -> None:
            await self.clock.sleep(seconds)
            self.awake.append(seconds)

        self.tasks.append(asyncio.create_task(nap()))
        await settle()

    async def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await settle()


def tell(story: Callable[[Room], Awaitable[None]]) -> None:
    async def run() -> None:
        room = Room()
        await story(room)
        for task in room.tasks:
            task.cancel()

    asyncio.run(run())


@given(start=st.integers(0, 2**31), steps=st.lists(TICKS))
def test_both_faces_move_by_what_was_told_and_by_nothing_else(
    start: int, steps: list[float]
) -> None:
    clock = ManualClock(start)
    for step in steps:
        before = clock.now(), clock.monotonic()
        clock.advance(step)
        assert (clock.now(), clock.monotonic()) == (before[0] + step, before[1] + step)
    assert clock.monotonic() == sum(steps)
    assert clock.now() == start + sum(steps)


@given(nap=TICKS, steps=st.lists(TICKS, min_size=1, max_size=8))
def test_a_sleeper_wakes_when_its_time_has_passed_and_not_before(
    nap: float, steps: list[float]
) -> None:
    async def story(room: Room) -> None:
        await room.put_to_sleep(nap)
        for passed in (sum(steps[: n + 1]) for n in range(len(steps))):
            await room.advance(passed - room.clock.monotonic())
            assert (room.awake == [nap]) is (passed >= nap)

    tell(story)


@given(naps=st.lists(TICKS, max_size=8), step=TICKS)
def test_one_step_wakes_everyone_who_is_due_and_nobody_else(naps: list[float], step: float) -> None:
    async def story(room: Room) -> None:
        for nap in naps:
            await room.put_to_sleep(nap)
        await room.advance(step)
        assert sorted(room.awake) == sorted(nap for nap in naps if nap <= step)

    tell(story)


@given(naps=st.lists(TICKS, max_size=8))
def test_a_later_sleep_counts_from_when_it_began(naps: list[float]) -> None:
    async def story(room: Room) -> None:
        for number, nap in enumerate(naps):
            await room.advance(1)
            await room.put_to_sleep(nap)
            await room.advance(nap - 0.25)
            assert len(room.awake) == number
            await room.advance(0.25)
            assert len(room.awake) == number + 1

    tell(story)


@pytest.mark.parametrize("seconds", [0, -1.5])
def test_no_time_to_sleep_is_only_a_turn_for_the_others(seconds: float) -> None:
    async def story(room: Room) -> None:
        await room.put_to_sleep(seconds)
        assert room.awake == [seconds]

    tell(story)


def test_a_sleeper_that_gave_up_does_not_hold_up_the_rest() -> None:
    async def story(room: Room) -> None:
        await room.put_to_sleep(1)
        await room.put_to_sleep(2)
        room.tasks[0].cancel()
        await room.advance(2)
        assert room.awake == [2]

    tell(story)


def test_the_systems_clock_does_not_go_back_and_sleeps() -> None:
    clock: Clock = SystemClock()
    first = clock.monotonic()
    asyncio.run(clock.sleep(0))
    assert clock.monotonic() >= first
    assert abs(clock.now() - time.time()) < 60


@pytest.mark.parametrize("name", ["now", "monotonic", "sleep"])
def test_both_clocks_keep_the_contract(name: str) -> None:
    contract = inspect.signature(getattr(Clock, name))
    assert inspect.signature(getattr(ManualClock, name)) == contract
    assert inspect.signature(getattr(SystemClock, name)) == contract
