"""The only door to time: every other room is handed a Clock and asks it.

A program that reads the wall clock where it likes cannot be replayed, sped up or
tested without waiting; one that is handed a clock can.
"""

import asyncio
import time
from operator import itemgetter
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch; may jump when the machine's time is set."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that moves only when told to: for tests, and for frozen simulations."""

    def __init__(self, start: float = 0.0) -> None:
        self._start = start
        self._passed = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._start + self._passed

    def monotonic(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._passed + seconds, waker))
        await waker

    def advance(self, seconds: float) -> None:
        """Move time on and wake whoever was due, in the order in which they were due."""
        if seconds < 0:
            raise ValueError(f"time does not go back by {-seconds} s")
        self._passed += seconds
        due = [sleeper for sleeper in self._sleepers if sleeper[0] <= self._passed]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > self._passed]
        for _, waker in sorted(due, key=itemgetter(0)):
            if not waker.done():
                waker.set_result(None)
