"""All of the console together, started and stopped."""

import asyncio
import logging
from typing import TYPE_CHECKING

from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clock import Clock
from warpwatch.httpd import Limits, Server
from warpwatch.web.access import Access
from warpwatch.web.api.alerts import Alerts
from warpwatch.web.api.events import Events
from warpwatch.web.api.explain import Explain
from warpwatch.web.api.fleet import Fleet
from warpwatch.web.api.monitoring import Monitoring
from warpwatch.web.api.query import Query
from warpwatch.web.api.session import Session
from warpwatch.web.api.silences import Silences
from warpwatch.web.assets import Assets
from warpwatch.web.hub import Hub
from warpwatch.web.poll import Poll
from warpwatch.web.settings import Settings
from warpwatch.web.site import METHODS, Site

if TYPE_CHECKING:
    from warpwatch.httpd.edge import Edge

log = logging.getLogger(__name__)

_BODY = 64 * 1024
_HEAD = 24 * 1024
"""An expression travels in the address."""


class Console:
    def __init__(
        self,
        settings: Settings,
        prometheus: Prometheus,
        alertmanager: Alertmanager | None,
        clock: Clock,
        edge: "Edge | None" = None,
    ) -> None:
        self._clock = clock
        self._hub = Hub(settings.browsers)
        hub = self._hub
        self.poll = Poll(prometheus, alertmanager, clock, settings.refresh, lambda: hub.watching)
        access = Access(settings, clock)
        query = Query(prometheus, settings.bounds)
        routes = (
            *Session(settings, access, self.poll, alertmanager=alertmanager is not None).routes(),
            *Fleet(self.poll, hub).routes(),
            *query.routes(),
            *Events(query, clock).routes(),
            *Alerts(self.poll, prometheus, alertmanager).routes(),
            *Silences(alertmanager, self.poll, clock).routes(),
            *Explain(prometheus, query, clock).routes(),
            *Monitoring(prometheus, alertmanager, query).routes(),
        )
        site = Site(routes, Assets(settings.prefix), access, settings.prefix)
        limits = Limits(head_bytes=_HEAD, body_bytes=_BODY, connections=2 * settings.browsers + 256)
        self._server = Server(site, settings.listen, limits, edge=edge, methods=METHODS)
        self._polling: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        return self._server.port

    async def start(self) -> None:
        await self._server.start(self._clock)
        self._polling = asyncio.create_task(self.poll.run(self._hub.tell), name="console's poll")

    async def stop(self) -> None:
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
        self._hub.end()
        await self._server.stop(grace=3.0)
