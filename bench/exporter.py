"""The exporter: a page beside prometheus_client's, and scrapes of the real process."""

import http.client
import statistics
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from measure import cpu_of, in_turn, memory_of, warpwatch
from warpwatch.clock import ManualClock
from warpwatch.expo.parse import parse
from warpwatch.exporter.counters import read
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.identity import Naming
from warpwatch.exporter.page import Press, compress
from warpwatch.exporter.selection import select
from warpwatch.exporter.tally import Tally
from warpwatch.exporter.view import Arranger
from warpwatch.fields.catalogue import FIELDS
from warpwatch.fields.field import Number, Scope
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.sim import spec
from warpwatch.sources.sim.source import SimSource

FIELDS_PER_GPU = 60
SIZES = (1, 8, 64)
SCRAPES, INTERVAL_MS, IDLE_SECONDS = 100, 100, 10


def gauges(page: str) -> CollectorRegistry:
    """The series of a page of ours as an exporter made with prometheus_client holds them."""
    registry = CollectorRegistry(auto_describe=False)
    families: dict[tuple[str, ...], Gauge] = {}
    found = parse(page)
    for sample in found.samples:
        names = tuple(sample.labels)
        if (sample.name, *names) not in families:
            # A family whose series differ in their labels cannot be one Gauge there.
            number = sum(key[0] == sample.name for key in families)
            name = f"{sample.name}_{number}" if number else sample.name
            families[(sample.name, *names)] = Gauge(
                name, found.helps[sample.name], names, registry=registry
            )
        gauge = families[(sample.name, *names)]
        (gauge.labels(*sample.labels.values()) if names else gauge).set(sample.value)
    return registry


def counters(path: Path) -> str:
    """A list of sixty fields that an H100 gives, and one label."""
    source = SimSource(spec.parse("sim:1xH100"), ManualClock(1e9))
    (gpu,) = source.inventory().devices
    numbers = [f for f in FIELDS if f.scope is Scope.GPU and f.number is not Number.TEXT]
    given = source.read(gpu, {field.id for field in numbers}).readings[0].values
    chosen = [field for field in numbers if field.id in given][:FIELDS_PER_GPU]
    rows = [f'{field.name}, {field.kind}, "{field.help}"' for field in chosen]
    text = "\n".join([*rows, "DCGM_FI_DRIVER_VERSION, label, Driver version", ""])
    path.write_text(text)
    return text


def pages(text: str) -> None:
    print(f"\nA page of {FIELDS_PER_GPU} fields per GPU, CPU time, medians of runs in turn")
    print(f"{'GPUs':>5} {'series':>7} {'bytes':>9} {'ours ms':>9} {'gzip ms':>9}", end=" ")
    print(f"{'client ms':>10} {'ratio':>7}")
    era = ERAS["classic"]
    for size in SIZES:
        clock = ManualClock(1e9)
        source = SimSource(spec.parse(f"sim:{size}xH100"), clock)
        selection = select(read(text, "bench"), era)
        tallies = {device: Tally(300, 300) for device in source.inventory().devices}
        press = Press(selection, era)
        arranger = Arranger(selection, Naming(era, "bench", pods=True), tallies.__getitem__)
        clock.advance(10)
        states = []
        for device, tally in tallies.items():
            report = source.read(device, selection.read)
            tally.add(report, clock.monotonic())
            states.append(State(device=device, report=report, success=True, age=0.0))
        snapshot = Snapshot(1, tuple(states), 0.0)
        info = source.inventory().info

        def ours() -> bytes:
            return press.print(arranger.view(info, snapshot))  # noqa: B023  called within the round

        body = ours()
        registry = gauges(body.decode())
        series = body.count(b"\n") - body.count(b"\n#") - 1
        mine, squeezing, theirs = in_turn(
            [ours, lambda: compress(body), lambda: generate_latest(registry)],  # noqa: B023
            rounds=100 if size < 64 else 15,
        )
        print(
            f"{size:>5} {series:>7} {len(body):>9} {mine * 1e3:>9.3f} {squeezing * 1e3:>9.3f}"
            f" {theirs * 1e3:>10.2f} {theirs / mine:>6.0f}x"
        )


def scrapes(listed: Path) -> None:
    print(f"\nThe real process, interval {INTERVAL_MS} ms; {SCRAPES} scrapes with gzip on one")
    print("connection, each of a new snapshot: nothing is served from what was made before")
    print(f"{'GPUs':>5} {'p50 ms':>8} {'p99 ms':>8} {'RSS MB':>8}")
    for size in SIZES:
        with exporter(size, listed, INTERVAL_MS) as (process, port):
            connection = http.client.HTTPConnection("127.0.0.1", port)
            times = []
            for _ in range(SCRAPES):
                time.sleep(INTERVAL_MS / 1000 * 1.2)
                times.append(scrape(connection) * 1e3)
            times.sort()
            late = times[int(SCRAPES * 0.99)]
            memory = memory_of(process)
            print(f"{size:>5} {statistics.median(times):>8.2f} {late:>8.2f} {memory:>8.1f}")


def idling(listed: Path) -> None:
    print("\nThe real process, interval 1 s, not scraped: what sampling costs")
    for size in SIZES:
        with exporter(size, listed, 1000) as (process, port):
            scrape(http.client.HTTPConnection("127.0.0.1", port))
            before = cpu_of(process)
            time.sleep(IDLE_SECONDS)
            spent = (cpu_of(process) - before) / IDLE_SECONDS
            print(f"{size:>5} GPUs {spent * 100:>6.1f} % of a core")


def exporter(size: int, listed: Path, interval: int) -> AbstractContextManager[tuple[int, int]]:
    source = f"sim:{size}xH100"
    return warpwatch(
        "exporter", "--source", source, "-a", "127.0.0.1:0", "-f", str(listed), "-k",
        "-c", str(interval),
    )  # fmt: skip


def scrape(connection: http.client.HTTPConnection) -> float:
    began = time.perf_counter()
    connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    answer.read()
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "bench.csv")
        text = counters(listed)
        pages(text)
        scrapes(listed)
        idling(listed)
