"""A queue of jobs over the GPUs of a few nodes, played forward as far as anybody asks.

Jobs come, wait until enough GPUs are free, run and go; what is left in between is idle and
has no owner. The play depends on the seed alone, not on who looks at it and when, so each
GPU may follow it at its own pace: what it has not seen yet is kept for it.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from random import Random
from threading import Lock

from warpwatch.sources.sim import jobs
from warpwatch.sources.sim.jobs import KINDS, Kind, Request
from warpwatch.sources.sim.roster import Span
from warpwatch.sources.sim.work import Job
from warpwatch.sources.sim.workloads.held import HELD
from warpwatch.sources.sim.workloads.inference import INFERENCE
from warpwatch.sources.sim.workloads.notebook import NOTEBOOK
from warpwatch.sources.sim.workloads.training import TRAINING

LOAD = 1.3
"""Share of the GPUs that requests would fill if they always fitted; some never do, so it takes
more than one to keep a house as full as such houses are."""
_OPEN = 0.88
"""Share of the GPUs that are in use at the beginning."""
_PATIENCE = 3 * 3600.0
"""Who has waited this long for GPUs gives up."""
_LONGEST_PAST = 3 * 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class _Running:
    job: Job
    asked: Request
    seats: tuple[int, ...]


class Schedule:
    def __init__(
        self,
        seed: int,
        nodes: Sequence[str],
        begin: float,
        demand: Callable[[float], float] = lambda _: 1.0,
    ) -> None:
        """`nodes` names the node of each seat; seats of a node stand together. `demand` says how
        much is asked for at a time, as a share of the usual.
        """
        self._rng = Random(seed)
        self._demand = demand
        self._nodes = tuple(nodes)
        counts = [self._nodes.count(node) for node in dict.fromkeys(self._nodes)]
        self._largest = max(counts, default=0)
        self._most = self._largest * counts.count(self._largest)
        self._rate = len(nodes) * LOAD / jobs.mean_gpu_seconds(max(self._most, 1))
        self._lock = Lock()
        self._closed = False
        """Whether it was closed once: that happens only once."""
        self._time = begin
        self._free = set(range(len(nodes)))
        self._unfit: set[int] = set()
        """Seats that get no work; they may still have some."""
        self._ends: list[tuple[float, int, _Running]] = []
        self._order = 0
        self._spans: list[deque[Span]] = [deque() for _ in nodes]
        self._queue: list[tuple[float, Request]] = []
        """Since when each request has waited."""
        self._arrival = begin
        if nodes:
            self._open(begin)
            self._arrival += self._pause()
            self._rest()

    def span(self, seat: int, time: float) -> Span:
        """What the seat does at this time and until when. Times must not go back."""
        with self._lock:
            spans = self._spans[seat]
            while True:
                while not spans:
                    self._play()
                if spans[0].until > time:
                    return spans[0]
                spans.popleft()

    def fail(self, job: Job, time: float) -> None:
        """It goes back into the queue and begins anew where there is room."""
        with self._lock:
            self._catch_up(time)
            for entry in self._ends:
                if entry[2].job is job:
                    self._ends.remove(entry)
                    heapify(self._ends)
                    self._free.update(entry[2].seats)
                    self._queue.insert(0, (time, entry[2].asked))
                    break
            self._deal(time)

    def judge(self, seat: int, time: float, *, fit: bool) -> None:
        with self._lock:
            self._catch_up(time)
            if fit:
                self._unfit.discard(seat)
            else:
                self._unfit.add(seat)
            self._deal(time)

    def close(self, time: float) -> None:
        """All seats are lost at once, and what ran there goes back into the queue."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._catch_up(time)
            self._unfit = set(range(len(self._nodes)))
            self._queue[:0] = [(time, entry[2].asked) for entry in sorted(self._ends)]
            self._ends.clear()
            self._free = set(self._unfit)
            self._deal(time)

    def open(self, time: float) -> None:
        """They are there again."""
        with self._lock:
            if self._closed and self._unfit:
                self._catch_up(time)
                self._unfit.clear()
                self._deal(time)

    def _catch_up(self, time: float) -> None:
        while self._next() <= time:
            self._play()

    def _deal(self, time: float) -> None:
        """What was planned for free seats is void."""
        for seat in self._free:
            self._spans[seat].clear()
        self._start(time)
        self._rest()

    def _open(self, begin: float) -> None:
        """At the beginning the house is not empty: jobs are some way into their time."""
        for kind, size in _opening(self._rng, self._most, self._largest, self._demand(begin)):
            asked = jobs.request(self._rng, size, kind, size)
            seats = self._seats(size)
            if seats is not None:
                past = self._rng.random() * min(asked.length, _LONGEST_PAST)
                self._place(asked, seats, begin - past, begin + max(asked.length - past, 900.0))

    def _play(self) -> None:
        """On to the next moment at which something changes."""
        time = self._time = self._next()
        while self._ends and self._ends[0][0] <= time:
            self._free.update(heappop(self._ends)[2].seats)
        if self._arrival <= time:
            self._queue.append((time, jobs.request(self._rng, self._most)))
            self._arrival = time + self._pause()
        self._start(time)
        self._rest()

    def _next(self) -> float:
        return min(self._ends[0][0], self._arrival) if self._ends else self._arrival

    def _start(self, time: float) -> None:
        """All that fit, oldest first."""
        waiting: list[tuple[float, Request]] = []
        for since, asked in self._queue:
            seats = self._seats(asked.size)
            if seats is not None:
                self._place(asked, seats, time, time + asked.length)
            elif time - since < _PATIENCE:
                waiting.append((since, asked))
        self._queue = waiting

    def _rest(self) -> None:
        """Free seats are idle until something may change."""
        until = self._next()
        for seat in self._free:
            self._spans[seat].append(Span(until, None))

    def _place(self, asked: Request, seats: tuple[int, ...], begun: float, end: float) -> None:
        nodes = tuple(self._nodes[seat] for seat in seats)
        works = jobs.begin(asked, nodes, begun)
        for seat, work in zip(seats, works, strict=True):
            self._spans[seat].append(Span(end, work))
        self._free.difference_update(seats)
        self._order += 1
        heappush(self._ends, (end, self._order, _Running(works[0].job, asked, seats)))

    def _seats(self, size: int) -> tuple[int, ...] | None:
        """Free seats for a job: on the fullest node that fits it, or on whole nodes."""
        by_node: dict[str, list[int]] = {}
        for seat in sorted(self._free - self._unfit):
            by_node.setdefault(self._nodes[seat], []).append(seat)
        fitting = [seats for seats in by_node.values() if len(seats) >= size]
        if fitting:
            return tuple(min(fitting, key=len)[:size])
        if size <= self._largest:
            return None
        whole = [seats for seats in by_node.values() if len(seats) == self._largest]
        seats = [seat for node in whole for seat in node]
        return tuple(seats[:size]) if len(seats) >= size else None

    def _pause(self) -> float:
        return self._rng.expovariate(self._rate * self._demand(self._arrival))


def _opening(rng: Random, seats: int, largest: int, demand: float) -> Iterator[tuple[Kind, int]]:
    """A node of eight begins with something of everything; larger houses with a mixture."""
    kinds = {kind.workload: kind for kind in KINDS}
    if seats <= largest:
        half = seats // 2
        if half > 1:
            yield kinds[TRAINING], half
        for workload in (INFERENCE, NOTEBOOK, HELD)[: max(1, seats - half - 1)]:
            yield kinds[workload], 1
        return
    left = int(seats * _OPEN * demand)
    while left > 0:
        kind = rng.choices(KINDS, weights=[each.weight for each in KINDS])[0]
        size = min(rng.choice(kind.sizes), left, seats)
        if size > largest:
            size -= size % largest
        left -= size
        yield kind, size
