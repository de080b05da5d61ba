"""The GPU gets less work than the others of its job: work is shared out badly."""

from typing import Annotated

import msgspec

from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.state import State


class Starve(Fault, frozen=True, tag="starve"):
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.1
    """Of its work that is left."""

    def press(self, state: State, since: float) -> None:
        del since
        state.strain.share *= self.share
