"""All families together: which call gives which field of a whole GPU."""

from collections.abc import Mapping

from warpwatch.sources.nvml.ask import Read
from warpwatch.sources.nvml.calls import fabric, faults, identity, links, running, use

FAMILIES = (identity, running, use, faults, fabric, links)

CALLS: Mapping[int, Read] = {id_: read for family in FAMILIES for id_, read in family.CALLS.items()}
