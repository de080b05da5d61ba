"""The whole stack around a simulated fleet: rules in time, memory, disk, and how soon one is told.

./run bench stack                 10, 100 and 1250 nodes of 8 GPUs, four minutes each
STACK_NODES=100 STACK_MINUTES=10 ./run bench stack
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "kit"))

from measure import cpu_of, memory_of, warpwatch
from sinks import WebSink, sinks

SIZES = [int(size) for size in os.environ.get("STACK_NODES", "10 100 1250").split()]
MINUTES = float(os.environ.get("STACK_MINUTES", "4"))
GPUS = 8
COUNTERS = Path(__file__).parents[1] / "deploy" / "generated" / "warpwatch-counters.csv"
SETTINGS = """
[stack]
prometheus = "127.0.0.1:0"
alertmanager = "127.0.0.1:0"
node_exporter = "127.0.0.1:0"
scrape_interval = "15s"
webhook = "{webhook}"

[[stack.scrape]]
job = "fleet"
http_sd = "http://127.0.0.1:{port}/sd"
honor_labels = true

[rules]
interval = "{interval}"
"""
MANY = 500
"""Nodes from which on rules are worked out once a minute, as docs/scaling.md says."""
PATIENCE = 300.0


class Stack:
    """`warpwatch up` in folders of its own."""

    def __init__(self, home: Path, settings: str) -> None:
        self.env = {
            f"XDG_{name.upper()}_{'DIR' if name == 'runtime' else 'HOME'}": str(home / name)
            for name in ("state", "cache", "runtime", "config")
        }
        (home / "runtime").mkdir(parents=True, exist_ok=True)
        file = home / "config" / "warpwatch" / "warpwatch.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(settings)
        self.state = home / "state" / "warpwatch"

    @contextmanager
    def up(self) -> Iterator[float]:
        """Seconds until everything ran."""
        words = [sys.executable, "-m", "warpwatch", "up"]
        words += ["--source", "sim:1xT4", "--address", "127.0.0.1:0"]
        began = time.monotonic()
        process = subprocess.Popen(
            words,
            env={**os.environ, **self.env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait(lambda: self._complete(process), "the stack runs")
            yield time.monotonic() - began
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()

    def _complete(self, process: "subprocess.Popen[bytes]") -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"warpwatch up ended with {process.returncode}: run it by hand")
        try:
            record = json.loads((self.state / "running.json").read_text())
        except (OSError, ValueError):
            return False
        ready = all(part["state"] == "ready" for part in record["parts"])
        return bool(record["pid"] == process.pid and record["complete"] and ready)

    def part(self, name: str) -> Mapping[str, object]:
        record = json.loads((self.state / "running.json").read_text())
        return next(part for part in record["parts"] if part["name"] == name)

    def query(self, promql: str) -> float:
        """The greatest of the answers; nothing is a zero, which counts of trouble mean by it."""
        url = f"{self.part('prometheus')['url']}/api/v1/query"
        question = urllib.parse.urlencode({"query": promql})
        with urllib.request.urlopen(f"{url}?{question}", timeout=60) as answer:  # noqa: S310  our own
            rows = json.load(answer)["data"]["result"]
        return max((float(row["value"][1]) for row in rows), default=0.0)


def wait(holds: Callable[[], bool], what: str) -> float:
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > PATIENCE:
            raise TimeoutError(f"waited {PATIENCE:.0f} s until {what}")
        time.sleep(0.1)
    return time.monotonic() - began


def told_of(sink: WebSink, alert: str) -> bool:
    return any(
        each["labels"]["alertname"] == alert for body in sink.at("/") for each in body["alerts"]
    )


def size(nodes: int, home: Path) -> None:
    words = ("sim", "--nodes", str(nodes), "--gpus", str(GPUS), "--listen", "127.0.0.1:0")
    with ExitStack() as open_:
        sink, _ = open_.enter_context(sinks())
        runtime = home / "fleet"
        runtime.mkdir()
        env = {"XDG_RUNTIME_DIR": str(runtime)}
        fleet, port = open_.enter_context(warpwatch(*words, "-f", str(COUNTERS), env=env))
        webhook = f"http://127.0.0.1:{sink.server_port}/"
        interval = "60s" if nodes >= MANY else "30s"
        stack = Stack(home, SETTINGS.format(webhook=webhook, port=port, interval=interval))
        open_.enter_context(stack.up())
        pid = int(str(stack.part("prometheus")["pid"]))
        wait(lambda: stack.query('count(up{job="fleet"} == 1)') == nodes, "all targets are up")
        before, began = cpu_of(pid), time.monotonic()
        time.sleep(MINUTES * 60)
        passed, spent = time.monotonic() - began, cpu_of(pid) - before
        report(stack, nodes, spent / passed, memory_of(pid), memory_of(fleet))
        fired, told = incident(stack, sink, env)
        print(f"  an XID fires after {fired:.0f} s and reaches a webhook after {told:.0f} s")
        sys.stdout.flush()


def report(stack: Stack, nodes: int, core: float, memory: float, fleet: float) -> None:
    down = stack.query('count(up{job="fleet"} == 0)')
    missed = stack.query("sum(prometheus_rule_group_iterations_missed_total)")
    failed = stack.query("sum(prometheus_rule_evaluation_failures_total)")
    share = stack.query(
        "max(prometheus_rule_group_last_duration_seconds / prometheus_rule_group_interval_seconds)"
    )
    scraped = stack.query('sum(scrape_samples_scraped{job="fleet"})')
    series = stack.query("prometheus_tsdb_head_series")
    samples = stack.query("rate(prometheus_tsdb_head_samples_appended_total[2m])")
    gpus = nodes * GPUS
    print(f"{nodes:>6} nodes, {gpus} GPUs: {core:.2f} core, {memory:.0f} MB; fleet {fleet:.0f} MB")
    print(f"  {down:.0f} targets down, {missed:.0f} evaluations missed, {failed:.0f} failed")
    print(f"  the slowest group takes {share:.1%} of its interval (target 25%)")
    print(
        f"  {series:.0f} series, of each GPU {scraped / gpus:.0f} scraped; {samples:.0f} samples/s"
    )
    print(f"  {samples * 86400 * 1.5 / 1e9:.2f} GB a day at 1.5 bytes a sample")


def incident(stack: Stack, sink: WebSink, env: Mapping[str, str]) -> tuple[float, float]:
    """Seconds from a fault to the alert, and to who is told."""
    words = ["sim", "inject", "xid", "code=79", "--node", "gpu-0001", "--gpu", "3"]
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "warpwatch", *words],
        env={**os.environ, **env},
        check=True,
        capture_output=True,
    )
    fires = 'count(ALERTS{alertname="GPUFallenOffBus", alertstate="firing"})'
    wait(lambda: stack.query(fires) > 0, "it fires")
    fired = time.monotonic() - began
    wait(lambda: told_of(sink, "GPUFallenOffBus"), "it is told")
    return fired, time.monotonic() - began


def starts(home: Path) -> None:
    """With programs on PATH; and what is fetched where there are none is the network's time."""
    settings = SETTINGS.partition("[[stack")[0].format(webhook="")
    stack = Stack(home, settings)
    for which in ("first", "second"):
        with stack.up() as seconds:
            version = re.sub(r"\+.*", "", str(stack.part("prometheus")["version"]))
            print(f"  {which} start: {seconds:.1f} s until all runs (Prometheus {version})")


def main() -> None:
    print(f"\nThe stack, scraped every 15 s, {MINUTES:g} minutes each")
    with tempfile.TemporaryDirectory() as name:
        starts(Path(name))
    for nodes in SIZES:
        with tempfile.TemporaryDirectory() as name:
            size(nodes, Path(name))
            shutil.rmtree(Path(name, "state"), ignore_errors=True)
