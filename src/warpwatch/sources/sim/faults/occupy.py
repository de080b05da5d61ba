"""Somebody's job takes the GPU, or several from it on: a hoarder who does nothing on it, by
default. Whose job was there goes on without it.
"""

from typing import Annotated, ClassVar

import msgspec

from warpwatch.sources.sim import jobs
from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.chance import seed_of
from warpwatch.sources.sim.faults.fault import NOW, Fault
from warpwatch.sources.sim.state import State
from warpwatch.sources.sim.work import Work
from warpwatch.sources.sim.workloads import WORKLOADS
from warpwatch.units import Seconds


class Occupy(Fault, frozen=True, tag="occupy"):
    workload: str = "held"
    gpus: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    """How many, all of one job."""
    already: Seconds = NOW
    """For so long the job has run."""

    whole: ClassVar[bool] = True

    @property
    def span(self) -> range:
        return range(self.gpu, self.gpu + self.gpus)

    def parts(self, node: str, begins: float) -> tuple[Fault, ...]:
        if self.gpus == 1:
            return (self,)
        seed = seed_of(node, self.gpu, self.workload)
        works = jobs.guests(seed, self.workload, node, self.gpus, begins - self.already)
        return tuple(
            Rank(gpu=gpu, at=self.at, lasting=self.lasting, work=work)
            for gpu, work in zip(self.span, works, strict=True)
        )

    def problem(self, board: Board) -> str:
        del board
        known = sorted(workload.name for workload in WORKLOADS)
        if self.workload in known:
            return ""
        return f"knows no work {self.workload!r}, only {', '.join(known)}"

    def begin(self, state: State, time: float) -> None:
        seed = seed_of(state.entity.uuid, self.workload)
        (state.guest,) = jobs.guests(seed, self.workload, "", 1, time - self.already)

    def end(self, state: State) -> None:
        state.guest = None


class Rank(Fault, frozen=True, tag=Occupy.name()):
    """What one of several GPUs has of it; nobody asks for that by itself."""

    work: Work

    def begin(self, state: State, time: float) -> None:
        del time
        state.guest = self.work

    def end(self, state: State) -> None:
        state.guest = None
