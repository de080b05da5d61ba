"""Hands each browser what has changed since it was last told, as events of one long answer.

A message is written once, whatever the number of browsers. One that reads slowly misses what
became old meanwhile and gets the newest: nothing is kept for it.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import asdict

import msgspec

from warpwatch.web.fleet import Frame
from warpwatch.web.poll import Sight
from warpwatch.web.snapshot import Snapshot

BEAT_SECONDS = 15.0
"""A line without a meaning after so much silence, so that a dead connection is found out."""
_RETRY = b"retry: 2000\n\n"
_BEAT = b": still here\n\n"


class Hub:
    def __init__(self, most: int) -> None:
        self._most = most
        self._messages: dict[str, tuple[int, bytes]] = {}
        """The newest of each kind, and its number."""
        self._number = 0
        self._changed = asyncio.Event()
        self._ended = False
        self.watching = 0

    @property
    def full(self) -> bool:
        return self.watching >= self._most or self._ended

    async def tell(self, sight: Sight) -> None:
        if sight.snapshot is not None:
            snapshot = sight.snapshot
            for key, frame in snapshot.frames.items():
                self._put(key, event("frame", _frame(frame, snapshot.index.tag)))
            self._put("summary", event("summary", summary(snapshot)))
        self._put("status", event("status", status(sight)))
        self._changed.set()
        self._changed = asyncio.Event()

    def _put(self, key: str, message: bytes) -> None:
        was = self._messages.get(key)
        if was is None or was[1] != message:
            self._number += 1
            self._messages[key] = (self._number, message)

    def end(self) -> None:
        """All answers come to their end."""
        self._ended = True
        self._changed.set()

    async def stream(self) -> AsyncIterator[bytes]:
        self.watching += 1
        try:
            yield _RETRY
            seen = 0
            while not self._ended:
                changed = self._changed
                fresh = [message for number, message in self._messages.values() if number > seen]
                seen = self._number
                if fresh:
                    yield b"".join(fresh)
                try:
                    async with asyncio.timeout(BEAT_SECONDS):
                        await changed.wait()
                except TimeoutError:
                    yield _BEAT
        finally:
            self.watching -= 1


def event(kind: str, data: object) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), msgspec.json.encode(data))


def _frame(frame: Frame, tag: str) -> dict[str, object]:
    return {
        "key": frame.key,
        "index": tag,
        "low": frame.low,
        "high": frame.high,
        "data": base64.b64encode(frame.data).decode(),
    }


def summary(snapshot: Snapshot) -> dict[str, object]:
    return {
        "index": snapshot.index.tag,
        "verdict": asdict(snapshot.verdict),
        "sums": [asdict(each) for each in snapshot.sums],
        "workloads": len(snapshot.works),
        "simulated": snapshot.simulated,
        "notes": list(snapshot.notes),
    }


def status(sight: Sight) -> dict[str, object]:
    return {
        "at": sight.snapshot.at if sight.snapshot is not None else None,
        "problem": sight.problem,
        "hint": sight.hint,
        "failing_since": sight.failing_since,
    }
