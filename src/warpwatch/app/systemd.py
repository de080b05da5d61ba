"""What systemd is told, and what it hands over: readiness, signs of life, sockets it has opened."""

import logging
import socket
from collections.abc import Callable

from warpwatch.clock import Clock
from warpwatch.config import Unit
from warpwatch.errors import UsageError

log = logging.getLogger(__name__)

FIRST_DESCRIPTOR = 3
"""systemd hands sockets over from here on."""


def sockets(unit: Unit) -> list[socket.socket]:
    """The ones to listen on, each already bound."""
    if not unit.sockets:
        raise UsageError(
            "--web-systemd-socket: systemd has handed over no socket",
            hint="start it by its .socket unit, or leave --web-systemd-socket out",
        )
    handed = range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + unit.sockets)
    try:
        found = [socket.socket(fileno=descriptor) for descriptor in handed]
    except OSError as error:
        raise UsageError(f"--web-systemd-socket: {error.strerror}") from error
    for each in found:
        each.set_inheritable(False)
        if each.family != socket.AF_UNIX:
            # As for sockets of our own: head and body must not wait for each other.
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


class Notifier:
    """Says nothing where nobody listens."""

    def __init__(self, unit: Unit) -> None:
        address = unit.notify
        # An abstract address is written with @ for the zero byte that it begins with.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._watchdog = unit.watchdog

    def say(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
                to.connect(self._address)
                to.send("\n".join(lines).encode())
        except OSError as error:
            log.warning("systemd is not told %s: %s", lines[0], error.strerror)

    async def keep(self, alive: Callable[[], bool], clock: Clock) -> None:
        """Signs of life for as long as `alive` says so: a process whose event loop runs while its
        work stands still is dead too.
        """
        if not self._watchdog:
            return
        while True:
            if alive():
                self.say("WATCHDOG=1")
            await clock.sleep(self._watchdog / 3)
