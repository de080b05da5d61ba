"""Nothing answers for the node, though its GPUs run on: whoever serves its page asks."""

from typing import ClassVar

from warpwatch.sources.sim.faults.fault import Access, Fault


class ExporterDown(Fault, frozen=True, tag="exporter_down"):
    access: ClassVar[Access | None] = Access.DOWN
