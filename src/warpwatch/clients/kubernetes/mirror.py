"""A copy of a collection that follows it: listed once, then watched.

A watch that ends is taken up where it ended; one whose place is forgotten by the server, or that
cannot be read on from there, is begun with a new list; what does not answer is asked again, ever
more rarely. Until then the copy stays as it was, and says how old it is.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from warpwatch.clients.kubernetes.api import Api, Gone, Object, Query, Spoilt, table
from warpwatch.clock import Clock
from warpwatch.errors import WarpwatchError

log = logging.getLogger(__name__)

T = TypeVar("T")
FIRST_SECONDS, LONGEST_SECONDS = 1.0, 60.0
MOST = 20_000
"""Objects kept. Beyond them new ones are not taken in, and it is said so."""


class Mirror(Generic[T]):
    def __init__(
        self,
        api: Api,
        clock: Clock,
        path: str,
        keep: Callable[[Object], T],
        query: Query | None = None,
        *,
        metadata: bool = False,
    ) -> None:
        """`keep` takes from an object what is wanted of it; the rest is not remembered."""
        self.items: dict[str, T] = {}
        """By uid."""
        self.generation = 0
        """Another number whenever the items are others."""
        self.failure = ""
        """Why it is not followed just now; empty while it is."""
        self._api = api
        self._clock = clock
        self._path = path
        self._keep = keep
        self._query = query
        self._metadata = metadata
        self._version = ""
        self._heard: float | None = None
        self._wait = FIRST_SECONDS
        self._gone = 0
        self._full = False
        self.asked = asyncio.Event()
        """Set once the server has answered, or has not."""

    @property
    def age(self) -> float | None:
        """Seconds since the server last said something; None before it ever did."""
        return None if self._heard is None else self._clock.monotonic() - self._heard

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                if not self._version:
                    await self._list()
                await self._follow()
            except Gone:
                self._version = ""
                self._gone += 1
                if self._gone > 1:
                    # Lists that are too old as soon as they have come.
                    await self._clock.sleep(min(2.0**self._gone, LONGEST_SECONDS))
            except WarpwatchError as error:
                if isinstance(error, Spoilt):
                    self._version = ""
                self._fail(error)
                await self._clock.sleep(self._wait)
                self._wait = min(2 * self._wait, LONGEST_SECONDS)
            else:
                # A server that ends every watch at once must not be asked without end.
                await self._clock.sleep(FIRST_SECONDS)

    async def _list(self) -> None:
        """Page by page, so that no more is held than is kept; taken over when it is whole."""
        self._full = False
        items: dict[str, T] = {}
        version = ""
        async for page in self._api.pages(self._path, self._query, metadata=self._metadata):
            for item in page.items:
                self._take(item, items)
            version = page.version
        self.items = items
        self.generation += 1
        self._version = version
        self._well()

    async def _follow(self) -> None:
        changes = self._api.watch(self._path, self._version, self._query, metadata=self._metadata)
        async for change in changes:
            match change.kind:
                case "ADDED" | "MODIFIED":
                    self._take(change.object, self.items)
                case "DELETED":
                    self.items.pop(_uid(change.object), None)
            self.generation += change.kind != "BOOKMARK"
            self._version = str(_meta(change.object).get("resourceVersion") or self._version)
            self._gone = 0
            self._well()
        self._well()

    def _take(self, item: Object, items: dict[str, T]) -> None:
        uid = _uid(item)
        if uid in items or len(items) < MOST:
            items[uid] = self._keep(item)
        elif not self._full:
            self._full = True
            log.warning("%s has more than %d objects; the rest is not known", self._path, MOST)

    def _well(self) -> None:
        self.asked.set()
        self._heard = self._clock.monotonic()
        self._wait = FIRST_SECONDS
        if self.failure:
            log.info("%s is followed again", self._path)
            self.failure = ""

    def _fail(self, error: WarpwatchError) -> None:
        self.asked.set()
        if error.message != self.failure:
            hint = f" ({error.hint})" if error.hint else ""
            log.warning("%s%s; what was known of it stays", error.message, hint)
        self.failure = error.message


def _meta(item: Object) -> Object:
    return table(item.get("metadata"))


def _uid(item: Object) -> str:
    meta = _meta(item)
    return str(meta.get("uid") or f"{meta.get('namespace')}/{meta.get('name')}")
