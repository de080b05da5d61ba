"""The fleet: its order, its bytes as they change, its workloads."""

from collections.abc import Callable
from dataclasses import asdict

from warpwatch.httpd import Response
from warpwatch.web import fleet
from warpwatch.web.hub import Hub, status, summary
from warpwatch.web.poll import Poll
from warpwatch.web.routes import JSON, Call, Handler, Route, as_json, refusal
from warpwatch.web.snapshot import Snapshot, Work

Shown = dict[str, object]


class Fleet:
    def __init__(self, poll: Poll, hub: Hub) -> None:
        self._poll = poll
        self._hub = hub

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "api/v1/stream", self.stream),
            Route("GET", "api/v1/index", self.index),
            Route("GET", "api/v1/summary", self._of(summary)),
            Route("GET", "api/v1/workloads", self._of(_workloads)),
            Route("GET", "api/v1/workload/{name...}", self.workload),
            Route("GET", "api/v1/gpu/{uuid}/owners", self.owners),
        )

    async def stream(self, call: Call) -> Response:
        del call
        if self._hub.full:
            return refusal(503, "too many browsers look at this console already")
        if not self._hub.watching:
            self._poll.begin()
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return Response(b"", 200, "text/event-stream", headers, self._hub.stream())

    async def index(self, call: Call) -> Response:
        snapshot = self._poll.sight.snapshot
        if snapshot is None:
            return self._nothing()
        tag = f'"{snapshot.index.tag}"'
        headers = {"etag": tag, "cache-control": "no-cache", "vary": "accept-encoding"}
        if call.request.headers.get("if-none-match") == tag:
            return Response(b"", 304, JSON, headers)
        if "gzip" in call.request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            return Response(snapshot.index.packed, 200, JSON, headers)
        return Response(snapshot.index.json, 200, JSON, headers)

    def _of(self, made: Callable[[Snapshot], object]) -> Handler:
        async def answer(call: Call) -> Response:
            del call
            snapshot = self._poll.sight.snapshot
            return self._nothing() if snapshot is None else as_json(made(snapshot))

        return answer

    async def workload(self, call: Call) -> Response:
        work = next((work for work in self._works() if work.id == call.path["name"]), None)
        if work is None:
            return refusal(404, f"no workload {call.path['name']!r} has a GPU now")
        return as_json(asdict(work))

    async def owners(self, call: Call) -> Response:
        return as_json([asdict(work) for work in self._works() if call.path["uuid"] in work.gpus])

    def _works(self) -> tuple[Work, ...]:
        snapshot = self._poll.sight.snapshot
        return () if snapshot is None else snapshot.works

    def _nothing(self) -> Response:
        said = status(self._poll.sight)
        return refusal(503, str(said["problem"]) or "nothing is known yet", str(said["hint"]))


def _workloads(snapshot: Snapshot) -> list[Shown]:
    return [asdict(work) for work in snapshot.works]


def measures() -> list[Shown]:
    return [asdict(measure) for measure in fleet.MEASURES]
