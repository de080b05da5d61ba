"""One simulated GPU, moved on tick by tick: work drives it, faults strain it, physics follows."""

from collections.abc import Callable
from threading import Lock

from warpwatch.sources.sim.chance import draw, seed_of
from warpwatch.sources.sim.faults.fault import Access
from warpwatch.sources.sim.incident import Incident
from warpwatch.sources.sim.physics import clocks, counters, heat
from warpwatch.sources.sim.schedule import Span
from warpwatch.sources.sim.state import State

MIG_SHARE = 1 / 7
"""A MIG GPU has seven compute slices, whatever its board."""
_PAST_LOAD = 0.45
"""Of full power, on average, before the simulation began."""


class SimGpu:
    """`lock` guards everything: a reader moves it on while another thread injects."""

    __slots__ = (
        "_begin",
        "_length",
        "_seed",
        "_span",
        "_spans",
        "_tick",
        "incidents",
        "lock",
        "state",
    )

    def __init__(
        self, state: State, spans: Callable[[float], Span], begin: float, length: float
    ) -> None:
        """`spans` says what the GPU works on at a time; times it is asked do not go back."""
        self.state = state
        self.lock = Lock()
        self.incidents: tuple[Incident, ...] = ()
        self._seed = seed_of(state.entity.uuid)
        self._begin = begin
        self._length = length
        self._spans = spans
        self._span = spans(begin)
        self._tick = 0
        self._wake()

    def advance(self, tick: int) -> None:
        """Up to this tick; the caller holds the lock."""
        while self._tick < tick:
            self._tick += 1
            self._step(self._begin + self._tick * self._length)

    def access(self, time: float) -> Access | None:
        """What keeps the GPU from answering at this time, by its faults; None: nothing."""
        for incident in self.incidents:
            access = incident.access(time)
            if access is not None and access is not Access.DOWN:
                return access
        return None

    def suffer(self, incident: Incident) -> None:
        self.incidents = (*self.incidents, incident)

    def _wake(self) -> None:
        """As if it had been running all along."""
        state, power = self.state, self.state.board.power
        self._drive(self._begin)
        clocks.choose(state)
        heat.settle(state)
        past = state.papers.uptime
        state.energy = past * (power.idle + _PAST_LOAD * (power.burn - power.idle))
        state.pcie_rx_bytes = past * 0.9e9
        state.pcie_tx_bytes = past * 0.4e9
        if state.board.nvlink is not None:
            state.nvlink_rx_bytes = state.nvlink_tx_bytes = past * 60e9

    def _step(self, time: float) -> None:
        state = self.state
        if self.incidents:
            self._act(time)
        self._drive(time)
        clocks.choose(state)
        counters.count(state, self._length)
        heat.warm(state)
        if state.temperature >= state.board.thermal.shutdown and not state.wear.off_bus:
            state.wear.off_bus = True
            state.xid(79, time)

    def _act(self, time: float) -> None:
        state = self.state
        state.strain.clear()
        for incident in self.incidents:
            incident.act(state, time, self._length)
        if any(incident.over(time) for incident in self.incidents):
            self.incidents = tuple(each for each in self.incidents if not each.over(time))

    def _drive(self, time: float) -> None:
        state = self.state
        if time >= self._span.until:
            self._span = self._spans(time)
        work = state.work = self._span.work
        jitter = state.jitter = 2.0 * draw(self._seed, self._tick) - 1.0
        activity = state.activity
        activity.rest()
        if state.parts:
            self._drive_parts(time, jitter)
        elif work is not None:
            work.job.workload.drive(activity, work, time, jitter)
            activity.settle()

    def _drive_parts(self, time: float, jitter: float) -> None:
        whole = self.state.activity
        for part in self.state.parts:
            activity = part.activity
            activity.rest()
            if part.work is not None:
                part.work.job.workload.drive(activity, part.work, time, jitter)
                activity.settle()
            whole.add(activity, part.slice.compute * MIG_SHARE)
        whole.settle()
