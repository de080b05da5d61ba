"""uvicorn's protocol with the deadlines that it leaves to its users."""

import asyncio
import logging
from typing import TYPE_CHECKING, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from warpwatch.httpd.message import Limits

if TYPE_CHECKING:
    from warpwatch.httpd.edge import Edge

log = logging.getLogger(__name__)


class Guarded(H11Protocol):
    """It wants a class, so a subclass carries the limits."""

    limits: ClassVar[Limits]
    edge: ClassVar["Edge | None"] = None
    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # uvicorn tells everybody to go away while there are too many; here those that came first
        # are served, or whoever opens connections enough could lock out all others.
        self.limit_concurrency = 0 if len(self.connections) > self.limits.connections else None
        if self.edge is not None and not self.edge.trusts(transport):
            log.info("a client's certificate has none of client_allowed_sans: %s", self.client)
            transport.abort()
        else:
            self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._await_head()
        else:
            self._stop(self._head_timer)
            self._head_timer = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_timer = self.loop.call_later(self.limits.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop(self._write_timer)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        # close() waits for a reader that may never read; this does not.
        self.loop.call_later(self.limits.write_seconds, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop(self._head_timer)
        self._stop(self._write_timer)
        super().connection_lost(exc)

    def _await_head(self) -> None:
        """One deadline for the whole head: dripping bytes does not move it."""
        if self._head_timer is None:
            seconds = self.limits.head_seconds
            self._head_timer = self.loop.call_later(seconds, self.transport.abort)

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
