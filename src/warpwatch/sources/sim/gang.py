"""The GPUs of one job, and how those that cannot keep up hold back the others.

Ranks meet in collectives at every step, so a gang is as fast as its slowest rank: the others
spin until it comes, and look busy. If it does not come at all they spin until somebody loses
patience, and the job fails.
"""

from collections.abc import Sequence

from warpwatch.sources.sim.gpu import SimGpu
from warpwatch.sources.sim.work import Job

PATIENCE = 300.0
"""Seconds until a job that stands still fails, as watchdogs of collectives are often set."""


class Gang:
    __slots__ = ("_since", "gpus", "job")

    def __init__(self, job: Job, gpus: Sequence[SimGpu]) -> None:
        self.job = job
        self.gpus = tuple(gpus)
        self._since: float | None = None
        """When it came to a stop."""

    def meet(self, time: float) -> bool:
        """Hold each rank to the pace of the slowest in the step before, so that nobody's
        turn comes first; False once the job has stood still for too long.
        """
        slowest = min(gpu.pace for gpu in self.gpus)
        if self.job.workload.gang:
            for gpu in self.gpus:
                gpu.held = slowest
        if slowest > 0.0:
            self._since = None
        elif self._since is None:
            self._since = time
        return self._since is None or time - self._since < PATIENCE

    def fail(self, time: float) -> None:
        self.gpus[0].roster.fail(self.job, time)
