"""The GPU is not listed any more, as after a reboot that did not find it."""

from typing import ClassVar

from warpwatch.sources.sim.faults.fault import Access, Fault


class Missing(Fault, frozen=True, tag="missing"):
    access: ClassVar[Access | None] = Access.MISSING
