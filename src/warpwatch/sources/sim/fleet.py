"""Many simulated nodes that share one clock and, rack by rack, one queue of jobs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from warpwatch.clock import Clock
from warpwatch.errors import InputError
from warpwatch.sources.sim.board import BOARDS, board
from warpwatch.sources.sim.chance import seed_of
from warpwatch.sources.sim.decode import (
    decode_host_fault,
    decode_program_fault,
    did_you_mean,
)
from warpwatch.sources.sim.faults import FAULTS
from warpwatch.sources.sim.hosts.faults import HOST_FAULTS
from warpwatch.sources.sim.hosts.host import Host
from warpwatch.sources.sim.house import House
from warpwatch.sources.sim.incidents import ActiveFault
from warpwatch.sources.sim.past.rhythm import Rhythm
from warpwatch.sources.sim.programs.faults import PROGRAM_FAULTS
from warpwatch.sources.sim.programs.program import Program
from warpwatch.sources.sim.programs.standing import standing
from warpwatch.sources.sim.scenario import MOST_GPUS, GpuGroup, Scenario, Timing
from warpwatch.sources.sim.schedule import Schedule
from warpwatch.sources.sim.site import Site
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.stage import Stage
from warpwatch.sources.sim.timeline import Timeline
from warpwatch.units import Seconds

RACK = 4
"""Nodes in a rack; a job that needs more than one node stays within its rack."""
MOST_NODES = 20_000
RUSH = "rush"
"""The fault of a whole fleet: every free GPU is taken."""
_OF_GPUS = frozenset(fault.name() for fault in FAULTS)
_OF_HOSTS = frozenset(fault.name() for fault in HOST_FAULTS)
_OF_PROGRAMS = frozenset(fault.name() for fault in PROGRAM_FAULTS)
ALL_FAULTS = _OF_GPUS | _OF_HOSTS | _OF_PROGRAMS | {RUSH}
PARTITION = (3, 2, 1, 1)
"""Compute slices of the instances on a partitioned GPU."""


@dataclass(frozen=True, slots=True)
class SimNode:
    name: str
    rack: str
    board: str
    source: SimSource
    site: Site

    @property
    def down(self) -> bool:
        """Whether nothing answers for it: its exporter is dead, or all of it."""
        return self.source.exporter_down or self.site.down(self.name)


@dataclass(frozen=True, slots=True)
class _Rush:
    """One fault that is many: free GPUs, each taken by somebody."""

    shown: ActiveFault
    parts: frozenset[int]


class Fleet:
    def __init__(self, nodes: Sequence[SimNode], schedules: Sequence[Schedule]) -> None:
        self.nodes = tuple(nodes)
        self.schedules = tuple(schedules)
        """Of each rack."""
        self._by_name = {node.name: node for node in self.nodes}
        self._sites = tuple(dict.fromkeys(node.site for node in self.nodes))
        self._rushes: dict[int, _Rush] = {}

    def programs(self) -> Iterator[tuple[Site, Program]]:
        """Those that run now, each with where."""
        for site in self._sites:
            for program in site.programs():
                yield site, program

    def program(self, name: str) -> tuple[Site, Program]:
        """KeyError where it does not run, or no longer."""
        return {program.name: (site, program) for site, program in self.programs()}[name]

    def named(self, name: str) -> SimNode:
        """KeyError where there is none."""
        return self._by_name[name]

    def node(self, name: str) -> SimNode:
        found = self._by_name.get(name)
        if found is None:
            names = f"{self.nodes[0].name} to {self.nodes[-1].name}"
            raise InputError("node", f"{name!r} is not in the fleet", hint=f"nodes: {names}")
        return found

    def inject(self, request: Mapping[str, object]) -> ActiveFault:
        """As a source's request, with the `node` that it is for; a fault of a program names that
        or nothing.
        """
        fault = request.get("fault")
        if fault in _OF_PROGRAMS:
            return self._inject_program(request)
        if fault == RUSH:
            return self._rush(request)
        if fault not in _OF_HOSTS | _OF_GPUS and isinstance(fault, str):
            hint = did_you_mean(fault, ALL_FAULTS, "faults")
            raise InputError("the request: fault", f"Invalid value {fault!r}", hint=hint)
        name = request.get("node")
        if not isinstance(name, str):
            raise InputError("the request: node", "is missing", hint=f"try {self.nodes[0].name!r}")
        rest = {key: value for key, value in request.items() if key != "node"}
        node = self.node(name)
        if fault in _OF_HOSTS:
            return node.site.strike_host(name, decode_host_fault(rest, "the request"))
        return node.source.inject(rest)

    def _inject_program(self, request: Mapping[str, object]) -> ActiveFault:
        fault = decode_program_fault(request, "the request")
        able = [(site, each) for site, each in self.programs() if each.kind == fault.of]
        for site, program in able:
            if fault.program in {"", program.name, program.labels["job"]}:
                return site.strike_program(program, fault)
        names = sorted(program.name for _, program in able)
        raise InputError(
            "the request: program",
            f"{fault.program!r} does not run, or is nothing for {fault.name()}"
            if fault.program
            else f"no {fault.of} runs just now",
            hint=f"there are {', '.join(names)}" if names else "wait for the next job",
        )

    def _rush(self, request: Mapping[str, object]) -> ActiveFault:
        """The last free GPU is taken."""
        told = {"fault": "occupy", "workload": "training"} | {
            key: value for key, value in request.items() if key != "fault"
        }
        taken = [
            node.source.inject(told | {"gpu": gpu})
            for node in self.nodes
            for gpu in node.source.idle()
        ]
        if not taken:
            raise InputError("the request", "comes when no GPU is free", hint="wait a little")
        shown = replace(taken[0], node="the fleet", gpu=None, fault=RUSH)
        self._rushes[shown.id] = _Rush(shown, frozenset(each.id for each in taken))
        return shown

    def active(self) -> tuple[ActiveFault, ...]:
        found = [fault for node in self.nodes for fault in node.source.active()]
        there = {fault.id for fault in found}
        rushes = [rush for rush in self._rushes.values() if rush.parts & there]
        hidden = frozenset().union(*(rush.parts for rush in rushes))
        return (
            *(fault for fault in found if fault.id not in hidden),
            *(rush.shown for rush in rushes),
            *(fault for site in self._sites for fault in site.active()),
        )

    def clear(self, number: int) -> ActiveFault | None:
        rush = self._rushes.pop(number, None)
        numbers = rush.parts if rush else {number}
        ends = [node.source.clear(one) for node in self.nodes for one in numbers]
        ends += [site.clear(number) for site in self._sites]
        return next((fault for fault in ends if fault is not None), None)

    def close(self) -> None:
        for node in self.nodes:
            node.source.close()


def fleet(
    *,
    clock: Clock,
    nodes: int = 1000,
    gpus: int = 8,
    boards: Sequence[str] = ("H100",),
    seed: int = 1,
    tick: float = 5.0,
    time: Timing | None = None,
    mig: bool = False,
    rhythm: Rhythm | None = None,
) -> Fleet:
    """Racks take the boards in turn, so each rack is of one kind. With `mig` the last GPU of each
    node is partitioned, on boards that can be. With a rhythm jobs have come and gone for weeks.
    """
    _check(nodes, gpus, boards)
    scenarios = {
        name: Scenario(
            gpus=tuple(_groups(name, gpus, mig=mig)),
            seed=seed,
            tick=Seconds(tick),
            time=time or Timing(),
        )
        for name in boards
    }
    timeline, ids = Timeline(scenarios[boards[0]], clock), count(1)
    members: list[SimNode] = []
    schedules: list[Schedule] = []
    for rack, first in enumerate(range(0, nodes, RACK)):
        scenario = scenarios[boards[rack % len(boards)]]
        names = [f"gpu-{number + 1:04d}" for number in range(first, min(first + RACK, nodes))]
        whole = sum(group.count for group in scenario.gpus if not group.mig)
        seats = [name for name in names for _ in range(whole)]
        schedule = _schedule(seed_of(seed, "rack", rack), rack, seats, timeline.begin, rhythm)
        schedules.append(schedule)
        house = House(timeline, Stage(timeline), schedule, ids)
        members += _rack(names, rack, scenario, house, clock)
    return Fleet(members, schedules)


def _rack(
    names: Sequence[str], rack: int, scenario: Scenario, house: House, clock: Clock
) -> Iterator[SimNode]:
    """Its nodes; in the first one's place there are also the programs that need no GPU."""
    whole = sum(group.count for group in scenario.gpus if not group.mig)
    sources = {
        name: SimSource(
            scenario, clock, node=name, hang="report", house=house, first_seat=position * whole
        )
        for position, name in enumerate(names)
    }
    begin, seed = house.timeline.begin, scenario.seed
    hosts = [Host(name, seed, each.gpus, begin) for name, each in sources.items()]
    site = Site(house, hosts, () if rack else tuple(standing(seed, begin)))
    for name, each in sources.items():
        yield SimNode(name, f"rack-{rack + 1:03d}", scenario.gpus[0].board, each, site)


