"""What serving commands share: what they announce, and how they are told to stop."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from warpwatch.httpd import address, join_address


@dataclass(frozen=True, slots=True)
class Started:
    """What a command tells its user once everything answers."""

    source: str
    simulated: bool
    url: str
    note: str = ""


Announce = Callable[[Started], None]


def url_of(listen: str, port: int) -> str:
    return f"http://{join_address(address(listen)[0] or 'localhost', port)}"


async def until_stopped(reload: Callable[[], None] | None = None) -> None:
    """Returns at SIGTERM or SIGINT; SIGHUP reloads meanwhile."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if reload is not None:
        loop.add_signal_handler(signal.SIGHUP, reload)
    await stopped.wait()


async def unless_stopped(work: Coroutine[None, None, None]) -> None:
    tasks = [asyncio.create_task(work), asyncio.create_task(until_stopped())]
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    for task in done:
        task.result()
