"""Fair timing on a noisy machine: ways in turn, medians, and what the kernel says of a process."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def in_turn(ways: list[Callable[[], object]], rounds: int) -> list[float]:
    """Median seconds of CPU for each way, called A B A B …, after a warm-up."""
    times: list[list[float]] = [[] for _ in ways]
    for way in ways:
        way()
    for _ in range(rounds):
        for way, spent in zip(ways, times, strict=True):
            began = time.process_time_ns()
            way()
            spent.append((time.process_time_ns() - began) / 1e9)
    return [statistics.median(spent) for spent in times]


def cpu_of(process: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_of(process: int) -> float:
    """Resident memory in MB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    raise LookupError(process)


def cpu_of_command(arguments: list[str], runs: int = 20) -> float:
    """Median seconds of CPU of a command from its start to its end."""
    spent = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(spent)


def threads_of(process: int) -> int:
    return len(list(Path(f"/proc/{process}/task").iterdir()))


def warpwatch(
    *arguments: str, env: Mapping[str, str] | None = None
) -> AbstractContextManager[tuple[int, int]]:
    """The real program, once it serves: its process and its port."""
    return serving([sys.executable, "-m", "warpwatch", *arguments], env)


@contextmanager
def serving(command: list[str], env: Mapping[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """A program that says where it serves, once it does: its process and its port."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **(env or {})},
    )
    try:
        yield process.pid, _port(process)
    finally:
        process.terminate()
        process.wait()


def _port(process: "subprocess.Popen[str]") -> int:
    for line in process.stdout or ():
        if "http://" in line:
            address = line.split("http://")[1].split("/")[0]
            return int(address.rpartition(":")[2])
    raise RuntimeError("it ended before it served")


def machine() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    name = names[0] if names else "unknown processor"
    return f"{name}, {len(names)} cores, Python {sys.version.split()[0]}"
