"""The driver reports an error code, and nothing else changes."""

from typing import Annotated

import msgspec

from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.state import State


class XidFault(Fault, frozen=True, tag="xid"):
    code: Annotated[int, msgspec.Meta(ge=1, le=999)]

    def begin(self, state: State, time: float) -> None:
        state.xid(self.code, time)