def _schedule(
    seed: int, rack: int, seats: Sequence[str], begin: float, rhythm: Rhythm | None
) -> Schedule:
    if rhythm is None:
        return Schedule(seed, seats, begin)
    schedule = Schedule(seed, seats, rhythm.begin, rhythm.demand)
    outage = rhythm.outage(rack)
    if outage is not None and begin >= outage.ends:
        schedule.close(outage.begins)
        schedule.open(outage.ends)
    return schedule


def _groups(name: str, gpus: int, *, mig: bool) -> Iterator[GpuGroup]:
    figures = board(name).mig
    if not mig or figures is None or gpus == 1:
        yield GpuGroup(board=name, count=gpus)
        return
    yield GpuGroup(board=name, count=gpus - 1)
    smallest = {piece.compute: profile for profile, piece in reversed(figures.profiles.items())}
    yield GpuGroup(board=name, mig=tuple(smallest[compute] for compute in PARTITION))


def _check(nodes: int, gpus: int, boards: Sequence[str]) -> None:
    if nodes < 1:
        raise InputError("nodes", f"{nodes} is not a fleet", hint="ask for one node or more")
    if nodes > MOST_NODES:
        raise InputError(
            "nodes",
            f"{nodes} are more than one process can simulate",
            hint=f"ask for {MOST_NODES} at most, or start several fleets of other seeds",
        )
    if not 1 <= gpus <= MOST_GPUS:
        raise InputError("gpus", f"{gpus} per node", hint=f"ask for 1 to {MOST_GPUS}")
    if not boards:
        raise InputError("boards", "none is named", hint=f"boards: {', '.join(BOARDS)}")
    for name in boards:
        if name not in BOARDS:
            hint = did_you_mean(name, BOARDS, "boards")
            raise InputError("boards", f"{name!r} is not one of the boards", hint=hint)
