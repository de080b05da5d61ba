"""Many simulated nodes that share one clock and, rack by rack, one queue of jobs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from warpwatch.clock import Clock
from warpwatch.errors import InputError
from warpwatch.sources.sim.board import BOARDS, board
from warpwatch.sources.sim.chance import seed_of
from warpwatch.sources.sim.decode import did_you_mean
from warpwatch.sources.sim.house import House
from warpwatch.sources.sim.incidents import ActiveFault
from warpwatch.sources.sim.scenario import MOST_GPUS, GpuGroup, Scenario, Timing
from warpwatch.sources.sim.schedule import Schedule
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.stage import Stage
from warpwatch.sources.sim.timeline import Timeline
from warpwatch.units import Seconds

RACK = 4
"""Nodes in a rack; a job that needs more than one node stays within its rack."""
MOST_NODES = 20_000
PARTITION = (3, 2, 1, 1)
"""Compute slices of the instances on a partitioned GPU."""


@dataclass(frozen=True, slots=True)
class SimNode:
    name: str
    rack: str
    board: str
    source: SimSource


class Fleet:
    def __init__(self, nodes: Sequence[SimNode]) -> None:
        self.nodes = tuple(nodes)
        self._by_name = {node.name: node for node in self.nodes}

    def node(self, name: str) -> SimNode:
        found = self._by_name.get(name)
        if found is None:
            names = f"{self.nodes[0].name} to {self.nodes[-1].name}"
            raise InputError("node", f"{name!r} is not in the fleet", hint=f"nodes: {names}")
        return found

    def inject(self, request: Mapping[str, object]) -> ActiveFault:
        """As a source's request, with the `node` that it is for."""
        name = request.get("node")
        if not isinstance(name, str):
            raise InputError("the request: node", "is missing", hint=f"try {self.nodes[0].name!r}")
        rest = {key: value for key, value in request.items() if key != "node"}
        return self.node(name).source.inject(rest)

    def active(self) -> tuple[ActiveFault, ...]:
        return tuple(fault for node in self.nodes for fault in node.source.active())

    def clear(self, number: int) -> ActiveFault | None:
        cleared = (node.source.clear(number) for node in self.nodes)
        return next((fault for fault in cleared if fault is not None), None)

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
) -> Fleet:
    """Racks take the boards in turn, so each rack is of one kind. With `mig` the last GPU of each
    node is partitioned, on boards that can be.
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
    for rack, first in enumerate(range(0, nodes, RACK)):
        model = boards[rack % len(boards)]
        names = [f"gpu-{number + 1:04d}" for number in range(first, min(first + RACK, nodes))]
        whole = sum(group.count for group in scenarios[model].gpus if not group.mig)
        seats = [name for name in names for _ in range(whole)]
        schedule = Schedule(seed_of(seed, "rack", rack), seats, timeline.begin)
        house = House(timeline, Stage(timeline), schedule, ids)
        members += [
            SimNode(
                name,
                f"rack-{rack + 1:03d}",
                model,
                SimSource(
                    scenarios[model],
                    clock,
                    node=name,
                    hang="report",
                    house=house,
                    first_seat=position * whole,
                ),
            )
            for position, name in enumerate(names)
        ]
    return Fleet(members)


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
