"""No spare row is left where one is needed: XID 64, and the end of a board's life."""

from warpwatch.samples.sample import Kind
from warpwatch.sources.sim.faults.remap import RemapFault
from warpwatch.sources.sim.state import State


class RemapFailed(RemapFault, frozen=True, tag="remap_failed"):
    def begin(self, state: State, time: float) -> None:
        state.wear.remap_failed = True
        state.wear.banks_none = 1
        state.xid(64, time)
        state.happened(Kind.ROW_REMAP_FAILURE, time)

    def end(self, state: State) -> None:
        state.wear.remap_failed = False
        state.wear.banks_none = 0
