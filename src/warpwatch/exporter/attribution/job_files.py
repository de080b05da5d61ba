"""Batch jobs, from files that a scheduler's prolog writes and its epilog takes away.

A file is named after a GPU (`0`) or after a MIG instance of one (`0.3`), by their numbers; each of
its lines is a job. dcgm-exporter reads the same. A folder that is gone, or a file that cannot be
read, costs the labels that it would have given.
"""

import contextlib
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from warpwatch.clock import Clock
from warpwatch.errors import Unreachable
from warpwatch.exporter.attribution.inquiry import Inquiry
from warpwatch.exporter.attribution.stage import Health, add
from warpwatch.samples.entity import Entity, Gpu, Instance
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Report

_NAME = re.compile(r"(?P<gpu>[0-9]{1,4})(?:\.(?P<instance>[0-9]{1,4}))?")
MOST_FILES, MOST_JOBS, LONGEST_JOB = 4096, 256, 256
"""Files in the folder, jobs in a file, letters of a job: more is not read."""

_Key = tuple[int, int | None]
_Jobs = Mapping[_Key, tuple[Owner, ...]]


class JobFiles:
    def __init__(self, folder: Path, clock: Clock, interval: float, stale: float = 0.0) -> None:
        """Files older than `stale` seconds are left by an epilog that never ran; 0 trusts all."""
        self._folder = folder
        self._clock = clock
        self._interval = interval
        self._stale = stale
        self._jobs: _Jobs = {}
        self._inquiry = Inquiry("job_files", self._ask, self._learn, clock, interval)

    def __call__(self, report: Report) -> Report:
        jobs = self._jobs
        if not jobs:
            return report
        readings = tuple(add(each, _of(jobs, each.entity)) for each in report.readings)
        return replace(report, readings=readings)

    async def run(self) -> None:
        await self._inquiry.run()

    def health(self) -> Sequence[Health]:
        return (self._inquiry.health(),)

    def learn(self) -> None:
        """Reads the folder now and here; one that cannot be read has nothing to say."""
        with contextlib.suppress(Unreachable):
            self._learn(self._ask(0.0))

    def _ask(self, timeout: float) -> _Jobs:
        """In a thread of its own: the folder may lie on a machine that does not answer."""
        del timeout
        try:
            return dict(self._read())
        except OSError as error:
            raise Unreachable(f"{self._folder} cannot be read: {error.strerror}") from error

    def _learn(self, jobs: _Jobs | None) -> None:
        self._jobs = jobs or {}

    def _read(self) -> Iterator[tuple[_Key, tuple[Owner, ...]]]:
        named = ((path, _NAME.fullmatch(path.name)) for path in sorted(self._folder.iterdir()))
        found = [(path, name) for path, name in named if name]
        for path, name in found[:MOST_FILES]:
            try:
                if self._stale and self._clock.now() - path.stat().st_mtime > self._stale:
                    continue
                lines = _lines(path)
            except OSError:
                continue  # taken away while we looked, or not ours to read: no label
            owners = dict.fromkeys(Owner(hpc_job=line[:LONGEST_JOB]) for line in lines if line)
            instance = name["instance"]
            key = int(name["gpu"]), int(instance) if instance is not None else None
            if owners:
                yield key, tuple(owners)


def _lines(path: Path) -> list[str]:
    """Of a file, and of nothing that a reader may wait for, such as a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:  # noqa: PTH123  of what is open already
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return []
        content = file.read(MOST_JOBS * (LONGEST_JOB + 1))
    text = content.decode("utf-8-sig", errors="replace")
    return [line.strip() for line in text.split("\n")[:MOST_JOBS]]


def _of(jobs: _Jobs, entity: Entity) -> tuple[Owner, ...]:
    """An instance without a file of its own has the jobs of its GPU, as the original has it."""
    match entity:
        case Gpu(index=index):
            return jobs.get((index, None), ())
        case Instance(gpu=gpu, id=number):
            return jobs.get((gpu.index, number)) or jobs.get((gpu.index, None), ())
        case _:
            return ()
