"""One simulated GPU, moved on step by step: work drives it, faults strain it, physics follows."""

from warpwatch.sources.sim import history
from warpwatch.sources.sim.faults.fault import Access
from warpwatch.sources.sim.incident import Incident
from warpwatch.sources.sim.physics import clocks, counters, heat
from warpwatch.sources.sim.roster import Roster
from warpwatch.sources.sim.state import State
from warpwatch.sources.sim.work import Work

MIG_SHARE = 1 / 7
"""A MIG GPU has seven compute slices, whatever its board."""


class SimGpu:
    """Moved by its stage, whose lock guards everything here."""

    __slots__ = (
        "_booked",
        "absent",
        "held",
        "incidents",
        "pace",
        "roster",
        "seat",
        "state",
        "until",
    )

    def __init__(self, state: State, roster: Roster, seat: int, begin: float) -> None:
        self.state = state
        self.roster = roster
        self.seat = seat
        self.incidents: tuple[Incident, ...] = ()
        self.absent = False
        """Nobody gets an answer from it, its job no more than the driver."""
        self.pace = 1.0
        """At which it got on with its work in the last step: 1 at full clocks."""
        self.held = 1.0
        """The pace of the slowest that it has to wait for."""
        self.until = begin
        """When it has something else to do."""
        self._booked: Work | None = None
        """What the roster has given it."""
        self.take(begin)
        self._wake(begin)

    def take(self, time: float) -> None:
        """Its part of what the roster says for this time."""
        span = self.roster.span(self.seat, time)
        self.until = span.until
        self._booked = span.work
        self._begin()

    @property
    def fit(self) -> bool:
        """Whether the roster may give it work."""
        return not self.absent and self.state.guest is None

    def step(self, time: float, seconds: float) -> bool:
        """Up to this time; whether that has changed if it can be given work."""
        state, before = self.state, self.fit
        if self.incidents:
            self._act(time)
            self._begin()
        self._drive(time)
        clocks.choose(state, seconds)
        counters.count(state, seconds)
        heat.warm(state, seconds)
        if state.temperature >= state.board.thermal.shutdown and not state.wear.off_bus:
            state.wear.off_bus = self.absent = True
            state.xid(79, time)
        if self.absent:
            self.pace = 0.0
        else:
            self.pace = state.pace if state.activity.awake else 1.0
        return self.fit is not before

    def _begin(self) -> None:
        work = self.state.guest or self._booked
        if work is not self.state.work:
            self.state.work = work
            self.held = 1.0

    def recall(self, time: float) -> None:
        """As its work makes it at a time of the past, settled: what was before is forgotten."""
        self._drive(time)
        clocks.choose(self.state, 0.0)
        heat.settle(self.state)

    def access(self, time: float) -> Access | None:
        """What keeps the GPU from answering at this time, by its faults; None: nothing."""
        for incident in self.incidents:
            access = incident.access(time)
            if access is not None and access is not Access.DOWN:
                return access
        return None

    def suffer(self, incident: Incident) -> None:
        self.incidents = (*self.incidents, incident)

    def recover(self, incident: Incident) -> None:
        self.incidents = tuple(each for each in self.incidents if each is not incident)

    def _wake(self, begin: float) -> None:
        """As if it had been running all along."""
        self._drive(begin)
        clocks.choose(self.state, 0.0)
        heat.settle(self.state)
        history.write(self.state, begin)

    def _act(self, time: float) -> None:
        state = self.state
        state.strain.clear()
        for incident in self.incidents:
            incident.act(state, time)
        if any(incident.over(time) for incident in self.incidents):
            self.incidents = tuple(each for each in self.incidents if not each.over(time))
        self.absent = state.wear.off_bus or self.access(time) is not None

    def _drive(self, time: float) -> None:
        state = self.state
        activity, work = state.activity, state.work
        activity.rest()
        state.noise.move(time)
        if self.absent and self.access(time) is not Access.HUNG:
            return
        if state.parts:
            self._drive_parts(time)
        elif work is not None:
            work.job.workload.drive(activity, work, time, state.noise)
            if self.absent or state.strain.spinning:
                activity.wait(0.0)
            elif self.held < self.pace:
                activity.wait(self.held / self.pace)
            if state.strain.share < 1.0:
                activity.lessen(state.strain.share)
            activity.memory += state.strain.leaked
            activity.settle()

    def _drive_parts(self, time: float) -> None:
        whole, noise = self.state.activity, self.state.noise
        for part in self.state.parts:
            activity = part.activity
            activity.rest()
            if part.work is not None:
                part.work.job.workload.drive(activity, part.work, time, noise)
                activity.settle()
            whole.add(activity, part.slice.compute * MIG_SHARE)
        whole.settle()
