"""All that is true of one simulated GPU at the last tick.

Values only: physics and faults write it, readings read it. Plain slots, because ten
thousand of these are moved on every few seconds.
"""

from warpwatch.samples.entity import Gpu, Instance
from warpwatch.samples.sample import Event, Kind
from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.board import Board, Slice
from warpwatch.sources.sim.chance import seed_of
from warpwatch.sources.sim.identity import Papers
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.physics.plant import Plant
from warpwatch.sources.sim.wear import Strain, Wear
from warpwatch.sources.sim.work import Work


class Part:
    """A MIG instance: it has work of its own, everything else is the board's."""

    __slots__ = ("activity", "instance", "slice", "work")

    def __init__(self, instance: Instance, piece: Slice, sms: int, work: Work | None) -> None:
        self.instance = instance
        self.slice = piece
        self.work = work
        self.activity = Activity(sms)


class State:
    __slots__ = (
        "activity",
        "board",
        "brake_ns",
        "ceiling",
        "cycles",
        "dfma_cycles",
        "energy",
        "entity",
        "events",
        "excess",
        "fp16_cycles",
        "fp32_cycles",
        "fp64_cycles",
        "guest",
        "halved",
        "hbm_temperature",
        "hot_ns",
        "hw_thermal_ns",
        "idle_ns",
        "imma_cycles",
        "integer_cycles",
        "noise",
        "nvlink_rx_bytes",
        "nvlink_tx_bytes",
        "pace",
        "papers",
        "parts",
        "pcie_rx_bytes",
        "pcie_tx_bytes",
        "plant",
        "power",
        "power_ns",
        "reasons",
        "scarce_ns",
        "sm_active_cycles",
        "strain",
        "sw_thermal_ns",
        "temperature",
        "tensor_cycles",
        "wear",
        "work",
    )

    def __init__(
        self, entity: Gpu, board: Board, plant: Plant, papers: Papers, parts: tuple[Part, ...] = ()
    ) -> None:
        self.entity = entity
        self.board = board
        self.plant = plant
        self.papers = papers
        self.parts = parts
        self.work: Work | None = None
        self.guest: Work | None = None
        """Work that a fault has put in the place of the other."""
        self.activity = Activity(board.identity.sms)
        self.wear = Wear()
        self.strain = Strain()
        self.events: list[Event] = []
        """Not handed out yet."""
        self.noise = Noise(seed_of(entity.uuid, "noise"))
        self.pace = 0.0
        """SM clock as a share of its maximum."""
        self.power = 0.0
        """Watts over the last step, in whole milliwatts as NVML counts them."""
        self.reasons = 0
        self.temperature = 0.0
        self.hbm_temperature = 0.0
        self.ceiling = 1.0
        """Share of the pace that software leaves for the heat."""
        self.excess = 0.0
        """Degrees above what is allowed where it is worst, when last looked at."""
        self.halved = False
        """Hardware has halved the clocks for heat."""
        self._zero_counters()

    def _zero_counters(self) -> None:
        self.energy = 0.0
        """Joules since the driver was loaded."""
        self.power_ns = self.sw_thermal_ns = self.hw_thermal_ns = 0.0
        self.brake_ns = self.idle_ns = 0.0
        self.hot_ns = self.scarce_ns = 0.0
        """For heat, or for want of power, of whatever kind."""
        self.pcie_tx_bytes = self.pcie_rx_bytes = 0.0
        self.nvlink_tx_bytes = self.nvlink_rx_bytes = 0.0
        self.cycles = self.sm_active_cycles = self.tensor_cycles = 0.0
        self.imma_cycles = self.dfma_cycles = self.integer_cycles = 0.0
        self.fp64_cycles = self.fp32_cycles = self.fp16_cycles = 0.0

    def xid(self, code: int, time: float) -> None:
        """What the driver would report; the last code stays."""
        self.happened(Kind.XID, time, code)
        self.wear.last_xid = code

    def happened(self, kind: Kind, time: float, data: int = 0) -> None:
        self.events.append(Event(time, kind, data))
