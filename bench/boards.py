"""Every query of every panel over 10 000 GPUs, as Grafana asks it: what is slowest on each board.

./run bench boards
BOARDS_NODES=125 ./run bench boards

A real stack watches a simulated fleet for some minutes, so that series and labels are as they are;
then hours of all series that boards ask for are written into an empty Prometheus, and asked for.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import past
from measure import warpwatch
from promserver import Prometheus, prometheus  # of the tests
from stack import COUNTERS, GPUS, SETTINGS, Stack, wait
from warpwatch import control
from warpwatch.dashboards.boards import BOARDS
from warpwatch.dashboards.dashboard import Begin, Dashboard
from warpwatch.dashboards.drawing import INTERVAL, drawn
from warpwatch.dashboards.panel import Panel
from warpwatch.dashboards.render import SOURCE
from warpwatch.terminal import figures
from warpwatch.units import Seconds

NODES = int(os.environ.get("BOARDS_NODES", "1250"))
MINUTES = float(os.environ.get("BOARDS_MINUTES", "6"))
ROUNDS = 3
PIXELS = 800
"""Of a chart: Grafana asks for no more points."""
SCRAPED, RECORDED = 15.0, 60.0
AHEAD = 900.0
AROUND = """
[[stack.scrape]]
job = "simulated-{kind}"
http_sd = "http://127.0.0.1:{port}/sd/{kind}"
"""


_NAME = re.compile(r"[a-zA-Z_:][\w:]*")


@dataclass(frozen=True, slots=True)
class Asked:
    panel: str
    expr: str
    now: bool


@dataclass(frozen=True, slots=True)
class Took:
    asked: Asked
    seconds: float
    size: int
    series: int


def main() -> None:
    print(f"\nBoards over {NODES * GPUS} GPUs on {NODES} nodes, as Grafana asks for them")
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        series = _known(home)
        with prometheus(
            home, "", flags=("--web.enable-remote-write-receiver",), interval="15s"
        ) as server:
            # Beyond now, so that what is asked for now, when all is written, is there.
            end = (time.time() + AHEAD) // 120 * 120
            _fill(server, series, end)
            _commands(server)
            for board in BOARDS:
                _report(server, board, end)


def _known(home: Path) -> list[past.Series]:
    """All that boards ask for, as a stack has it that watches a fleet."""
    words = ("sim", "--nodes", str(NODES), "--gpus", str(GPUS), "--listen", "127.0.0.1:0")
    runtime = home / "fleet"
    runtime.mkdir()
    env = {"XDG_RUNTIME_DIR": str(runtime)}
    with ExitStack() as open_:
        _, port = open_.enter_context(warpwatch(*words, "-f", str(COUNTERS), env=env))
        settings = SETTINGS.format(webhook="http://127.0.0.1:9/", port=port, interval="60s")
        # Only labels are wanted of it, and programs and hosts are scraped too.
        settings = settings.replace('"15s"', '"60s"')
        settings += "".join(AROUND.format(kind=kind, port=port) for kind in ("hosts", "programs"))
        stack = Stack(home, settings)
        open_.enter_context(stack.up())
        wait(lambda: stack.query('count(up{job="fleet"} == 1)') == NODES, "all targets are up")
        _trouble(runtime)
        time.sleep(MINUTES * 60)
        server = Prometheus(str(stack.part("prometheus")["url"]))
        names = set(_get(server, "label/__name__/values", {}))
        missing = [name for name in _spans() if ":" in name and name not in names]
        print(f"  not there: {', '.join(missing) or 'nothing'}")
        return [
            past.Series(row["metric"], float(row["value"][1]))  # type: ignore[index]
            for name in sorted(names & _spans().keys())
            for row in server.query(f'{{__name__="{name}"}}')
        ]


def _trouble(runtime: Path) -> None:
    """What happens to so many GPUs in a day or two."""
    (socket,) = (runtime / "warpwatch").glob("sim-*.sock")
    faults: tuple[dict[str, object], ...] = (
        {"fault": "xid", "code": 31},
        {"fault": "sbe"},
        {"fault": "pcie_replay"},
        {"fault": "remapped_rows", "correctable": 1},
    )
    for number in range(1, NODES, 25):
        told = {"node": f"gpu-{number:04d}", "gpu": number % GPUS}
        for fault in faults:
            control.send(socket, {**fault, **told})


def _spans() -> dict[str, float]:
    """How far back each series is asked for."""
    spans: dict[str, float] = {}
    for board in BOARDS:
        since = Seconds.parse(board.since.removeprefix("now-"))
        for choice in board.variables:
            for name in _NAME.findall(choice.query):
                spans.setdefault(name, 3600.0)
        for asked in _asked(board):
            far = 86400.0 if "[1d]" in asked.expr else 3600.0 if asked.now else float(since)
            for name in _NAME.findall(asked.expr):
                spans[name] = max(spans.get(name, 0), far)
    shown = (
        *figures.GPU,
        *figures.INSTANCE,
        *(each.figure for each in (*figures.NODE, *figures.WORK)),
    )
    for figure in shown:
        spans.setdefault(figure.series, 3600.0)
    return spans


def _fill(server: Prometheus, series: list[past.Series], end: float) -> None:
    spans = _spans()
    groups: dict[tuple[float, float], list[past.Series]] = {}
    for each in series:
        recorded = ":" in each.name or each.name == "ALERTS"
        key = spans[each.name], RECORDED if recorded else SCRAPED
        groups.setdefault(key, []).append(each)
    began, written = time.monotonic(), 0
    longest = max(span for span, _ in groups)
    at = end - longest
    while at < end:
        until = min(at + past.SLICE, end)
        for (span, step), members in groups.items():
            if until > end - span:
                told = past.Span(at, until, step, end - longest)
                written += past.write(server.url, members, told)
        at = until
    took = time.monotonic() - began
    print(f"  {len(series)} series, {written / 1e6:.0f} million samples, written in {took:.0f} s")


def _commands(server: Prometheus) -> None:
    """What somebody waits for in a terminal; its own start is in it."""
    node = f"gpu-{NODES // 2:04d}"
    for words in (
        ("top", "--once"),
        ("get", "gpus"),
        ("get", "nodes"),
        ("get", "jobs"),
        ("describe", "node", node),
        ("describe", "gpu", f"{node}:3"),
    ):
        command = [sys.executable, "-m", "warpwatch", *words, "--prometheus", server.url]
        began = time.monotonic()
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        took = time.monotonic() - began
        if done.returncode:
            print(f"  warpwatch {' '.join(words)}: {done.stderr}")
            continue
        print(f"  warpwatch {' '.join(words)}: {took:.2f} s, {len(done.stdout.splitlines())} lines")


def _asked(board: Dashboard) -> Iterator[Asked]:
    for row in board.rows:
        for panel in row.panels:
            if isinstance(panel, Panel):
                for target in drawn(panel, SOURCE)["targets"]:
                    yield Asked(panel.title, target["expr"], target["instant"])


def _chosen(server: Prometheus, board: Dashboard, end: float) -> tuple[dict[str, str], float]:
    """What Grafana puts in for each variable at first, and how long the slowest takes to list; for
    the first of all one of the middle, so that it is one of the fleet.
    """
    chosen: dict[str, str] = {}
    slowest = 0.0
    for variable in board.variables:
        selector, _, label = _put(variable.query[13:-1], chosen).rpartition(", ")
        began = time.monotonic()
        question = {"match[]": selector, "start": end - 10800, "end": end}
        values = _get(server, f"label/{label}/values", question)
        slowest = max(slowest, time.monotonic() - began)
        match variable.begin:
            case Begin.ALL:
                chosen[variable.name] = ".*"
            case Begin.LISTED:
                chosen[variable.name] = "|".join(map(_escaped, values))
            case Begin.FIRST:
                chosen[variable.name] = _escaped(values[len(values) // 2]) if values else ""
    return chosen, slowest


def _escaped(value: str) -> str:
    """As Grafana does it for a pattern in a text."""
    return re.sub(r"[\\^$*{}\[\]'+?.()|]", r"\\\\\g<0>", value)


def _put(expr: str, chosen: dict[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda found: chosen[found[1]], expr)


def _report(server: Prometheus, board: Dashboard, end: float) -> None:
    chosen, listing = _chosen(server, board, end)
    since = float(Seconds.parse(board.since.removeprefix("now-")))
    step = max(float(Seconds.parse(INTERVAL)), -(-since / PIXELS // 30) * 30)
    chosen["__rate_interval"] = f"{max(step + SCRAPED, 4 * SCRAPED):.0f}s"
    chosen["__from"] = f"{(end - since) * 1000:.0f}"
    window = {"start": end - since, "end": end, "step": step}
    took = [_time(server, asked, _put(asked.expr, chosen), window) for asked in _asked(board)]
    slow = sorted(took, key=lambda each: -each.seconds)
    total = sum(each.seconds for each in took)
    empty = sum(each.series == 0 for each in took)
    print(
        f"  {board.name}: {len(took)} queries, {total:.2f} s together, {empty} without an answer; "
        f"the slowest list of a variable {listing * 1000:.0f} ms"
    )
    for each in slow[:3]:
        kind = "now" if each.asked.now else "range"
        print(
            f"    {each.seconds * 1000:6.0f} ms {each.size / 1e3:8.0f} kB {each.series:6d} series  "
            f"{each.asked.panel} ({kind})"
        )


def _time(server: Prometheus, asked: Asked, expr: str, window: dict[str, float]) -> Took:
    """The median; from the question to the last byte of its answer."""
    question: dict[str, object] = {"query": expr}
    if asked.now:
        path, question["time"] = "query", window["end"] - RECORDED
    else:
        path, question = "query_range", {**question, **window}
    seconds, body = [], b""
    for _ in range(ROUNDS):
        began = time.monotonic()
        body = _read(server, path, question)
        seconds.append(time.monotonic() - began)
    series = len(json.loads(body)["data"]["result"])
    return Took(asked, statistics.median(seconds), len(body), series)


def _get(server: Prometheus, path: str, question: dict[str, object]) -> list[str]:
    values: list[str] = json.loads(_read(server, path, question))["data"]
    return values


def _read(server: Prometheus, path: str, question: dict[str, object]) -> bytes:
    url = f"{server.url}/api/v1/{path}?{urllib.parse.urlencode(question)}"
    with urllib.request.urlopen(url, timeout=120) as answer:  # noqa: S310  our own
        body: bytes = answer.read()
    return body
