"""Prometheus and Alertmanager as a console sees them, played: a fleet that a test says.

The real ones are in the story of an incident; these are for what a real one does not do on demand,
such as labels with markup, an answer that does not come, and ten thousand GPUs at once.
"""

import asyncio
import json
import re
import threading
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from warpwatch.httpd import Limits, Request, Response, Server
from warpwatch.httpd.message import plain

Labels = Mapping[str, str]
Sample = tuple[Labels, float]
NOW = 1_800_000_000.0
_METHODS = ("GET", "HEAD", "POST", "DELETE")
_LIMITS = Limits(body_bytes=1 << 20, head_bytes=1 << 16)


@dataclass
class Fleet:
    """What Prometheus knows: samples by the name of their series."""

    series: dict[str, list[Sample]] = field(default_factory=dict)
    past: list[Sample] = field(default_factory=list)
    """Owners that were told of a while ago."""
    alerts: list[dict[str, Any]] = field(default_factory=list)
    """As Alertmanager lists them."""
    silences: list[dict[str, Any]] = field(default_factory=list)
    broken: str = ""
    """What Prometheus says instead of an answer."""
    slow: float = 0.0
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and expression of each question."""
    quick: bool = False
    """Whether each question has two answers, given in turn and worked out once: what a bench wants
    of a server that is not to be measured.
    """
    _kept: dict[tuple[str, bool], bytes] = field(default_factory=dict)
    _other: set[str] = field(default_factory=set)

    def add(self, name: str, value: float, **labels: str) -> None:
        self.series.setdefault(name, []).append(({"__name__": name, **labels}, value))

    def fire(self, alertname: str, severity: str, **labels: str) -> None:
        said = {"alertname": alertname, "severity": severity, **labels}
        self.add("ALERTS", 1, alertstate="firing", **said)
        self.add("ALERTS_FOR_STATE", NOW - 300, **said)
        self.alerts.append(
            {
                "labels": said,
                "annotations": {"summary": "", "description": f"{alertname} is described."},
                "status": {"state": "active", "silencedBy": [], "inhibitedBy": []},
            }
        )

    def calm(self) -> None:
        """Nothing is wrong any more, and rules are worked out."""
        self.series.pop("ALERTS")
        self.series.pop("ALERTS_FOR_STATE")
        self.alerts.clear()
        self.fire("Watchdog", "none")

    def answer(self, promql: str) -> list[Sample]:
        """Enough of PromQL for what the console asks: names, one aggregation, equality, a pattern
        of UUIDs, and the last of what is past.
        """
        if promql.startswith("last_over_time(gpu_owner"):
            return [*self._chosen(promql, self.past), *self._named(promql)]
        found = self._named(promql)
        by = re.match(r"(group|max|count|sum|avg) by \(([^)]*)\)", promql)
        if by is not None:
            return _grouped(by[1], [name.strip() for name in by[2].split(",")], found)
        if promql.startswith(("count(", "sum(", "avg(")):
            total = sum(value for _, value in found)
            whole = {"count": float(len(found)), "sum": total, "avg": total / max(1, len(found))}
            return [({}, whole[promql.partition("(")[0]])] if found else []
        return found

    def vector(self, promql: str) -> bytes:
        """The whole of an answer to a question about now."""
        if not self.quick:
            return _vector(self.answer(promql), 1.0)
        other = promql in self._other
        self._other ^= {promql}
        if (promql, other) not in self._kept:
            self._kept[promql, other] = _vector(self.answer(promql), 0.9 if other else 1.0)
        return self._kept[promql, other]

    def _named(self, promql: str) -> list[Sample]:
        pattern = re.search(r'__name__=~"([^"]+)"', promql)
        names = [
            name
            for name in self.series
            if (pattern and re.fullmatch(pattern[1], name))
            or re.search(rf"(?<![\w:]){re.escape(name)}(?![\w:])", promql)
        ]
        return self._chosen(promql, [row for name in names for row in self.series[name]])

    def _chosen(self, promql: str, rows: list[Sample]) -> list[Sample]:
        wanted = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', promql)
        equal = {name: json.loads(f'"{value}"') for name, value in wanted}
        pattern = re.search(r'uuid=~"([^"]*)"', promql)
        return [
            (labels, value)
            for labels, value in rows
            if all(labels.get(label, "") == value for label, value in equal.items())
            and (pattern is None or re.fullmatch(pattern[1], labels.get("uuid", "")))
        ]


def _grouped(how: str, names: list[str], found: Iterable[Sample]) -> list[Sample]:
    groups: dict[tuple[tuple[str, str], ...], list[float]] = {}
    for labels, value in found:
        key = tuple((name, labels[name]) for name in names if labels.get(name))
        groups.setdefault(key, []).append(value)
    merge: dict[str, Callable[[list[float]], float]] = {
        "group": lambda _: 1.0,
        "max": max,
        "sum": sum,
        "count": len,
    }
    return [(dict(key), float(merge[how](values))) for key, values in groups.items()]


def fleet(nodes: int = 4, gpus: int = 8, *, quiet: bool = True) -> Fleet:
    """Racks of two nodes; where not `quiet`, one GPU is lost and one is warm."""
    made = Fleet()
    made.fire("Watchdog", "none")
    made.add("warpwatch_source_info", 1, simulated="true")
    for node in range(nodes):
        name, rack = f"n{node:03}", f"r{node // 2:02}"
        made.add("up", 1, node=name, instance=f"{name}:9400", rack=rack, job="gpus")
        for gpu in range(gpus):
            _gpu(made, name, gpu, (node * gpus + gpu) % 10)
    if not quiet:
        lost = {"node": "n001", "gpu": "3", "uuid": "GPU-n001-3"}
        made.fire("GPUFallenOffBus", "critical", xid="79", **lost)
        made.fire("GPUHot", "warning", node="n002", gpu="5", uuid="GPU-n002-5")
    return made


def _gpu(made: Fleet, node: str, gpu: int, step: int) -> None:
    uuid = f"GPU-{node}-{gpu}"
    labels = {"node": node, "gpu": str(gpu), "uuid": uuid, "model": "NVIDIA H100"}
    made.add("gpu:source:info", 1, **labels)
    made.add("gpu:collect_success:bool", 1, node=node, gpu=str(gpu), uuid=uuid)
    for name, value in (
        ("activity:ratio", step / 10),
        ("utilisation:ratio", min(1.0, step / 8)),
        ("memory_used:ratio", 0.5),
        ("temperature:celsius", 30 + 5 * step),
        ("power:watts", 100 + 60 * step),
        ("idle_allocated:ratio", float(step == 0)),
        ("allocated:ratio", 1.0),
    ):
        made.add(f"gpu:{name}", value, **labels)
    work = {"workload_namespace": "research", "workload_pod": f"train-{node}", "team": "vision"}
    made.add("gpu_owner:share:ratio", 1, **labels, **work)
    made.add("gpu_owner:workload:info", 1, **labels, **work)


class _Played:
    def __init__(self, known: Fleet) -> None:
        self.known = known

    async def __call__(self, request: Request) -> Response:
        known = self.known
        form = dict(
            urllib.parse.parse_qsl(request.body.decode() if request.body else request.query)
        )
        known.asked.append((request.path, form.get("query", "")))
        if request.path.startswith("/api/v2/"):
            return self._alertmanager(request)
        if known.slow:
            await asyncio.sleep(known.slow)
        if known.broken:
            return _json({"status": "error", "errorType": "internal", "error": known.broken}, 503)
        return self._prometheus(request.path, form)

    def _prometheus(self, path: str, form: Mapping[str, str]) -> Response:
        known = self.known
        data: object = {}
        promql = form.get("query", "")
        if promql.count("(") != promql.count(")"):
            said = {"status": "error", "errorType": "bad_data", "error": "unclosed parenthesis"}
            return _json(said, 400)
        if path == "/api/v1/query":
            return Response(known.vector(promql), 200, "application/json")
        if path == "/api/v1/query_range":
            start, end, step = (float(form[name]) for name in ("start", "end", "step"))
            times = [start + step * at for at in range(round((end - start) / step) + 1)]
            ranges = [
                {"metric": labels, "values": [[time, str(value)] for time in times]}
                for labels, value in known.answer(promql)
            ]
            data = {"resultType": "matrix", "result": ranges}
        elif path == "/api/v1/label/__name__/values":
            data = sorted(known.series)
        elif path == "/api/v1/labels":
            data = sorted(
                {name for rows in known.series.values() for row, _ in rows for name in row}
            )
        elif path == "/api/v1/rules":
            rule = {"name": "GPUHot", "query": "gpu:temperature:celsius > 85", "type": "alerting"}
            broken = {**rule, "name": "gpu:x:y", "type": "recording", "health": "err",
                      "lastError": "many-to-many matching"}  # fmt: skip
            data = {"groups": [{"name": "alerts", "interval": 30,
                                "rules": [{**rule, "health": "ok"}, broken]}]}  # fmt: skip
        elif path == "/api/v1/targets":
            target = {"labels": {"instance": "n000:9400"}, "scrapePool": "gpus", "health": "up",
                      "scrapeUrl": "http://n000:9400/metrics"}  # fmt: skip
            down = {**target, "health": "down", "lastError": "connection refused",
                    "scrapeUrl": "http://n009:9400/metrics"}  # fmt: skip
            data = {"activeTargets": [target, down]}
        elif path == "/api/v1/status/buildinfo":
            data = {"version": "3.5.0"}
        return _json({"status": "success", "data": data})

    def _alertmanager(self, request: Request) -> Response:
        known = self.known
        path = request.path.removeprefix("/api/v2/")
        if path == "silences" and request.method == "POST":
            made = json.loads(request.body)
            number = f"0000-{len(known.silences)}"
            known.silences.append({**made, "id": number, "status": {"state": "active"}})
            self._hush()
            return _json({"silenceID": number})
        if path.startswith("silence/") and request.method == "DELETE":
            number = path.removeprefix("silence/")
            for silence in known.silences:
                if silence["id"] == number:
                    silence["status"] = {"state": "expired"}
            self._hush()
            return _json(None)
        if path == "alerts":
            return _json(known.alerts)
        if path == "silences":
            return _json(known.silences)
        if path == "status":
            return _json({"versionInfo": {"version": "0.28.1"}, "config": {"original": ""}})
        return plain("404\n", 404)

    def _hush(self) -> None:
        for alert in self.known.alerts:
            by = [
                silence["id"]
                for silence in self.known.silences
                if silence["status"]["state"] == "active"
                and all(
                    _fits(alert["labels"].get(matcher["name"], ""), matcher)
                    for matcher in silence["matchers"]
                )
            ]
            state = "suppressed" if by else "active"
            alert["status"] = {"state": state, "silencedBy": by, "inhibitedBy": []}


def _fits(value: str, matcher: Mapping[str, Any]) -> bool:
    if matcher["isRegex"]:
        return re.fullmatch(matcher["value"], value) is not None
    return bool(value == matcher["value"])


def _vector(rows: list[Sample], factor: float) -> bytes:
    result = [{"metric": labels, "value": [NOW, str(value * factor)]} for labels, value in rows]
    data = {"resultType": "vector", "result": result}
    return json.dumps({"status": "success", "data": data}).encode()


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value).encode(), status, "application/json")


@contextmanager
def played(known: Fleet, listen: str = "127.0.0.1:0") -> Iterator[str]:
    """The address of both, for as long as they are there; in a thread of their own."""
    ready, ended = threading.Event(), threading.Event()
    port: list[int] = []

    async def main() -> None:
        server = Server(_Played(known), listen, _LIMITS, methods=_METHODS)
        await server.start()
        port.append(server.port)
        ready.set()
        while not ended.is_set():
            await asyncio.sleep(0.02)
        await server.stop(grace=1)

    thread = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield f"http://127.0.0.1:{port[0]}"
    finally:
        ended.set()
        thread.join(10)
