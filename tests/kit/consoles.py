"""A console in this process, over backends that are played."""

import asyncio
import base64
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from backends import NOW, Fleet, played
from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clock import ManualClock
from warpwatch.web.service import Console
from warpwatch.web.settings import Settings

HERE = Settings(listen="127.0.0.1:0", open_hosts=False)
WRITING = {"x-warpwatch": "1"}


@dataclasses.dataclass
class Site:
    console: Console
    client: httpx2.AsyncClient
    clock: ManualClock
    known: Fleet

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(path, headers=names)

    async def look(self) -> None:
        """Until the next look at the fleet is over."""
        asked = len(self.known.asked)
        self.console.poll.wake()
        while len(self.known.asked) == asked or self.console.poll.looking:
            await asyncio.sleep(0.005)


@asynccontextmanager
async def console(
    known: Fleet, settings: Settings = HERE, *, alertmanager: bool = True
) -> AsyncIterator[Site]:
    clock = ManualClock(NOW)
    with played(known) as url:
        prometheus = Prometheus(url, patience=settings.bounds.seconds)
        manager = Alertmanager(url) if alertmanager else None
        it = Console(settings, prometheus, manager, clock)
        await it.start()
        base = f"http://127.0.0.1:{it.port}"
        async with httpx2.AsyncClient(base_url=base, trust_env=False) as client:
            site = Site(it, client, clock, known)
            try:
                while it.poll.sight.snapshot is None and not it.poll.sight.problem:
                    await asyncio.sleep(0.005)
                yield site
            finally:
                await it.stop()
                await prometheus.aclose()
                if manager is not None:
                    await manager.aclose()


async def events(site: Site, many: int) -> list[tuple[str, Any]]:
    """The first events of a stream."""
    found: list[tuple[str, Any]] = []
    kind = ""
    async with site.client.stream("GET", "/api/v1/stream") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                found.append((kind, json.loads(value)))
                if len(found) == many:
                    return found
    return found


def unpacked(text: str) -> bytes:
    return base64.b64decode(text)
