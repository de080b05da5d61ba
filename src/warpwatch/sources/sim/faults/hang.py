"""The driver does not come back from a call: the reader waits."""

from typing import ClassVar

from warpwatch.sources.sim.faults.fault import Access, Fault


class Hang(Fault, frozen=True, tag="hang"):
    access: ClassVar[Access | None] = Access.HUNG
