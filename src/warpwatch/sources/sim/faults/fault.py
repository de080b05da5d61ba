"""What every fault is: some parameters, a time, and the moments at which it acts."""

from enum import Enum
from typing import Annotated, ClassVar

import msgspec

from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.state import State
from warpwatch.units import Seconds

Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Rate = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
Degrees = Annotated[float, msgspec.Meta(gt=0, le=200)]
NOW = Seconds(0.0)


class Access(Enum):
    """Faults that are seen in how a GPU answers, not in what it says."""

    HUNG = "hung"
    LOST = "lost"
    MISSING = "missing"
    DOWN = "exporter down"


class Fault(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="fault"
):
    gpu: Annotated[int, msgspec.Meta(ge=0, le=63)] = 0
    at: Seconds = NOW
    """After the simulation's start, or after now if injected."""
    lasting: Seconds | None = msgspec.field(name="for", default=None)
    """Without it the fault stays until it is cleared."""

    access: ClassVar[Access | None] = None
    whole: ClassVar[bool] = False
    """Whether it is of work on a whole GPU, and not on one that is divided."""

    @classmethod
    def name(cls) -> str:
        """As files and requests write it."""
        return str(cls.__struct_config__.tag)

    @property
    def span(self) -> range:
        """The GPUs that it is of."""
        return range(self.gpu, self.gpu + 1)

    def parts(self, node: str, begins: float) -> "tuple[Fault, ...]":
        """What each of its GPUs suffers, in their order."""
        del node, begins
        return (self,)

    def problem(self, board: Board) -> str:
        """Why such a board cannot have this fault; empty if it can."""
        del board
        return ""

    def begin(self, state: State, time: float) -> None:
        """Once, when it strikes."""

    def press(self, state: State, since: float) -> None:
        """At every step while it lasts, so long `since` it struck: what it does just now."""

    def grow(self, state: State, since: float, until: float) -> None:
        """At every step: what has come up from one time after it struck to another."""

    def end(self, state: State) -> None:
        """Once, when its time is over or it is cleared: what a repair puts right."""


def grown(per_minute: float, since: float, until: float) -> int:
    """How many whole events a steady rate brings from one time to another."""
    rate = per_minute / 60.0
    return int(rate * until) - int(rate * since)
