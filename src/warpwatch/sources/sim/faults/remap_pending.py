"""A row is marked for remapping; a reset of the GPU would do it: XID 63."""

from warpwatch.samples.sample import Kind
from warpwatch.sources.sim.faults.remap import RemapFault
from warpwatch.sources.sim.state import State


class RemapPending(RemapFault, frozen=True, tag="remap_pending"):
    def begin(self, state: State, time: float) -> None:
        state.wear.remap_pending = True
        state.xid(63, time)
        state.happened(Kind.ROW_REMAP, time)

    def end(self, state: State) -> None:
        state.wear.remap_pending = False
