"""The one thread that listens to all GPUs of a driver.

Each GPU has an event set of its own, and the thread asks one after the other without waiting
inside the driver. A set that GPUs share would be one call instead of many, but it answers with
the error of the one that is lost, at once and each time, and then none of the others is heard.
Events are therefore dated up to a fifth of a second late, and none is missed: the driver keeps
them until they are asked for. A driver that refuses is asked no more often than one that answers.
"""

import logging
import threading

from warpwatch.clock import Clock
from warpwatch.samples.sample import Event, Reason
from warpwatch.sources.nvml.ear import Ear

log = logging.getLogger(__name__)

PAUSE = 0.2
"""Seconds between two rounds."""
DEADLINE = 2.0
"""Seconds for the driver to say whether something happened; after that nothing is heard."""
_PATIENCE = 1.0
_MOST_AT_ONCE = 1000
"""Events of one GPU in a round, so that a storm on one does not silence the others."""


class Listener:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turn = threading.Lock()
        """Held for a round: whoever has it may free what the round would use."""
        self._ears: list[Ear] = []
        self._asked: float | None = None
        """When the driver was asked what it has not answered yet."""
        self._ended = threading.Event()
        self._beginning = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, ear: Ear) -> None:
        """Not in turn: what hangs on one GPU must not keep another from being opened."""
        self._ears.append(ear)
        self._start()

    def take(self, ear: Ear) -> tuple[tuple[Event, ...], Reason | None]:
        """What the ear has heard, and why it may not be all."""
        events, deaf = ear.take()
        return events, Reason.TIMED_OUT if self._late() else deaf

    def let_go(self) -> bool:
        """Frees what is listened with, if the driver is not about to use it. Whether it could."""
        if self._late() or not self._turn.acquire(timeout=_PATIENCE):
            return False
        try:
            for ear in self._ears:
                ear.free()
            self._ears.clear()
        finally:
            self._turn.release()
        return True

    def end(self) -> None:
        """The thread ends once the driver returns; that is not waited for."""
        self._ended.set()

    def _late(self) -> bool:
        asked = self._asked
        return asked is not None and self._clock.monotonic() - asked > DEADLINE

    def _start(self) -> None:
        with self._beginning:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="events", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._ended.is_set():
            with self._turn:
                for ear in tuple(self._ears):
                    self._hear(ear)
            self._ended.wait(PAUSE)

    def _hear(self, ear: Ear) -> None:
        more, count = True, 0
        while more and count < _MOST_AT_ONCE:
            self._asked = self._clock.monotonic()
            try:
                more = ear.hear()
            except Exception:
                # A defect of ours; the ears that come after this one go on hearing.
                log.exception("listening failed; it is tried again")
                more = False
            finally:
                self._asked = None
            count += 1
