"""The driver asks for a reset, a reboot or a drain: XID 154 says that it changed its mind."""

from typing import Annotated

import msgspec

from warpwatch.samples.sample import Kind
from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.state import State


class RecoveryAction(Fault, frozen=True, tag="recovery_action"):
    action: Annotated[int, msgspec.Meta(ge=1, le=5)] = 1
    """1 reset, 2 reboot, 3 drain P2P, 4 drain and reset, 5 recover the IMEX domain."""

    def begin(self, state: State, time: float) -> None:
        state.wear.recovery_action = self.action
        state.xid(154, time)
        state.happened(Kind.RECOVERY_ACTION, time, self.action)

    def end(self, state: State) -> None:
        state.wear.recovery_action = 0
