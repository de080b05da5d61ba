"""Questions of a browser to Prometheus: bounded, so that none can bring it down."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clients.prometheus.results import Series
from warpwatch.errors import InputError, WarpwatchError
from warpwatch.httpd import Response
from warpwatch.web.routes import Call, Route, as_json
from warpwatch.web.settings import Bounds

_DAY = 86400.0


class Busy(WarpwatchError):
    """As many ask already as may."""


class Query:
    def __init__(self, prometheus: Prometheus, bounds: Bounds) -> None:
        self._prometheus = prometheus
        self._bounds = bounds
        self._turn = asyncio.Semaphore(bounds.at_once)
        self._asking = 0

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "api/v1/query", self.now),
            Route("GET", "api/v1/range", self.over),
        )

    async def now(self, call: Call) -> Response:
        promql = self._expression(call)
        at = call.number("time") if call.query.get("time") else None
        async with self.turn():
            answer = await self._prometheus.query(promql, at)
        kept = answer.data[: self._bounds.series]
        return as_json(
            {
                "samples": [
                    {"labels": sample.labels, "value": finite(sample.value)} for sample in kept
                ],
                "left_out": len(answer.data) - len(kept),
                "warnings": answer.warnings,
            }
        )

    async def over(self, call: Call) -> Response:
        promql = self._expression(call)
        start, end, step = self.span(call)
        answer = await self.range(promql, start, end, step)
        kept = answer[: self._bounds.series]
        count = round((end - start) / step) + 1
        return as_json(
            {
                "start": start,
                "step": step,
                "count": count,
                "series": [
                    {"labels": series.labels, "values": column(series, start, step, count)}
                    for series in kept
                ],
                "left_out": len(answer) - len(kept),
            }
        )

    async def range(self, promql: str, start: float, end: float, step: float) -> tuple[Series, ...]:
        async with self.turn():
            return (await self._prometheus.query_range(promql, start, end, step)).data

    def _expression(self, call: Call) -> str:
        promql = call.query.get("query", "").strip()
        if not promql:
            raise InputError("query", "is empty")
        if len(promql) > self._bounds.letters:
            raise InputError("query", f"has more than {self._bounds.letters} letters")
        return promql

    def span(self, call: Call) -> tuple[float, float, float]:
        """Start, end and step; times are on the step, so that what is asked again is the same."""
        bounds = self._bounds
        start, end = call.number("start"), call.number("end")
        if not 0 < end - start <= bounds.days * _DAY:
            raise InputError("start and end", f"are not within {bounds.days:g} days of each other")
        least = max(1.0, (end - start) / bounds.points)
        step = math.ceil(max(least, call.number("step", least)))
        start, end = math.ceil(start / step) * step, math.floor(end / step) * step
        return float(start), float(max(start, end)), float(step)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        if self._asking >= self._bounds.at_once + self._bounds.waiting:
            raise Busy("as many questions wait for Prometheus as may", hint="try again in a moment")
        self._asking += 1
        try:
            async with self._turn:
                yield
        finally:
            self._asking -= 1


def finite(value: float) -> float | str:
    """JSON has no infinity and no NaN, and a browser must not take them for nothing."""
    return (
        value if math.isfinite(value) else {math.inf: "+Inf", -math.inf: "-Inf"}.get(value, "NaN")
    )


def column(series: Series, start: float, step: float, count: int) -> list[float | None]:
    """Its values at each step; None where there is none."""
    values: list[float | None] = [None] * count
    for time, text in series.points:
        at = round((time - start) / step)
        value = float(text)
        if 0 <= at < count and math.isfinite(value):
            values[at] = value
    return values
