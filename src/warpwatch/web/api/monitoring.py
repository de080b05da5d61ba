"""The monitoring itself: what is scraped, which rules can be worked out, who is told of alerts."""

from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clients.prometheus.results import Rule, Target
from warpwatch.errors import WarpwatchError
from warpwatch.httpd import Response
from warpwatch.web.api.query import Query
from warpwatch.web.routes import Call, Route, as_json

MOST = 2000
_BAD_FIRST = {"down": 0, "unknown": 1, "up": 2, "err": 0, "ok": 2}
Shown = dict[str, object]


class Monitoring:
    def __init__(
        self, prometheus: Prometheus, alertmanager: Alertmanager | None, query: Query
    ) -> None:
        self._prometheus = prometheus
        self._query = query
        self._alertmanager = alertmanager

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "api/v1/targets", self.targets),
            Route("GET", "api/v1/rules", self.rules),
            Route("GET", "api/v1/backends", self.backends),
        )

    async def targets(self, call: Call) -> Response:
        del call
        async with self._query.turn():
            found = (await self._prometheus.targets()).active_targets
        found = tuple(sorted(found, key=lambda each: _BAD_FIRST.get(each.health, 1)))
        return as_json(
            {
                "count": len(found),
                "up": sum(each.health == "up" for each in found),
                "targets": [_target(each) for each in found[:MOST]],
            }
        )

    async def rules(self, call: Call) -> Response:
        del call
        async with self._query.turn():
            groups = await self._prometheus.rules()
        return as_json(
            [
                {
                    "name": group.name,
                    "file": group.file.rpartition("/")[2],
                    "interval": group.interval,
                    "took": group.evaluation_time,
                    "rules": [_rule(rule) for rule in group.rules],
                }
                for group in groups
            ]
        )

    async def backends(self, call: Call) -> Response:
        del call
        return as_json([await self._backend_prometheus(), await self._backend_alertmanager()])

    async def _backend_prometheus(self) -> Shown:
        try:
            build = await self._prometheus.build()
        except WarpwatchError as error:
            return _down("Prometheus", self._prometheus.url, error)
        return _up("Prometheus", self._prometheus.url, build.version)

    async def _backend_alertmanager(self) -> Shown:
        if self._alertmanager is None:
            return {"name": "Alertmanager", "state": "none", "url": "", "version": "", "note": ""}
        try:
            status = await self._alertmanager.status()
        except WarpwatchError as error:
            return _down("Alertmanager", self._alertmanager.url, error)
        return _up("Alertmanager", self._alertmanager.url, status.version_info.version)


def _up(name: str, url: str, version: str) -> Shown:
    return {"name": name, "state": "up", "url": url, "version": version, "note": ""}


def _down(name: str, url: str, error: WarpwatchError) -> Shown:
    return {"name": name, "state": "down", "url": url, "version": "", "note": error.message}


def _target(target: Target) -> Shown:
    return {
        "pool": target.scrape_pool,
        "url": target.scrape_url,
        "health": target.health,
        "error": target.last_error,
        "last": target.last_scrape,
        "took": target.last_scrape_duration,
        "labels": target.labels,
    }


def _rule(rule: Rule) -> Shown:
    return {
        "name": rule.name,
        "type": rule.type,
        "health": rule.health,
        "error": rule.last_error,
        "query": rule.query,
        "took": rule.evaluation_time,
        "state": rule.state,
        "firing": len(rule.alerts),
    }
