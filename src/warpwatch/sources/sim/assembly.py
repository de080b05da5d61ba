"""From a scenario to GPUs that run: boards into slots, instances onto boards, work onto both."""

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from random import Random

from warpwatch.samples.entity import Compute, Gpu, Instance
from warpwatch.sources.sim import identity, jobs
from warpwatch.sources.sim.board import board
from warpwatch.sources.sim.chance import seed_of
from warpwatch.sources.sim.gpu import SimGpu
from warpwatch.sources.sim.physics.plant import plant
from warpwatch.sources.sim.roster import Pinned, Roster
from warpwatch.sources.sim.scenario import MIXED, Scenario
from warpwatch.sources.sim.schedule import Schedule
from warpwatch.sources.sim.spec import workload_names
from warpwatch.sources.sim.state import Part, State
from warpwatch.sources.sim.timeline import Timeline
from warpwatch.sources.sim.workloads import WORKLOADS
from warpwatch.sources.sim.workloads.idle import IDLE

Place = tuple[Roster, int]
"""Who says what a GPU works on, and which seat it has there."""
_FIRST_ID = {7: 0, 4: 1, 3: 1, 2: 3, 1: 7}
"""Where NVIDIA begins to number instances of so many compute slices."""
_MIXED_PARTS = ("inference", "notebook", "held", "idle", "inference", "input_bound", "idle")
_LONGEST_PAST = 2 * 3600.0


def gpus(
    scenario: Scenario, node: str, timeline: Timeline, schedule: Schedule | None, first: int
) -> tuple[SimGpu, ...]:
    """The node's GPUs; `schedule` is one that other nodes share, in which its seats begin at
    `first`. Without it the node has one of its own.
    """
    names = _dealt(scenario)
    seats = [index for index, name in enumerate(names) if name == MIXED]
    if schedule is None:
        seed = seed_of(scenario.seed, node, "schedule")
        schedule = Schedule(seed, [node] * len(seats), timeline.begin)
    places: dict[int, Place] = {index: (schedule, first + seat) for seat, index in enumerate(seats)}
    places |= _pinned(scenario, node, names, timeline.begin)
    return tuple(
        _gpu(scenario, node, index, timeline.begin, places[index]) for index in range(len(names))
    )


def _gpu(scenario: Scenario, node: str, index: int, begin: float, place: Place) -> SimGpu:
    figures = board(scenario.boards[index][0])
    entity = Gpu(
        index=index,
        uuid=identity.gpu_uuid(scenario.seed, node, index),
        pci_bus_id=identity.pci_bus_id(index),
        model=figures.identity.name,
    )
    state = State(
        entity,
        figures,
        plant(figures, scenario.ambient, seed_of(entity.uuid, "board")),
        identity.papers(scenario.seed, node, index, scenario.driver),
        tuple(_parts(scenario, node, entity, begin)),
    )
    return SimGpu(state, *place, begin)


def _dealt(scenario: Scenario) -> tuple[str, ...]:
    """The workload's name for each GPU: a list is dealt in blocks as equal as can be. What
    runs on a MIG GPU runs on its instances, so it has no work of its own.
    """
    names: list[str] = []
    for group in scenario.gpus:
        given = workload_names(group)
        if group.mig:
            names += [IDLE.name] * group.count
        else:
            names += [given[slot * len(given) // group.count] for slot in range(group.count)]
    return tuple(names)


def _pinned(
    scenario: Scenario, node: str, names: tuple[str, ...], begin: float
) -> dict[int, Place]:
    """GPUs whose workload the scenario names keep it; neighbours that work as one are a job."""
    workloads = {workload.name: workload for workload in WORKLOADS}
    places: dict[int, Place] = {}
    for name, neighbours in groupby(range(len(names)), key=names.__getitem__):
        if name == MIXED:
            continue
        block = tuple(neighbours)
        gangs = [block] if workloads[name].gang else [(index,) for index in block]
        for gang in gangs:
            rng = Random(seed_of(scenario.seed, node, "fixed", gang[0]))
            roster = _endless(rng, name, node, len(gang), begin)
            places |= {index: (roster, seat) for seat, index in enumerate(gang)}
    return places


def _endless(rng: Random, name: str, node: str, size: int, begin: float) -> Pinned:
    """A job that has begun and does not end; being idle is no job."""
    if name == IDLE.name:
        return Pinned(lambda _: (None,) * size, begin)
    asked = jobs.request(rng, size, jobs.kind_of(name), size)
    past = 120.0 + rng.random() * _LONGEST_PAST
    return Pinned(partial(jobs.begin, asked, (node,) * size), begin - past)


def _parts(scenario: Scenario, node: str, gpu: Gpu, begin: float) -> Iterator[Part]:
    model, group = scenario.boards[gpu.index]
    figures = board(model)
    if figures.mig is None:
        return
    names = workload_names(group)
    taken: set[int] = set()
    for position, profile in enumerate(group.mig):
        piece = figures.mig.profiles[profile]
        number = _FIRST_ID[piece.compute]
        while number in taken:
            number += 1
        taken.add(number)
        uuid = identity.instance_uuid(scenario.seed, node, gpu.index, number)
        name = names[position % len(names)]
        if name == MIXED:
            name = _MIXED_PARTS[position]
        work = _endless(Random(seed_of(uuid)), name, node, 1, begin).span(0, begin).work
        sms = max(figures.identity.sms * piece.compute // 8, 1)
        # All of it is one compute instance, as `nvidia-smi mig -C` makes it.
        instance = Instance(gpu, number, profile, uuid, (Compute(0, profile, uuid),))
        yield Part(instance, piece, sms, work)
