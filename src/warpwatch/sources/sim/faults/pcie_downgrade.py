"""The PCIe link trained to less than it should: nothing fails, all transfers are slow."""

from typing import Annotated

import msgspec

from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.state import State


class PcieDowngrade(Fault, frozen=True, tag="pcie_downgrade"):
    gen: Annotated[int, msgspec.Meta(ge=1, le=6)] = 1
    width: Annotated[int, msgspec.Meta(ge=1, le=16)] = 8

    def press(self, state: State, since: float) -> None:
        del since
        state.strain.pcie_gen = self.gen
        state.strain.pcie_width = self.width
