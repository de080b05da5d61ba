"""Who says what a GPU works on: a queue of jobs, or a scenario that pins work to its GPUs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

from warpwatch.sources.sim.work import Job, Work


@dataclass(frozen=True, slots=True)
class Span:
    until: float
    work: Work | None


class Roster(Protocol):
    """Times never go back, and all seats of those who fail jobs are asked together."""

    def span(self, seat: int, time: float) -> Span:
        """What the seat does at this time and until when."""
        ...

    def fail(self, job: Job, time: float) -> None:
        """The job ends before its time. Spans are to be asked for anew."""
        ...

    def judge(self, seat: int, time: float, *, fit: bool) -> None:
        """Whether the seat can be given work from now on. Spans are to be asked for anew."""
        ...


class Pinned:
    """Work that does not end by itself. When it fails it waits until all its GPUs are there
    again, as a job that may have no others, and begins anew.
    """

    def __init__(self, begin: Callable[[float], Sequence[Work | None]], begun: float) -> None:
        """`begin` makes the parts of a job that begins at a time."""
        self._begin = begin
        self._works = begin(begun)
        self._unfit: set[int] = set()
        self._failed = False

    def span(self, seat: int, time: float) -> Span:
        del time
        return Span(inf, None if self._failed else self._works[seat])

    def fail(self, job: Job, time: float) -> None:
        del time
        if any(work is not None and work.job is job for work in self._works):
            self._failed = True

    def judge(self, seat: int, time: float, *, fit: bool) -> None:
        if fit:
            self._unfit.discard(seat)
        else:
            self._unfit.add(seat)
        if self._failed and not self._unfit:
            self._failed = False
            self._works = self._begin(time)
