"""Why: error codes, alerts, fields and neutral series, in the words of the catalogues."""

from collections.abc import Iterable, Mapping
from functools import cache

from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clock import Clock
from warpwatch.errors import WarpwatchError
from warpwatch.fields import describe as field_words
from warpwatch.fields.spellings import resolve
from warpwatch.httpd import Response
from warpwatch.rules import documents
from warpwatch.rules.model import Alert, Record, duration
from warpwatch.rules.render import Options, recorded
from warpwatch.web.api.query import Query
from warpwatch.web.routes import Call, Route, as_json, refusal
from warpwatch.xid.catalogue import entries, sxid, xid
from warpwatch.xid.describe import describe
from warpwatch.xid.entry import Space

Facts = Mapping[str, str | int | bool | list[str]]

GOOD_FOR = 60.0
NAMES = 20_000
_FIRST_SXID = 10_000


class Explain:
    def __init__(self, prometheus: Prometheus, query: Query, clock: Clock) -> None:
        self._prometheus = prometheus
        self._query = query
        self._clock = clock
        self._names: tuple[float, list[dict[str, str]]] | None = None

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "api/v1/why/xid/{code}", self.xid),
            Route("GET", "api/v1/why/alert/{name}", self.alert),
            Route("GET", "api/v1/why/series/{name}", self.series),
            Route("GET", "api/v1/why", self.all),
            Route("GET", "api/v1/names", self.names),
            Route("GET", "api/v1/labels", self.labels),
            Route("GET", "api/v1/label/{name}/values", self.values),
        )

    async def xid(self, call: Call) -> Response:
        code = call.path["code"]
        if not code.isascii() or not code.isdecimal() or len(code) > 6:
            return refusal(404, f"{code[:40]!r} is no error code")
        number = int(code)
        return as_json(describe((sxid if number >= _FIRST_SXID else xid)(number)))

    async def alert(self, call: Call) -> Response:
        alert = documents.find(call.path["name"])
        if alert is None:
            return refusal(404, f"{call.path['name'][:100]} is not one of ours")
        return as_json(_alert(alert))

    async def series(self, call: Call) -> Response:
        name = call.path["name"]
        record = _records().get(name)
        if record is not None:
            return as_json(
                {
                    "name": name, "meaning": record.help, "unit": record.unit,
                    "worked out by": record.expr,
                }
            )  # fmt: skip
        field = resolve(name)
        if field is None:
            return refusal(404, f"nothing is known of {name[:100]}")
        return as_json(field_words.describe(field))

    async def all(self, call: Call) -> Response:
        del call
        return as_json(_all())

    async def names(self, call: Call) -> Response:
        """What Prometheus has by name, with what is known of it; asked for once a minute."""
        del call
        now = self._clock.monotonic()
        if self._names is None or now - self._names[0] > GOOD_FOR:
            async with self._query.turn():
                there = await self._prometheus.label_values("__name__")
                try:
                    told = await self._prometheus.metadata()
                except WarpwatchError:  # not all that answer like Prometheus have it
                    told = {}
            helped = {name: rows[0].help for name, rows in told.items() if rows}
            self._names = (now, [_named(name, helped) for name in _ours_first(there)[:NAMES]])
        return as_json(self._names[1])

    async def labels(self, call: Call) -> Response:
        async with self._query.turn():
            return as_json(await self._prometheus.label_names(_match(call)))

    async def values(self, call: Call) -> Response:
        name = call.path["name"]
        if not name.isidentifier() or not name.isascii():
            return refusal(404, "there is no label of this name")
        async with self._query.turn():
            return as_json((await self._prometheus.label_values(name, _match(call)))[:1000])


def _match(call: Call) -> tuple[str, ...]:
    said = call.query.get("match", "")
    return (said[:500],) if said else ()


def _named(name: str, helped: Mapping[str, str]) -> dict[str, str]:
    record = _records().get(name)
    if record is not None:
        return {"name": name, "help": record.help, "unit": record.unit}
    return {"name": name, "help": helped.get(name, "")[:300], "unit": ""}


def _ours_first(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (":" not in name, name))


def _alert(alert: Alert) -> Facts:
    book = alert.runbook
    return {
        "name": alert.name,
        "severity": str(alert.severity),
        "family": alert.family,
        "what": alert.summary,
        "meaning": book.meaning,
        "who acts": book.acts,
        "first": list(book.first),
        "over": book.over,
        "told after": duration(alert.lasting) if alert.lasting else "at once",
        "expression": alert.expr,
    }


@cache
def _records() -> Mapping[str, Record]:
    return {
        rule.name: rule
        for group in recorded(Options())
        for rule in group.rules
        if isinstance(rule, Record)
    }


@cache
def _all() -> Mapping[str, object]:
    """A list of everything that has an explanation, for the search."""
    found = (documents.find(name) for name in documents.names())
    return {
        "alerts": [
            {"name": alert.name, "severity": str(alert.severity), "text": alert.summary}
            for alert in found
            if alert is not None
        ],
        "xids": [
            {"code": entry.code, "class": str(entry.class_), "text": entry.short}
            for entry in entries(Space.XID).values()
        ],
        "series": [
            {"name": record.name, "unit": record.unit, "text": record.help}
            for record in _records().values()
        ],
    }
