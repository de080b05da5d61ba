"""Asking somebody on this machine once an interval, in a thread of its own and never by a scrape.

One that does not answer costs labels and not the page: what is known stays for a while, since the
work does not stop when a daemon is restarted, and is then dropped, since it may be wrong by then.
"""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from warpwatch.clock import Clock
from warpwatch.errors import Unreachable
from warpwatch.exporter.attribution.stage import Health
from warpwatch.exporter.worker import Worker, patiently

log = logging.getLogger(__name__)

T = TypeVar("T")
Ask = Callable[[float], T]
"""Within so many seconds; Unreachable says why not."""

TIMEOUT = 5.0
NOT_YET = "not asked yet"
GRACE = 1.0
"""For a call that keeps to its deadline and comes back late."""
KEPT_SECONDS = 60.0
"""For so long what was known of one who has fallen silent is taken for true."""


class Inquiry(Generic[T]):
    def __init__(
        self,
        name: str,
        ask: Ask[T],
        learn: Callable[[T | None], None],
        clock: Clock,
        interval: float,
    ) -> None:
        """`learn` is handed each answer, and None when what is known is too old to be true."""
        self._name = name
        self._ask = ask
        self._learn = learn
        self._clock = clock
        self._interval = interval
        self._heard: float | None = None
        self._known = False
        self._failure = NOT_YET

    async def run(self) -> None:
        worker: Worker[T] = Worker(self._name)
        try:
            while True:
                await self._once(worker)
                await self._clock.sleep(self._interval)
        finally:
            worker.stop()

    def health(self) -> Health:
        age = None if self._heard is None else self._clock.monotonic() - self._heard
        return Health(self._name, not self._failure, age, self._failure)

    async def _once(self, worker: Worker[T]) -> None:
        """The call has its own deadline; one that outlives even that is not joined by another."""
        answer: T | None = None
        why = f"{self._name}: no answer"
        if not worker.busy:
            try:
                call = worker.submit(lambda: self._ask(TIMEOUT))
                answer = await patiently(call, TIMEOUT + GRACE)
            except Unreachable as error:
                why = f"{error.message}; {error.hint}" if error.hint else error.message
            except Exception as error:  # noqa: BLE001  a defect of ours must not end the asking
                why = f"{self._name}: {type(error).__name__}: {error}"
        if answer is None:
            self._fail(why)
        else:
            self._succeed(answer)

    def _succeed(self, answer: T) -> None:
        if self._failure not in {"", NOT_YET}:
            log.info("%s answers", self._name)
        self._heard = self._clock.monotonic()
        self._failure = ""
        self._known = True
        self._learn(answer)

    def _fail(self, why: str) -> None:
        if why != self._failure:
            log.warning("who has which GPU is not known: %s", why)
        self._failure = why
        if self._known and self._heard is not None:
            silent = self._clock.monotonic() - self._heard
            if silent > KEPT_SECONDS:
                log.warning("%s: labels are dropped, nothing heard for %.0f s", self._name, silent)
                self._known = False
                self._learn(None)
