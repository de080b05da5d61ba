"""What a stage is; a list of them is one."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Reading, Report

log = logging.getLogger(__name__)


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

    async def run(self) -> None:
        await asyncio.gather(*map(_kept, self.stages))

    def health(self) -> tuple[Health, ...]:
        return tuple(health for stage in self.stages for health in stage.health())


async def _kept(stage: Stage) -> None:
    """A defect of a stage costs what it would have told, and no other stage."""
    try:
        await stage.run()
    except Exception:
        log.exception("%s has ended; what it knew stays as it is", type(stage).__name__)


def add(reading: Reading, owners: Sequence[Owner]) -> Reading:
    """With further owners; none of them twice."""
    new = tuple(dict.fromkeys(owner for owner in owners if owner not in reading.owners))
    return replace(reading, owners=(*reading.owners, *new)) if new else reading


def fill(reading: Reading, owners: Sequence[Owner]) -> Reading:
    """With other words for the same owners."""
    return reading if tuple(owners) == reading.owners else replace(reading, owners=tuple(owners))
