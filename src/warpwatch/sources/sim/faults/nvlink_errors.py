"""A link that makes errors and mends them: a bad cable or connector, still up."""

from typing import Literal

from warpwatch.sources.sim.faults.fault import Rate, grown
from warpwatch.sources.sim.faults.nvlink import LinkFault
from warpwatch.sources.sim.state import State


class NvlinkErrors(LinkFault, frozen=True, tag="nvlink_errors"):
    kind: Literal["crc_flit", "crc_data", "replay", "recovery"] = "crc_flit"
    per_minute: Rate = 60.0

    def grow(self, state: State, since: float, until: float) -> None:
        errors = state.wear.link(self.link)
        more = grown(self.per_minute, since, until)
        setattr(errors, self.kind, getattr(errors, self.kind) + more)
