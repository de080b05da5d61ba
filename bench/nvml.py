"""Reading through NVIDIA's bindings, beside nvitop-exporter, over the tests' stand-in library.

There is no GPU in it, so nothing is said of what a driver takes; what is compared is what a program
adds to that. What the library takes is measured apart and subtracted where that is said.
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

from measure import cpu_of, memory_of, serving, threads_of, warpwatch

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests" / "kit"))

from machine import NAME, Machine, compile_library  # noqa: E402  of the tests, as is the library

SIZES = (1, 8, 64)
PARTS = 7
LINKS = 18
ROUNDS = 20
SECONDS = 10
SCRAPES = 300
FORMS = (("plain", 0), (f"MIG x{PARTS}", PARTS))


def prepare(folder: Path, gpus: int, parts: int) -> dict[str, str]:
    """The environment of programs that are to see so many GPUs, each so divided."""
    machine = Machine(folder)
    machine.gpus(gpus)
    us = f"{os.getpid()} 1073741824 -1"
    listed = "nvmlDeviceGetComputeRunningProcesses_v3"
    machine.say({f"*.{listed}": us, "*.nvmlDeviceGetGraphicsRunningProcesses_v3": ""})
    machine.say({"*.nvmlDeviceGetMaxMigDeviceCount": PARTS, "*.nvmlDeviceGetClockInfo.0": 1980})
    machine.say({"*.nvmlDeviceGetProcessUtilization": f"{os.getpid()} {1 << 60} 50"})
    machine.say({"*.field.91": LINKS, "*.field.138": 1000, "*.field.139": 2000})
    for link in range(1, LINKS):
        machine.say({f"*.field.138.{link}": 1000, f"*.field.139.{link}": 2000})
    lines: dict[str, object] = {}
    for gpu in range(gpus if parts else 0):
        lines[f"{gpu}.nvmlDeviceGetMigMode"] = "1 1"
        for place in range(parts):
            unit = f"{gpu}/{place}"
            lines |= {
                f"{unit}.nvmlDeviceGetGpuInstanceId": place + 7,
                f"{unit}.nvmlDeviceGetComputeInstanceId": 0,
                f"{unit}.nvmlDeviceGetName": "NVIDIA H100 80GB HBM3 MIG 1g.10gb",
                f"{unit}.nvmlDeviceGetUUID": f"MIG-{gpu:04x}{place:04x}",
                f"{unit}.nvmlDeviceGetMemoryInfo_v2": "10200547328 0 9200547328 1000000000",
                f"{unit}.{listed}": f"{os.getpid()} 1073741824 {place + 7}",
                f"{unit}.nvmlDeviceGetGraphicsRunningProcesses_v3": "",
                f"{unit}.gpm.1": 12.5,
            }
    machine.say(lines)
    return {**machine.environment, "NVML_STEADY": "1"}


def collections(folder: Path) -> dict[int, float]:
    """Returns our own milliseconds by number of plain GPUs."""
    print(
        "\nOne collection in one thread, ms of CPU, medians; own: without the library's time, which"
    )
    print("is measured call by call and has ctypes' handing over of arguments in it")
    print(f"{'':>14} {'ours':>8} {'own':>8} {'calls':>6} {'values':>7}", end=" ")
    print(f"{'nvitop':>8} {'own':>8} {'calls':>6} {'values':>7} {'own ratio':>10}")
    own: dict[int, float] = {}
    for form, parts in FORMS:
        for gpus in SIZES:
            environment = prepare(folder, gpus, parts)
            row = [f"{gpus:>3} {form:>10}"]
            rests = []
            for who in ("ours", "theirs"):
                said = collecting(who, environment)
                rests.append(said["whole"] - said["library"])
                row.append(f"{said['whole']:>8.2f} {rests[-1]:>8.2f}")
                row.append(f"{said['calls']:>6.0f} {said['values']:>7.0f}")
            print(*row, f"{rests[1] / rests[0]:>9.1f}x", flush=True)
            if not parts:
                own[gpus] = rests[0]
    return own


def collecting(who: str, environment: dict[str, str]) -> dict[str, float]:
    script = str(Path(__file__).parent / "collecting.py")
    done = subprocess.run(
        [sys.executable, script, who, str(ROUNDS)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        check=True,
    )
    said: dict[str, float] = json.loads(done.stdout)
    return said


def processes(folder: Path) -> None:
    print("\nThe real processes, interval 1 s, not scraped, the library's time included")
    print(f"{'':>14} {'ours %':>8} {'cycle ms':>9} {'RSS MB':>7} {'threads':>8}", end=" ")
    print(f"{'nvitop %':>9} {'RSS MB':>7} {'threads':>8}")
    for form, parts in FORMS:
        for gpus in SIZES:
            environment = prepare(folder, gpus, parts)
            print(f"{gpus:>3} {form:>10}", end=" ")
            with ours(environment) as (process, port):
                spent, memory, threads = watch(process)
                print(f"{spent:>8.2f} {cycle(port):>9.1f} {memory:>7.1f} {threads:>8}", end=" ")
            port = free_port()
            words = ["-m", "nvitop_exporter", "--hostname", "bench", "--port", str(port)]
            with serving([sys.executable, *words], environment) as (process, _):
                spent, memory, threads = watch(process)
                print(f"{spent:>9.2f} {memory:>7.1f} {threads:>8}", flush=True)


def ours(environment: dict[str, str]) -> AbstractContextManager[tuple[int, int]]:
    return warpwatch(
        "exporter", "--source", "nvml", "--processes", "-a", "127.0.0.1:0", env=environment
    )


def watch(process: int) -> tuple[float, float, int]:
    """Per cent of a core, resident MB, threads."""
    time.sleep(3)
    before = cpu_of(process)
    time.sleep(SECONDS)
    spent = (cpu_of(process) - before) / SECONDS * 100
    return spent, memory_of(process), threads_of(process)


def cycle(port: int) -> float:
    """Milliseconds of the last one, by its own account."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/metrics")
    for line in connection.getresponse().read().decode().splitlines():
        if line.startswith("warpwatch_collector_duration_seconds "):
            return float(line.split()[1]) * 1e3
    raise LookupError("no duration on the page")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def hanging(folder: Path) -> None:
    environment = prepare(folder, 8, 0)
    machine = Machine(folder)
    with machine.scenario.open("a") as file:
        file.write("7.hang.nvmlDeviceGetPowerUsage 1\n")
    with ours(environment) as (_, port):
        time.sleep(4)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        times = []
        for _ in range(SCRAPES):
            time.sleep(0.03)
            began = time.perf_counter()
            connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
            connection.getresponse().read()
            times.append((time.perf_counter() - began) * 1e3)
    times.sort()
    late = times[int(SCRAPES * 0.99)]
    print(f"\nScrapes while one GPU of eight hangs for ever, {SCRAPES} of them over 10 snapshots:")
    print(f"  p50 {statistics.median(times):.2f} ms, p99 {late:.2f} ms (target 5)")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compile_library(folder / NAME)
        own = collections(folder)
        print(f"  own at 1 s with 8 GPUs: {own[8] / 10:.2f} % of a core (target 1)")
        each = {gpus: own[gpus] / gpus for gpus in own}
        print(f"  per GPU: {each[8]:.3f} ms of 8, {each[64]:.3f} ms of 64 (target: flat)")
        processes(folder)
        hanging(folder)
