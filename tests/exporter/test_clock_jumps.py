"""Somebody sets the machine's clock, by hours and in either direction: nothing ages, nothing is
forgotten, and nothing is counted twice.
"""

import asyncio

import pytest

from scripted import ScriptedSource
from warpwatch.clock import ManualClock
from warpwatch.errors import Unreachable
from warpwatch.exporter.attribution.inquiry import Inquiry
from warpwatch.exporter.sampler import Pace, Sampler
from warpwatch.exporter.tally import REASONS
from warpwatch.fields import clocks
from warpwatch.samples.sample import Event, Kind

SM = clocks.SM_CLOCK.id
HOURS = 3600.0
JUMPS = pytest.mark.parametrize("jump", [6 * HOURS, -6 * HOURS])


class Jumping(ManualClock):
    jumped = 0.0

    def now(self) -> float:
        return super().now() + self.jumped


@JUMPS
def test_readings_keep_their_age_and_windows_what_is_in_them(
    jump: float, source: ScriptedSource
) -> None:
    clock = Jumping(1e9)
    pace = Pace(interval=1.0, stale_after=10.0, deadline=0.5)
    first = source.devices[0]

    async def story() -> None:
        sampler = Sampler(source, clock, pace, fields={SM, REASONS}, windows=(300, 300))

        async def cycle() -> None:
            clock.advance(1)
            source.now = clock.now()
            source.values[REASONS] = 0x8
            await sampler.sample()

        await cycle()
        source.events[first] = (Event(clock.now(), Kind.XID, 79),)
        await cycle()
        clock.jumped = jump
        snapshot = sampler.look()
        assert snapshot is not None
        assert all(state.success and state.age == 0.0 for state in snapshot.states)
        assert all(state.report.readings[0].values for state in snapshot.states)
        await cycle()
        tally = sampler.tally(first)
        assert tally.recent_xids() == {79: 1}
        assert tally.recent_clock_events() == {0x8: 3}
        assert tally.clock_seconds[0x8] <= 3
        clock.jumped = 0.0
        await cycle()
        assert tally.recent_xids() == {79: 1}
        assert 0 <= tally.clock_seconds[0x8] <= 4
        await sampler.close()

    asyncio.run(story())


@JUMPS
def test_what_a_silent_kubelet_said_is_kept_for_as_long_as_otherwise(jump: float) -> None:
    clock = Jumping(1e9)
    known: list[str | None] = []
    answers = iter(["pods"])

    def ask(timeout: float) -> str:
        del timeout
        try:
            return next(answers)
        except StopIteration:
            raise Unreachable("silent") from None

    async def story() -> None:
        inquiry = Inquiry("kubelet", ask, known.append, clock, 1.0)
        task = asyncio.create_task(inquiry.run())

        async def after(seconds: float) -> None:
            async with asyncio.timeout(10):
                while not clock._sleepers:  # noqa: SLF001
                    await asyncio.sleep(0.002)
                clock.advance(seconds)
                while not clock._sleepers:  # noqa: SLF001
                    await asyncio.sleep(0.002)

        await after(1)
        clock.jumped = jump
        await after(1)
        assert known == ["pods"]
        assert inquiry.health().age == 2.0
        await after(100)
        assert known == ["pods", None]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())
