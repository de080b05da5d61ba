"""What a fleet did, worked out step by step: the same play of jobs that the living fleet goes on
with, the same work and the same physics, looked at every five minutes and settled each time.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan

from warpwatch.samples.entity import Instance
from warpwatch.samples.owner import Owner
from warpwatch.sources.sim.chance import draw, seed_of
from warpwatch.sources.sim.fleet import Fleet, SimNode
from warpwatch.sources.sim.gpu import SimGpu
from warpwatch.sources.sim.past.detail import Closeup, Tenant
from warpwatch.sources.sim.past.rhythm import Outage, Rhythm
from warpwatch.sources.sim.readings import memory
from warpwatch.sources.sim.schedule import Schedule
from warpwatch.sources.sim.work import Work
from warpwatch.units import MIB

STEP = 300.0
IDLE = 0.05
"""Below this share of activity a GPU that somebody has is idle, as the rules have it."""
_SLICES = 7
Values = tuple[float, float, float, float, float, float]
_NOTHING: Values = (nan, nan, nan, nan, nan, nan)


@dataclass(slots=True)
class Course:
    """One GPU's, a value for each step; not a number where nothing was known."""

    activity: "array[float]"
    power: "array[float]"
    temperature: "array[float]"
    used: "array[float]"
    allocated: "array[float]"
    idle: "array[float]"

    def add(self, values: Values) -> None:
        """One of each, in their order."""
        self.activity.append(values[0])
        self.power.append(values[1])
        self.temperature.append(values[2])
        self.used.append(values[3])
        self.allocated.append(values[4])
        self.idle.append(values[5])


class Share:
    """What an owner had, summed up over GPUs, from its first step to its last."""

    __slots__ = ("active", "first", "gpus", "idle", "power", "used")

    def __init__(self, first: int) -> None:
        self.first = first
        self.gpus, self.active = array("d"), array("d")
        self.idle, self.power, self.used = array("d"), array("d"), array("d")

    def add(self, position: int, part: float, active: float, power: float, used: float) -> None:
        behind = position + 1 - self.first - len(self.gpus)
        columns = (self.gpus, self.active, self.idle, self.power, self.used)
        for values in columns if behind else ():
            values.extend([0.0] * behind)
        self.gpus[-1] += part
        self.active[-1] += part * active
        self.idle[-1] += part if active < IDLE else 0.0
        self.power[-1] += part * power
        self.used[-1] += part * used


@dataclass(frozen=True, slots=True)
class Past:
    times: Sequence[int]
    courses: Mapping[tuple[SimNode, int], Course]
    shares: Mapping[Owner, Share]
    """A job stays within its rack, so an owner is of one rack alone."""
    closeups: Mapping[tuple[SimNode, int], Closeup]
    close: int
    """From which time on those are."""


@dataclass(frozen=True, slots=True)
class Rack:
    nodes: tuple[SimNode, ...]
    schedule: Schedule
    outage: Outage | None


def played(racks: Sequence[Rack], since: float, until: float, close: float = inf) -> Past:
    """From the first whole step after `since` up to `until`; schedules must not be further.
    From `close` on each GPU is looked at closely.
    """
    first = -int(-since // STEP)
    times = [int(number * STEP) for number in range(first, -int(-until // STEP))]
    near = bisect_left(times, close)
    courses: dict[tuple[SimNode, int], Course] = {}
    closeups: dict[tuple[SimNode, int], Closeup] = {}
    shares: dict[Owner, Share] = {}
    for rack in racks:
        members = [_Member(gpu) for node in rack.nodes for gpu in node.source.gpus]
        for position, time in enumerate(times):
            if _gone(rack, time):
                for member in members:
                    member.miss(closely=position >= near)
                continue
            for member in members:
                for tenant, part in member.look(time, closely=position >= near):
                    share = shares.get(tenant.owner)
                    if share is None:
                        share = shares[tenant.owner] = Share(position)
                    course = member.course
                    seen = course.activity[-1], course.power[-1], course.used[-1]
                    share.add(position, part, *seen)
        places = [(node, index) for node in rack.nodes for index in range(len(node.source.gpus))]
        courses |= {place: member.course for place, member in zip(places, members, strict=True)}
        closeups |= {place: member.closeup for place, member in zip(places, members, strict=True)}
    return Past(times, courses, shares, closeups, near)


def _gone(rack: Rack, time: float) -> bool:
    """Whether the rack has no power then; tells its schedule when that begins and ends."""
    outage = rack.outage
    if outage is None or time < outage.begins:
        return False
    rack.schedule.close(outage.begins)
    if time < outage.ends:
        return True
    rack.schedule.open(outage.ends)
    return False


class _Member:
    """A GPU with its course, and what it is like at rest, which needs no working out."""

    __slots__ = ("_rest", "_rest_closely", "_seed", "closeup", "course", "gpu")

    def __init__(self, gpu: SimGpu) -> None:
        self.gpu = gpu
        self.course = Course(*(array("d") for _ in Course.__slots__))
        self._seed = seed_of(gpu.state.entity.uuid, "past")
        self.closeup = Closeup(gpu.state)
        self._rest: tuple[float, float] | None = None
        self._rest_closely: tuple[float, ...] = ()

    def miss(self, *, closely: bool) -> None:
        self.course.add(_NOTHING)
        if closely:
            self.closeup.nothing()

    def look(self, time: int, *, closely: bool) -> Sequence[tuple[Tenant, float]]:
        """Adds what is seen of it; who has it, each with a share."""
        gpu, course = self.gpu, self.course
        gpu.take(float(time))
        state = gpu.state
        if state.work is None and not state.parts:
            power, temperature = self._at_rest(time)
            course.add((0.0, power, temperature, 0.0, 0.0, 0.0))
            if closely:
                self.closeup.add(self._rest_closely, iter(()))
            return ()
        gpu.recall(float(time))
        active = state.activity.busy if state.board.profiling == "none" else state.activity.sm
        owners = tuple(_owners(gpu))
        owned = sum(part for _, part in owners)
        idle = owned if active < IDLE else 0.0
        used = memory.used(state) * MIB
        course.add((active, state.power, state.temperature, used, owned, idle))
        if closely:
            self.closeup.add(self.closeup.seen(state), (tenant for tenant, _ in owners))
        return owners

    def _at_rest(self, time: int) -> tuple[float, float]:
        if self._rest is None:
            self.gpu.recall(float(time))
            self._rest = self.gpu.state.power, self.gpu.state.temperature
            self._rest_closely = self.closeup.seen(self.gpu.state)
        power, temperature = self._rest
        stray = draw(self._seed, time) - 0.5
        return power * (1.0 + 0.012 * stray), temperature + stray


def _owners(gpu: SimGpu) -> Iterator[tuple[Tenant, float]]:
    state = gpu.state
    works: list[tuple[Work | None, Instance | None, float]] = [(state.work, None, 1.0)]
    if state.parts:
        works = [(part.work, part.instance, part.slice.compute / _SLICES) for part in state.parts]
    for work, instance, share in works:
        if work is not None:
            for owner in work.owners:
                yield Tenant(owner, instance), share / len(work.owners)


def racks(made: Fleet, rhythm: Rhythm) -> Iterator[Rack]:
    names = dict.fromkeys(node.rack for node in made.nodes)
    for number, (name, schedule) in enumerate(zip(names, made.schedules, strict=True)):
        nodes = tuple(node for node in made.nodes if node.rack == name)
        yield Rack(nodes, schedule, rhythm.outage(number))
