"""When to try again what failed: soon at first, then more and more rarely."""

from warpwatch.clock import Clock

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 30.0
ASK_AGAIN_SECONDS = 600.0
"""What a board does not support it may yet come to, as when MIG is switched off."""


class Patience:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wait = FIRST_SECONDS
        self._due = clock.monotonic()

    @property
    def over(self) -> bool:
        return self._clock.monotonic() >= self._due

    def tried(self) -> None:
        """The next try is due after a while, and the one after that after twice as long."""
        self._due = self._clock.monotonic() + self._wait
        self._wait = min(2 * self._wait, LONGEST_SECONDS)

    def renew(self) -> None:
        self._wait = FIRST_SECONDS
