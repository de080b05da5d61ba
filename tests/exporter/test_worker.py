"""A thread of one's own, for calls that may never return."""

import asyncio
import threading

from scripted import ScriptedSource
from warpwatch.clock import ManualClock
from warpwatch.exporter.sampler import Pace, Sampler
from warpwatch.exporter.worker import Worker


def threads(name: str) -> int:
    return sum(thread.name == name for thread in threading.enumerate())


def test_a_worker_without_a_call_has_no_thread_and_with_many_it_has_one() -> None:
    async def story() -> None:
        worker: Worker[str] = Worker("the test's own")
        assert threads("the test's own") == 0
        for _ in range(3):
            name = await worker.submit(lambda: threading.current_thread().name)
            assert (name, threads(name)) == ("the test's own", 1)
        worker.stop()

    asyncio.run(story())


def test_a_sampler_that_never_ran_leaves_no_thread_behind(source: ScriptedSource) -> None:
    """As of an exporter whose port was taken: `up` makes one for each port that it tries."""

    async def story() -> None:
        before = threading.active_count()
        pace = Pace(interval=1.0, stale_after=10.0)
        Sampler(source, ManualClock(), pace, fields=set(), windows=(300, 300))
        assert threading.active_count() == before

    asyncio.run(story())
