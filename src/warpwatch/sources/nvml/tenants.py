"""Who has work on a GPU: the processes that the driver lists, and how much each of them runs."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import attrgetter
from typing import Any

from warpwatch.clock import Clock
from warpwatch.fields import processes
from warpwatch.samples.sample import Process, Reason, Value
from warpwatch.sources.nvml.ask import Ask
from warpwatch.sources.nvml.door import Refused
from warpwatch.sources.nvml.patience import ASK_AGAIN_SECONDS

MOST = 512
"""Told of one entity, those with most memory; the field's value counts the others, too."""
SHORTEST_SECONDS = 0.9
"""Between two looks at shares: the driver works them out about once a second."""

KINDS: Mapping[int, tuple[str, str]] = {
    processes.COMPUTE_PIDS.id: ("compute", "nvmlDeviceGetComputeRunningProcesses"),
    processes.GRAPHICS_PIDS.id: ("graphics", "nvmlDeviceGetGraphicsRunningProcesses"),
}
_NO_INSTANCE = 0xFFFFFFFF
_NOTHING_NEW = frozenset({0, 6})
"""Success without a sample, which the bindings take for an error, and not found."""

Told = tuple[dict[int, Value], dict[int, Reason], tuple[Process, ...]]


def read(
    asks: Sequence[Ask],
    ids: AbstractSet[int],
    *,
    instance: int | None = None,
    shares: "Shares | None" = None,
) -> Told:
    """Of a GPU, or of an instance through each of its compute instances."""
    values: dict[int, Value] = {}
    gaps: dict[int, Reason] = {}
    found: dict[tuple[str, int], int | None] = {}
    for id_ in sorted(ids & KINDS.keys(), reverse=True):
        kind, function = KINDS[id_]
        try:
            infos = _distinct((info for ask in asks for info in ask(function)), instance)
        except Refused as refusal:
            gaps[id_] = refusal.reason
            continue
        values[id_] = len(infos)
        for info in infos:
            found[kind, info.pid] = _sum(found.get((kind, info.pid)), info.usedGpuMemory)
    running = shares.read(asks[0]) if shares and found else None
    return values, gaps, _largest(found, running)


def _distinct(infos: Iterable[Any], instance: int | None) -> list[Any]:
    """A compute instance's handle may tell of its whole GPU instance, or of the whole GPU."""
    known = {(info.pid, info.gpuInstanceId, info.computeInstanceId): info for info in infos}
    if instance is None:
        return list(known.values())
    return [info for key, info in known.items() if key[1] in {_NO_INSTANCE, instance}]


def _sum(before: int | None, more: int | None) -> int | None:
    return more if before is None else before + (more or 0)


def _largest(
    found: Mapping[tuple[str, int], int | None], running: Mapping[int, float] | None
) -> tuple[Process, ...]:
    """A process of both kinds has one share, which stands with its computing."""
    told = sorted(found, key=lambda key: (-(found[key] or 0), key[1], key[0]))[:MOST]
    return tuple(
        Process(
            pid=pid,
            kind=kind,
            memory=found[kind, pid],
            sm=None
            if running is None or (kind == "graphics" and ("compute", pid) in found)
            else running.get(pid, 0.0),
        )
        for kind, pid in told
    )


class Shares:
    """The time in which the kernels of each process ran. The driver samples those that ran at
    all, so who is listed as a process and not sampled had none.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._newest = 0
        """Time stamp of the last sample seen, by the driver's clock."""
        self._taken: float | None = None
        self._shares: Mapping[int, float] | None = None
        self._again = clock.monotonic()

    def read(self, ask: Ask) -> Mapping[int, float] | None:
        """None: not known, be it for ever or until the next read."""
        now = self._clock.monotonic()
        if now < self._again:
            return None
        if self._taken is not None and now - self._taken < SHORTEST_SECONDS:
            return self._shares
        first, self._taken = self._taken is None, now
        try:
            samples = ask.now("nvmlDeviceGetProcessUtilization", self._newest)
        except Refused as refusal:
            self._shares = {} if refusal.code in _NOTHING_NEW else None
            if self._shares is None and refusal.reason is Reason.UNSUPPORTED:
                self._again = now + ASK_AGAIN_SECONDS
            return self._shares
        samples = sorted(samples, key=attrgetter("timeStamp"))
        self._newest = samples[-1].timeStamp if samples else self._newest
        latest = {sample.pid: sample.smUtil for sample in samples}
        # What the driver kept from before the first look may be of any time.
        self._shares = None if first else {pid: sm / 100 for pid, sm in latest.items() if sm <= 100}
        return self._shares
