"""The processes on each GPU: whose they are, and the families that tell of them.

They come and go, and each is a series of its own: so they are off unless asked for, and
bounded.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import starmap

from warpwatch.expo.text import Family, join
from warpwatch.exporter.attribution.stage import Health
from warpwatch.exporter.own import Own, Samples, of
from warpwatch.exporter.view import View
from warpwatch.fields.processes import COMPUTE_PIDS, GRAPHICS_PIDS
from warpwatch.procfs import Known
from warpwatch.samples.entity import Device, Gpu, Instance
from warpwatch.samples.sample import Process, Reading, Report

FIELDS = (GRAPHICS_PIDS, COMPUTE_PIDS)
"""Asked of a source that is to tell of its processes."""
MOST = 64
"""Of one GPU or instance on the page, those with most memory."""


class Names:
    """Puts user, command and control group to processes of this machine. It runs where the GPU is
    read, in a thread that may wait: a list of users may lie on another machine.
    """

    def __init__(self, look: Callable[[int], Known | None]) -> None:
        self._look = look
        self._unseen: dict[Device, int] = {}
        """Of each device the processes that its driver tells of and /proc does not."""

    def __call__(self, report: Report) -> Report:
        if not any(reading.processes for reading in report.readings):
            self._unseen.pop(report.device, None)
            return report
        unseen = 0
        readings = []
        for reading in report.readings:
            known = [(each, self._look(each.pid)) for each in reading.processes]
            unseen += sum(found is None for _, found in known)
            readings.append(replace(reading, processes=tuple(starmap(_named, known))))
        self._unseen[report.device] = unseen
        return replace(report, readings=tuple(readings))

    async def run(self) -> None:
        """There is nothing to learn."""

    def health(self) -> Sequence[Health]:
        unseen = sum(self._unseen.copy().values())
        detail = (
            f"{unseen} processes on GPUs are not in /proc, so it is not known whose they are: "
            "share the host's (hostPID: true), or mount it and give --path-procfs"
        )
        return (Health("processes", not unseen, None, detail if unseen else "", logged=False),)


def _named(process: Process, known: Known | None) -> Process:
    if known is None:
        return process
    # Made anew and not by `replace`, which takes three times as long, for hundreds a second.
    return Process(
        process.pid,
        process.kind,
        process.memory,
        process.sm,
        known.user,
        known.command,
        known.cgroup,
    )


def _memory(view: View) -> Samples:
    for labels, process in _shown(view):
        if process.memory is not None:
            yield labels, process.memory


def _sm(view: View) -> Samples:
    for labels, process in _shown(view):
        if process.sm is not None:
            yield labels, process.sm


def _omitted(view: View) -> Samples:
    for labels, reading in _told(view):
        counts = [reading.values[field.id] for field in FIELDS if field.id in reading.values]
        total = sum(count for count in counts if isinstance(count, int))
        if counts:
            yield labels, total - min(len(reading.processes), MOST)


def _told(view: View) -> Iterator[tuple[str, Reading]]:
    """The readings that tell of processes: under MIG those of the instances."""
    divided = {
        reading.entity.gpu for _, reading in view.readings if isinstance(reading.entity, Instance)
    }
    for labels, reading in view.readings:
        if isinstance(reading.entity, Gpu | Instance) and reading.entity not in divided:
            yield labels.brief, reading


def _shown(view: View) -> Iterator[tuple[str, Process]]:
    for labels, reading in _told(view):
        largest = sorted(reading.processes, key=lambda each: -(each.memory or 0))[:MOST]
        for process in largest:
            said = {
                "pid": str(process.pid),
                "kind": process.kind,
                "user": process.user,
                "command": process.command,
            }
            yield f"{labels},{join(said.items())}", process


def _family(name: str, text: str, samples: Callable[[View], Samples]) -> Own:
    return of(Family(f"warpwatch_process_{name}", "gauge", text), samples)


FAMILIES: tuple[Own, ...] = (
    _family(
        "gpu_memory_bytes",
        "Memory of the GPU that a process holds; user and command are empty where the process is "
        "not to be seen from here, as in a container without hostPID.",
        _memory,
    ),
    _family(
        "sm_ratio",
        "Share of the time in which kernels of the process ran (0 to 1); absent under MIG and "
        "where the driver keeps none.",
        _sm,
    ),
    _family(
        "omitted",
        f"Processes that are not told of: no more than {MOST} are, those with most memory.",
        _omitted,
    ),
)
