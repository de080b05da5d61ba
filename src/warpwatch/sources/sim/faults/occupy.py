"""Somebody's job takes the GPU: a hoarder who does nothing on it, by default. Whose job was there
goes on without it.
"""

from typing import ClassVar

from warpwatch.sources.sim import jobs
from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.chance import seed_of
from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.state import State
from warpwatch.sources.sim.workloads import WORKLOADS


class Occupy(Fault, frozen=True, tag="occupy"):
    workload: str = "held"

    whole: ClassVar[bool] = True

    def problem(self, board: Board) -> str:
        del board
        known = sorted(workload.name for workload in WORKLOADS)
        if self.workload in known:
            return ""
        return f"knows no work {self.workload!r}, only {', '.join(known)}"

    def begin(self, state: State, time: float) -> None:
        seed = seed_of(state.entity.uuid, self.workload)
        state.guest = jobs.guest(seed, self.workload, time)

    def end(self, state: State) -> None:
        state.guest = None
