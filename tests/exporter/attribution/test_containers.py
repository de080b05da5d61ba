"""Names of containers, and what becomes of them when their runtime falls silent."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping

import pytest

from warpwatch.clock import ManualClock
from warpwatch.errors import Unreachable
from warpwatch.exporter.attribution.containers import Containers
from warpwatch.exporter.attribution.inquiry import KEPT_SECONDS
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Reading, Report

GPU = Gpu(0, "GPU-0", "00000000:1B:00.0", "NVIDIA H100")


class Says:
    """A runtime that says what it is told to, fails, or hangs."""

    def __init__(self, **names: str) -> None:
        self.now: Mapping[str, str] | Unreachable = names
        self.asked = 0
        self.lets_go = threading.Event()
        self.lets_go.set()

    def names(self, timeout: float) -> Mapping[str, str]:
        assert timeout > 0
        self.asked += 1
        self.lets_go.wait(20)
        if isinstance(self.now, Unreachable):
            raise self.now
        return self.now


After = Callable[[float], Awaitable[None]]


def play(says: Says, story: Callable[[Containers, After], Awaitable[None]]) -> None:
    """`story` is handed the stage, and what lets time pass until it was asked again."""
    clock = ManualClock(1e9)
    stage = Containers(says, clock, 1.0)

    async def main() -> None:
        task = asyncio.create_task(stage.run())

        async def after(seconds: float) -> None:
            before = says.asked
            clock.advance(seconds)
            async with asyncio.timeout(10):
                while says.asked == before or not clock._sleepers:  # noqa: SLF001
                    await asyncio.sleep(0.002)

        await after(0)
        await story(stage, after)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


def test_a_container_is_known_by_its_name_from_the_next_time_on() -> None:
    says = Says(a="notebook")

    async def story(stage: Containers, after: After) -> None:
        assert (stage.name("a"), stage.name("b")) == ("notebook", "")
        says.now = {"b": "train"}
        assert stage.name("b") == "", "a name that is not known is not asked for"
        await after(1.0)
        assert (stage.name("a"), stage.name("b")) == ("", "train")
        (health,) = stage.health()
        assert (health.name, health.success, health.age) == ("containers", True, 0.0)
        report = Report(GPU, 0.0, (Reading(GPU, {}, {}),))
        assert stage(report) is report

    play(says, story)
    assert says.asked == 2


def test_names_outlive_a_silent_runtime_for_a_while_and_then_go(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    says = Says(a="notebook")

    async def story(stage: Containers, after: After) -> None:
        says.now = Unreachable("no socket", hint="mount it")
        for _ in range(3):
            await after(1.0)
        assert stage.name("a") == "notebook"
        (health,) = stage.health()
        assert (health.success, health.age, health.detail) == (False, 3.0, "no socket; mount it")
        await after(KEPT_SECONDS)
        await after(1.0)
        assert stage.name("a") == ""
        says.now = {"a": "notebook"}
        await after(1.0)
        assert stage.name("a") == "notebook"

    play(says, story)
    said = [record.getMessage() for record in caplog.records]
    for words in ("no socket", "dropped", "answers"):
        assert len([line for line in said if words in line]) == 1


def test_before_it_was_asked_nothing_is_known() -> None:
    stage = Containers(Says(), ManualClock(), 1.0)
    (health,) = stage.health()
    assert (health.success, health.age) == (False, None)
    assert stage.name("a") == ""


def test_one_who_hangs_is_not_asked_again_until_he_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for patience in ("TIMEOUT", "GRACE"):
        monkeypatch.setattr(f"warpwatch.exporter.attribution.inquiry.{patience}", 0.01)
    says = Says(a="notebook")
    says.lets_go.clear()
    clock = ManualClock()
    stage = Containers(says, clock, 1.0)

    async def main() -> None:
        task = asyncio.create_task(stage.run())
        for _ in range(3):
            async with asyncio.timeout(10):
                while not clock._sleepers:  # noqa: SLF001
                    await asyncio.sleep(0.002)
            clock.advance(1.0)
        assert says.asked == 1
        assert stage.health()[0].detail == "containers: no answer"
        says.lets_go.set()
        async with asyncio.timeout(10):
            while not stage.name("a"):
                clock.advance(1.0)
                await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
