"""Reads take turns, and a turn that does not end holds nobody up."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warpwatch.exporter.relay import Relay
from warpwatch.exporter.worker import Worker

MANY = 12


class Devices:
    """Each with a thread of its own; those that hang do so until they are let go."""

    def __init__(self, hung: set[int]) -> None:
        self.workers: list[Worker[int]] = [Worker(f"read-{index}") for index in range(MANY)]
        self.go_on = threading.Event()
        self.hung = hung
        self.begun: list[int] = []
        self.threads: set[str] = set()

    def reading(self, index: int) -> Callable[[], int]:
        def read() -> int:
            self.begun.append(index)
            self.threads.add(threading.current_thread().name)
            if index in self.hung:
                self.go_on.wait(20)
            return index

        return read


@contextmanager
def devices(hung: set[int]) -> Iterator[Devices]:
    made = Devices(hung)
    try:
        yield made
    finally:
        made.go_on.set()
        for worker in made.workers:
            worker.stop()


@settings(max_examples=30)
@given(hung=st.sets(st.integers(0, MANY - 1)))
def test_each_is_read_in_its_own_thread_whoever_hangs(hung: set[int]) -> None:
    async def main() -> None:
        with devices(hung) as its:
            relay: Relay[int] = Relay()
            futures = [relay.add(w, its.reading(i)) for i, w in enumerate(its.workers)]
            await relay.run(20 if not hung else 0.02)
            its.go_on.set()
            assert await asyncio.gather(*futures) == list(range(MANY))
            assert sorted(its.begun) == list(range(MANY))
            assert len(its.threads) == MANY

    asyncio.run(main())


def test_those_that_do_not_hang_are_read_while_another_does() -> None:
    async def main() -> None:
        with devices({0, 5}) as its:
            relay: Relay[int] = Relay()
            futures = [relay.add(w, its.reading(i)) for i, w in enumerate(its.workers)]
            well = [future for index, future in enumerate(futures) if index not in its.hung]
            running = asyncio.create_task(relay.run(20))
            assert sorted(await asyncio.gather(*well)) == sorted(set(range(MANY)) - its.hung)
            assert not running.done()
            its.go_on.set()
            await running

    asyncio.run(main())


def test_the_next_one_is_started_by_the_one_before() -> None:
    async def main() -> None:
        with devices(set()) as its:
            relay: Relay[int] = Relay()
            for index, worker in enumerate(its.workers):
                relay.add(worker, its.reading(index))
            await relay.run(20)
            assert its.begun == sorted(its.begun)

    asyncio.run(main())


def test_a_read_that_fails_passes_the_turn_on() -> None:
    def fail() -> int:
        raise LookupError("a defect")

    async def main() -> None:
        with devices(set()) as its:
            relay: Relay[int] = Relay()
            first = relay.add(its.workers[0], fail)
            second = relay.add(its.workers[1], its.reading(1))
            await relay.run(20)
            assert await second == 1
            with pytest.raises(LookupError):
                await first

    asyncio.run(main())


def test_what_was_not_begun_when_all_is_called_off_keeps_no_worker_busy() -> None:
    async def main() -> None:
        with devices(set(range(MANY))) as its:
            relay: Relay[int] = Relay()
            futures = [relay.add(w, its.reading(i)) for i, w in enumerate(its.workers)]
            running = asyncio.create_task(relay.run(20))
            await asyncio.sleep(0)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            busy = {index for index, worker in enumerate(its.workers) if worker.busy}
            its.go_on.set()
            assert busy == {index for index, future in enumerate(futures) if not future.cancelled()}
            assert len(busy) < MANY

    asyncio.run(main())
