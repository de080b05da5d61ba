"""What hardly ever changes is asked once, and again after a while."""

import math
from collections.abc import Hashable
from typing import Generic, TypeVar

from warpwatch.clock import Clock
from warpwatch.sources.nvml.patience import ASK_AGAIN_SECONDS

Kept = TypeVar("Kept")


class Memory(Generic[Kept]):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[Hashable, tuple[float, Kept]] = {}
        self._version = 0
        self._oldest = math.inf

    def keep(self, key: Hashable, what: Kept) -> None:
        now = self._clock.monotonic()
        self._kept[key] = now, what
        self._oldest = min(self._oldest, now)
        self._version += 1

    def recall(self, key: Hashable) -> Kept | None:
        found = self._kept.get(key)
        if found is None or self._clock.monotonic() - found[0] >= ASK_AGAIN_SECONDS:
            return None
        return found[1]

    @property
    def version(self) -> int:
        """Another one when there is more to recall than before, or less."""
        now = self._clock.monotonic()
        if now - self._oldest >= ASK_AGAIN_SECONDS:
            fresh = {k: kept for k, kept in self._kept.items() if now - kept[0] < ASK_AGAIN_SECONDS}
            self._kept = fresh
            self._oldest = min((since for since, _ in fresh.values()), default=math.inf)
            self._version += 1
        return self._version

    def forget(self) -> None:
        self._kept.clear()
        self._oldest = math.inf
        self._version += 1
