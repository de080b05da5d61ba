"""What serving commands share: what they announce, and how they are told to stop."""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from dataclasses import dataclass

from warpwatch.httpd import address, join_address

log = logging.getLogger(__name__)

TOGETHER_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Started:
    """What a command tells its user once everything answers."""

    source: str
    simulated: bool
    url: str
    note: str = ""


Announce = Callable[[Started], None]
Beside = Callable[[Started], AbstractAsyncContextManager[None]]
"""What runs beside something that serves already, for as long as that does."""


def alone(_: Started) -> AbstractAsyncContextManager[None]:
    return nullcontext()


def url_of(listen: str, port: int, *, secure: bool = False) -> str:
    return (
        f"{'https' if secure else 'http'}://{join_address(address(listen)[0] or 'localhost', port)}"
    )


class Signals:
    """What systemd and people tell a running program. It listens from its making on: a signal
    that comes while the program is still starting is kept, and must not kill it.
    """

    def __init__(self) -> None:
        self._stop = asyncio.Event()
        self._doers: dict[signal.Signals, Callable[[], object]] = {}
        self._due: set[signal.Signals] = set()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        for number in (signal.SIGHUP, signal.SIGUSR1):
            loop.add_signal_handler(number, self._heed, number)

    async def until_stopped(
        self,
        reload: Callable[[], object] | None = None,
        release: Callable[[], object] | None = None,
    ) -> None:
        """Returns at SIGTERM or SIGINT; meanwhile SIGHUP reloads and SIGUSR1 releases."""
        for number, doer in ((signal.SIGHUP, reload), (signal.SIGUSR1, release)):
            if doer is not None:
                self._doers[number] = doer
        await self._stop.wait()

    async def entered(
        self, stack: AsyncExitStack, beside: AbstractAsyncContextManager[None]
    ) -> bool:
        """Whether it was entered before we were told to stop."""

        async def enter() -> None:
            await stack.enter_async_context(beside)

        return await self.unless_stopped(enter())

    async def unless_stopped(self, work: Coroutine[None, None, None]) -> bool:
        """Whether it came to its end before we were told to stop, which cancels it."""
        tasks = [asyncio.create_task(work), asyncio.create_task(self._stop.wait())]
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for task in done:
            task.result()
        return tasks[0] in done

    def _heed(self, number: signal.Signals) -> None:
        """Those that come by the hundred, as from a tool that has run wild, are done together."""
        if number not in self._due:
            self._due.add(number)
            asyncio.get_running_loop().call_later(TOGETHER_SECONDS, self._do, number)

    def _do(self, number: signal.Signals) -> None:
        self._due.discard(number)
        doer = self._doers.get(number)
        if doer is None:
            log.info("%s: nothing is done about it here, or not yet", number.name)
        else:
            doer()


async def unless_stopped(work: Coroutine[None, None, None]) -> None:
    await Signals().unless_stopped(work)
