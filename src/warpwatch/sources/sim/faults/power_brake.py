"""The server's power supply pulls the brake: hardware halves the clocks."""

from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.state import State


class PowerBrake(Fault, frozen=True, tag="power_brake"):
    def press(self, state: State, since: float) -> None:
        del since
        state.strain.brake = True
