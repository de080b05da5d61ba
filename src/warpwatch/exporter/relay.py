"""One read after the other, each in its device's own thread, and no read behind one that hangs.

Threads that all call into a driver at once hand the interpreter's lock to each other at every
call: 64 of them took four times the CPU of one that made the same calls. So whoever has read its
device starts the next; and where that takes long, as hardware may, another is started meanwhile.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from warpwatch.exporter.worker import Worker

T = TypeVar("T")

PATIENCE = 0.005
"""Seconds without a start, after which another one runs beside those that run already."""


class Relay(Generic[T]):
    def __init__(self) -> None:
        self.futures: list[asyncio.Future[T]] = []
        self._waiting: deque[tuple[asyncio.Future[T], Callable[[], None]]] = deque()
        self._started = 0

    def add(self, worker: Worker[T], call: Callable[[], T]) -> "asyncio.Future[T]":
        def read() -> T:
            try:
                return call()
            finally:
                self._next()

        future, start = worker.ready(read)
        self.futures.append(future)
        self._waiting.append((future, start))
        return future

    async def run(self, deadline: float) -> None:
        """Until all are done, or the time is over that each had at least."""
        try:
            self._next()
            while self._waiting:
                before = self._started
                await asyncio.wait(self.futures, timeout=PATIENCE)
                if self._started == before:
                    self._next()
            if self.futures:
                await asyncio.wait(self.futures, timeout=deadline)
        finally:
            # Only where we are ourselves called off.
            for future, _ in self._waiting:
                future.cancel()

    def _next(self) -> None:
        """In whatever thread."""
        try:
            _, start = self._waiting.popleft()
        except IndexError:
            return
        self._started += 1
        start()
