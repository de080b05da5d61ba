"""Which reader answers which field, worked out once for a selection of fields and a build.

Thousands of GPUs are asked for the same few fields over and over, so what cannot be
answered, and by whom the rest is, is settled before the first read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Generic

from warpwatch.fields.catalogue import BY_ID
from warpwatch.fields.field import Scope
from warpwatch.fields.processes import COMPUTE_PIDS
from warpwatch.samples.entity import Entity
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Reading, Reason, Value
from warpwatch.sources.sim.board import board
from warpwatch.sources.sim.readings import (
    clocks,
    faults,
    identity,
    links,
    memory,
    power,
    processes,
    profiling,
    switches,
)
from warpwatch.sources.sim.readings.links import LinkView
from warpwatch.sources.sim.readings.reader import Build, Reader, Subject
from warpwatch.sources.sim.readings.switches import SwitchView
from warpwatch.sources.sim.state import Part, State

GPU_READERS: tuple[Reader[State], ...] = (
    *clocks.READERS,
    *faults.READERS,
    *identity.READERS,
    *links.READERS,
    *memory.READERS,
    *power.READERS,
    *processes.READERS,
    *profiling.READERS,
)
PART_READERS: tuple[Reader[Part], ...] = (
    *memory.PART_READERS,
    *processes.PART_READERS,
    *profiling.PART_READERS,
)


@dataclass(frozen=True, slots=True)
class Answers(Generic[Subject]):
    """The fields of one kind of entity: those with a reader, and the gaps of the others."""

    getters: tuple[tuple[int, Callable[[Subject], Value]], ...]
    gaps: Mapping[int, Reason]

    def __bool__(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.getters or self.gaps)

    def read(self, entity: Entity, subject: Subject, owners: tuple[Owner, ...] = ()) -> Reading:
        values = {number: get(subject) for number, get in self.getters}
        return Reading(entity, values, self.gaps, owners)

    def refuse(self, entity: Entity, reason: Reason) -> Reading:
        """No answer at all, for a reason of the device's."""
        asked = (*(number for number, _ in self.getters), *self.gaps)
        return Reading(entity, {}, dict.fromkeys(asked, reason))


@dataclass(frozen=True, slots=True)
class Plan:
    """How a selection of fields is answered for GPUs of one build."""

    gpu: Answers[State]
    part: Answers[Part]
    link: Answers[LinkView]
    switch: Answers[SwitchView]
    processes: bool
    """Whether who they are is asked, too."""


@lru_cache(maxsize=512)
def plan(fields: frozenset[int], name: str, *, mig: bool) -> Plan:
    """For a board by its name. Fields that the catalogue does not know are the GPU's to refuse."""
    build = Build(board(name), mig)
    scopes: dict[Scope, list[int]] = {scope: [] for scope in Scope}
    instance = []
    for number in sorted(fields):
        field = BY_ID.get(number)
        scopes[field.scope if field else Scope.GPU].append(number)
        if field and field.per_instance:
            instance.append(number)
    return Plan(
        gpu=_answers(scopes[Scope.GPU], GPU_READERS, build),
        part=_answers(instance, PART_READERS, build),
        link=_answers(scopes[Scope.LINK], links.LINK_READERS, build),
        switch=_answers(scopes[Scope.SWITCH], switches.READERS, build),
        processes=COMPUTE_PIDS.id in fields,
    )


def _answers(
    numbers: list[int], readers: tuple[Reader[Subject], ...], build: Build
) -> Answers[Subject]:
    able = {reader.field.id: reader for reader in readers if reader.needs(build)}
    return Answers(
        tuple((number, able[number].get) for number in numbers if number in able),
        MappingProxyType({number: Reason.UNSUPPORTED for number in numbers if number not in able}),
    )
