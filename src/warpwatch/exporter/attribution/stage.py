"""What a stage is; a list of them is one."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from warpwatch.clock import Clock
from warpwatch.samples.entity import Entity
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Reading, Report

log = logging.getLogger(__name__)

T = TypeVar("T")

AGAIN_SECONDS = 30.0
MOST_REMEMBERED = 1024
"""Entities: more than a machine has, lest those that are gone add up."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a stage that asks others fares."""

    name: str
    success: bool
    age: float | None
    """Seconds since it last learnt something; None before it ever did."""
    detail: str = ""
    """Why not, and what to do about it."""
    logged: bool = True
    """Whether the stage itself writes that to the log."""


class Stage(Protocol):
    """Adds to a report what its source cannot know. It is called where the device was read, in a
    thread of that device: it must not mind several callers, and may wait.
    """

    def __call__(self, report: Report) -> Report: ...

    async def run(self) -> None:
        """Learns, until it is cancelled; returns at once if there is nothing to learn."""
        ...

    def health(self) -> Sequence[Health]: ...


class Chain:
    """One stage after the other."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self.stages = tuple(stages)

    def __call__(self, report: Report) -> Report:
        for stage in self.stages:
            report = stage(report)
        return report

    async def run(self, clock: Clock) -> None:
        await asyncio.gather(*(_kept(stage, clock) for stage in self.stages))

    def health(self) -> tuple[Health, ...]:
        return tuple(health for stage in self.stages for health in stage.health())


async def _kept(stage: Stage, clock: Clock) -> None:
    """A defect of a stage costs what it would have told, for a while, and no other stage."""
    while True:
        try:
            await stage.run()
        except Exception:
            log.exception("%s has failed; it is tried again", type(stage).__name__)
            await clock.sleep(AGAIN_SECONDS)
        else:
            return


class Memo(Generic[T]):
    """What was worked out for an entity, for as long as it would come out the same. Where a hundred
    pods share a node, a stage would spend most of its time on making equal values again.
    """

    def __init__(self) -> None:
        self._kept: dict[Entity, tuple[tuple[object, ...], T]] = {}

    def __call__(self, entity: Entity, given: tuple[object, ...], work: Callable[[], T]) -> T:
        """`given` is all that it is worked out from. Each entity is of one thread."""
        kept = self._kept.get(entity)
        if kept is not None and kept[0] == given:
            return kept[1]
        made = work()
        if len(self._kept) >= MOST_REMEMBERED:
            self._kept = {}
        self._kept[entity] = given, made
        return made


def add(reading: Reading, owners: Sequence[Owner]) -> Reading:
    """With further owners; none of them twice, and what two stages know of one job together."""
    return fill(reading, joined(reading.owners, owners)) if owners else reading


def joined(before: Sequence[Owner], owners: Sequence[Owner]) -> tuple[Owner, ...]:
    known = list(before)
    for owner in owners:
        if owner in known:
            continue
        same = next((n for n, each in enumerate(known) if _same_job(each, owner)), None)
        if same is None:
            known.append(owner)
        else:
            known[same] = _together(known[same], owner)
    return tuple(known)


def _same_job(one: Owner, other: Owner) -> bool:
    return bool(one.hpc_job) and one.hpc_job == other.hpc_job and not one.pod and not other.pod


def _together(one: Owner, other: Owner) -> Owner:
    return replace(one, container=one.container or other.container, user=one.user or other.user)


def fill(reading: Reading, owners: Sequence[Owner]) -> Reading:
    """With other words for the same owners."""
    return reading if tuple(owners) == reading.owners else replace(reading, owners=tuple(owners))
