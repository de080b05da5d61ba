"""Transfers over PCIe that had to be repeated: a riser, a slot, a card not quite seated."""

from warpwatch.sources.sim.faults.fault import Fault, Rate, grown
from warpwatch.sources.sim.state import State


class PcieReplay(Fault, frozen=True, tag="pcie_replay"):
    per_minute: Rate = 120.0

    def grow(self, state: State, since: float, until: float) -> None:
        more = grown(self.per_minute, since, until)
        state.wear.pcie_replays += more
        state.wear.pcie_correctable += more
