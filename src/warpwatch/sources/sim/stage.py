"""Where GPUs move on together, since jobs tie them to each other: a node, or a rack of a fleet.

All states move from one step to the next at once, on a grid of ticks and at the moments at
which faults come and go, so that what is true at a time does not depend on who read what
before. Only one thing does: after a long time in which nobody read anything the grid is
coarser up to the last minute, or a fleet left alone overnight would take minutes to answer.
Energy is still the integral of the power shown, and the same reads give the same values.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush
from threading import Lock

from warpwatch.sources.sim.gang import Gang
from warpwatch.sources.sim.gpu import SimGpu
from warpwatch.sources.sim.timeline import Timeline
from warpwatch.sources.sim.work import Job

Follower = Callable[[float, float, Mapping[Job, Gang]], None]
"""What moves with the GPUs: told the time, the seconds since, and who works together."""

EXACT = 600.0
"""Seconds without reads up to which no tick is left out."""
_RECENT = 60.0
"""The last seconds before a read, in which no tick is left out either."""
_STRIDES = 60
"""For all that was before."""


class Stage:
    def __init__(self, timeline: Timeline) -> None:
        self.lock = Lock()
        """Guards all that moves: one thread reads while another injects."""
        self._timeline = timeline
        self._gpus: list[SimGpu] = []
        self._gangs: dict[Job, Gang] = {}
        self._tick = 0
        self._time = timeline.begin
        self._until = timeline.begin
        """Some GPU then has something else to do."""
        self._moments: list[float] = []
        self._followers: list[Follower] = []

    def follow(self, follower: Follower) -> None:
        """To be told of every step, once GPUs have taken it."""
        self._followers.append(follower)

    def join(self, gpus: Sequence[SimGpu]) -> None:
        """Before time has moved; jobs may have parts on GPUs that joined before."""
        self._gpus += gpus
        self._gangs.clear()
        self._assign()

    def stop_at(self, *times: float) -> None:
        """End a step at these times, whatever the grid."""
        for time in times:
            if time < math.inf:
                heappush(self._moments, time)

    @property
    def gangs(self) -> Mapping[Job, Gang]:
        return self._gangs

    def advance(self, now: float) -> None:
        """Up to this time; the caller holds the lock."""
        timeline, moments = self._timeline, self._moments
        target = timeline.ticks(now)
        stride, fine = self._stride(target - self._tick)
        while self._tick < target or (moments and moments[0] <= now):
            tick = self._tick + 1
            if self._tick < fine:
                tick = min(self._tick + stride, fine)
            grid = timeline.begin + tick * timeline.tick
            if moments and moments[0] < grid:
                time = heappop(moments)
                self._tick = max(self._tick, timeline.ticks(time))
            else:
                time, self._tick = grid, tick
                while moments and moments[0] <= grid:
                    heappop(moments)
            self._step(time)

    def _stride(self, ticks: int) -> tuple[int, int]:
        """How many ticks to take at once, and up to which tick."""
        length = self._timeline.tick
        coarse = ticks - math.ceil(_RECENT / length)
        if ticks * length <= EXACT or coarse <= _STRIDES:
            return 1, self._tick
        return math.ceil(coarse / _STRIDES), self._tick + coarse

    def _step(self, time: float) -> None:
        seconds = max(time - self._time, 0.0)
        self._time = time
        if time >= self._until:
            self._assign()
        failed = [gang for gang in self._gangs.values() if not gang.meet(time)]
        for gpu in self._gpus:
            if gpu.step(time, seconds):
                gpu.roster.judge(gpu.seat, time, fit=gpu.fit)
                self._until = time
        for gang in failed:
            gang.fail(time)
            self._until = time
        for follower in self._followers:
            follower(time, seconds, self._gangs)

    def _assign(self) -> None:
        """Everybody to what is theirs to do now."""
        for gpu in self._gpus:
            gpu.take(self._time)
        self._until = min(gpu.until for gpu in self._gpus)
        members: dict[Job, list[SimGpu]] = {}
        for gpu in self._gpus:
            if gpu.state.work is not None:
                members.setdefault(gpu.state.work.job, []).append(gpu)
        known = self._gangs
        self._gangs = {job: _gang(known.get(job), job, gpus) for job, gpus in members.items()}


def _gang(known: Gang | None, job: Job, gpus: Sequence[SimGpu]) -> Gang:
    """A job from which a GPU was taken goes on with the others."""
    return known if known is not None and known.gpus == tuple(gpus) else Gang(job, gpus)
