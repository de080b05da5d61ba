"""What goes wrong beside GPUs: with a node's host, or with a program. It has a time, no damage."""

from dataclasses import dataclass
from math import inf
from typing import Any

import msgspec

from warpwatch.sources.sim.faults.fault import NOW
from warpwatch.units import Seconds


class Mishap(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="fault"
):
    at: Seconds = NOW
    lasting: Seconds | None = msgspec.field(name="for", default=None)

    @classmethod
    def name(cls) -> str:
        return str(cls.__struct_config__.tag)

    def press(self, strain: Any, since: float) -> None:
        """At every step while it lasts: what it does to a host's strain, or to a program's."""


@dataclass(slots=True, eq=False)
class Planned:
    """One that has a number and a time."""

    id: int
    mishap: Mishap
    begins: float
    ends: float = inf

    def over(self, time: float) -> bool:
        return time >= self.ends


class Troubles:
    """All that one host or program suffers."""

    __slots__ = ("planned",)

    def __init__(self) -> None:
        self.planned: tuple[Planned, ...] = ()

    def add(self, number: int, mishap: Mishap, begins: float) -> Planned:
        ends = inf if mishap.lasting is None else begins + mishap.lasting
        planned = Planned(number, mishap, begins, ends)
        self.planned = (*self.planned, planned)
        return planned

    def press(self, strain: Any, time: float) -> None:
        """Lets those that have begun act, and forgets those that are over."""
        for planned in self.planned:
            if planned.begins <= time < planned.ends:
                planned.mishap.press(strain, time - planned.begins)
        if any(planned.over(time) for planned in self.planned):
            self.planned = tuple(each for each in self.planned if not each.over(time))
