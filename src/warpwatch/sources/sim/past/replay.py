"""What a fleet did, worked out step by step: the same play of jobs that the living fleet goes on
with, the same work and the same physics, looked at every five minutes and settled each time.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan

from warpwatch.samples.owner import Owner
from warpwatch.sources.sim.chance import draw, seed_of
from warpwatch.sources.sim.fleet import Fleet, SimNode
from warpwatch.sources.sim.gpu import SimGpu
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

    __slots__ = ("active", "first", "gpus", "idle", "power")

    def __init__(self, first: int) -> None:
        self.first = first
        self.gpus, self.active = array("d"), array("d")
        self.idle, self.power = array("d"), array("d")

    def add(self, position: int, part: float, active: float, power: float) -> None:
        behind = position + 1 - self.first - len(self.gpus)
        for values in (self.gpus, self.active, self.idle, self.power) if behind else ():
            values.extend([0.0] * behind)
        self.gpus[-1] += part
        self.active[-1] += part * active
        self.idle[-1] += part if active < IDLE else 0.0
        self.power[-1] += part * power


@dataclass(frozen=True, slots=True)
class Past:
    times: Sequence[int]
    courses: Mapping[tuple[SimNode, int], Course]
    shares: Mapping[Owner, Share]
    """A job stays within its rack, so an owner is of one rack alone."""


@dataclass(frozen=True, slots=True)
class Rack:
    nodes: tuple[SimNode, ...]
    schedule: Schedule
    outage: Outage | None


def played(racks: Sequence[Rack], since: float, until: float) -> Past:
    """From the first whole step after `since` up to `until`; schedules must not be further."""
    first = -int(-since // STEP)
    times = [int(number * STEP) for number in range(first, -int(-until // STEP))]
    courses: dict[tuple[SimNode, int], Course] = {}
    shares: dict[Owner, Share] = {}
    for rack in racks:
        members = [_Member(gpu) for node in rack.nodes for gpu in node.source.gpus]
        for position, time in enumerate(times):
            if _gone(rack, time):
                for member in members:
                    member.course.add(_NOTHING)
                continue
            for member in members:
                for owner, part in member.look(time):
                    share = shares.get(owner)
                    if share is None:
                        share = shares[owner] = Share(position)
                    active, power = member.course.activity[-1], member.course.power[-1]
                    share.add(position, part, active, power)
        places = ((node, index) for node in rack.nodes for index in range(len(node.source.gpus)))
        courses |= {place: member.course for place, member in zip(places, members, strict=True)}
    return Past(times, courses, shares)


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

    __slots__ = ("_rest", "_seed", "course", "gpu")

    def __init__(self, gpu: SimGpu) -> None:
        self.gpu = gpu
        self.course = Course(*(array("d") for _ in Course.__slots__))
        self._seed = seed_of(gpu.state.entity.uuid, "past")
        self._rest: tuple[float, float] | None = None

    def look(self, time: int) -> Sequence[tuple[Owner, float]]:
        """Adds what is seen of it; who has it, each with a share."""
        gpu, course = self.gpu, self.course
        gpu.take(float(time))
        state = gpu.state
        if state.work is None and not state.parts:
            power, temperature = self._at_rest(time)
            course.add((0.0, power, temperature, 0.0, 0.0, 0.0))
            return ()
        gpu.recall(float(time))
        active = state.activity.busy if state.board.profiling == "none" else state.activity.sm
        owners = tuple(_owners(gpu))
        owned = sum(part for _, part in owners)
        idle = owned if active < IDLE else 0.0
        used = memory.used(state) * MIB
        course.add((active, state.power, state.temperature, used, owned, idle))
        return owners

    def _at_rest(self, time: int) -> tuple[float, float]:
        if self._rest is None:
            self.gpu.recall(float(time))
            self._rest = self.gpu.state.power, self.gpu.state.temperature
        power, temperature = self._rest
        stray = draw(self._seed, time) - 0.5
        return power * (1.0 + 0.012 * stray), temperature + stray


def _owners(gpu: SimGpu) -> Iterator[tuple[Owner, float]]:
    state = gpu.state
    works: list[tuple[Work | None, float]] = [(state.work, 1.0)]
    if state.parts:
        works = [(part.work, part.slice.compute / _SLICES) for part in state.parts]
    for work, share in works:
        if work is not None:
            for owner in work.owners:
                yield owner, share / len(work.owners)


def racks(made: Fleet, rhythm: Rhythm) -> Iterator[Rack]:
    names = dict.fromkeys(node.rack for node in made.nodes)
    for number, (name, schedule) in enumerate(zip(names, made.schedules, strict=True)):
        nodes = tuple(node for node in made.nodes if node.rack == name)
        yield Rack(nodes, schedule, rhythm.outage(number))
