"""What is said when no further connection can be taken on.

Without a free file descriptor asyncio tries again each second, and each time tells of every single
attempt, of which there are thousands: the log would fill the disk within the hour.
"""

import asyncio
import errno
import logging
from typing import Any

log = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class Accepting:
    """The loop's handler of what nobody else handles."""

    def __init__(self) -> None:
        self._told: float | None = None

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in _EXHAUSTED and "socket" in context):
            loop.default_exception_handler(context)
        elif self._told is None or loop.time() - self._told >= AGAIN_SECONDS:
            self._told = loop.time()
            log.warning(
                "connections cannot be accepted: %s; those that wait are taken when others have "
                "ended (next: allow more open files, ulimit -n, or fewer connections at a time)",
                error.strerror,
            )
