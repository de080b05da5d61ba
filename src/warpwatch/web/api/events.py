"""What happened within a range, once for all browsers that look at the same."""

import asyncio
from dataclasses import asdict

from warpwatch.clock import Clock
from warpwatch.httpd import Response
from warpwatch.web import timeline
from warpwatch.web.api.query import Query
from warpwatch.web.routes import Call, Route, as_json
from warpwatch.web.timeline import Event, Where

GOOD_FOR = 10.0
"""Seconds for which an answer is given again."""
KEPT = 64
STEPS = 240
"""At most into so many a range is cut."""
_Key = tuple[Where, float, float, float]


class Events:
    def __init__(self, query: Query, clock: Clock) -> None:
        self._query = query
        self._clock = clock
        self._known: dict[_Key, tuple[float, asyncio.Task[tuple[Event, ...]]]] = {}

    def routes(self) -> tuple[Route, ...]:
        return (Route("GET", "api/v1/events", self.events),)

    async def events(self, call: Call) -> Response:
        start, end = call.number("start"), call.number("end")
        least = max(5.0, (end - start) / STEPS)
        query = {**call.query, "step": str(max(least, call.number("step", least)))}
        span = self._query.span(Call(call.request, call.caller, call.path, query))
        where = Where(call.query.get("node", ""), call.query.get("uuid", ""))
        found = await self._once((where, *span))
        return as_json({"start": span[0], "end": span[1], "events": list(map(asdict, found))})

    async def _once(self, key: _Key) -> tuple[Event, ...]:
        now = self._clock.monotonic()
        self._known = {
            each: known for each, known in self._known.items() if now - known[0] < GOOD_FOR
        }
        if key not in self._known:
            while len(self._known) >= KEPT:
                del self._known[next(iter(self._known))]
            self._known[key] = (now, asyncio.create_task(self._asked(key)))
        task = self._known[key][1]
        try:
            # Others may wait for the same answer: one who is called off must not take it along.
            return await asyncio.shield(task)
        except Exception:
            self._known.pop(key, None)
            raise

    async def _asked(self, key: _Key) -> tuple[Event, ...]:
        where, start, end, step = key
        answers = await asyncio.gather(
            *(self._query.range(each, start, end, step) for each in timeline.questions(where))
        )
        return timeline.events(answers, start, end, step)
