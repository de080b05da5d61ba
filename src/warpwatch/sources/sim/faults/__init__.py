"""Everything that can go wrong with a GPU here, one kind per file."""

from typing import get_args

from warpwatch.sources.sim.faults.dbe import Dbe
from warpwatch.sources.sim.faults.exporter_down import ExporterDown
from warpwatch.sources.sim.faults.fan_stop import FanStop
from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.faults.hang import Hang
from warpwatch.sources.sim.faults.inforom import Inforom
from warpwatch.sources.sim.faults.leak import Leak
from warpwatch.sources.sim.faults.lost import Lost
from warpwatch.sources.sim.faults.memory_overheat import MemoryOverheat
from warpwatch.sources.sim.faults.missing import Missing
from warpwatch.sources.sim.faults.nvlink_errors import NvlinkErrors
from warpwatch.sources.sim.faults.nvlink_flap import NvlinkFlap
from warpwatch.sources.sim.faults.occupy import Occupy
from warpwatch.sources.sim.faults.overheat import Overheat
from warpwatch.sources.sim.faults.pcie_downgrade import PcieDowngrade
from warpwatch.sources.sim.faults.pcie_replay import PcieReplay
from warpwatch.sources.sim.faults.power_brake import PowerBrake
from warpwatch.sources.sim.faults.recovery_action import RecoveryAction
from warpwatch.sources.sim.faults.remap_failed import RemapFailed
from warpwatch.sources.sim.faults.remap_pending import RemapPending
from warpwatch.sources.sim.faults.remapped_rows import RemappedRows
from warpwatch.sources.sim.faults.retired_pages import RetiredPages
from warpwatch.sources.sim.faults.sbe import Sbe
from warpwatch.sources.sim.faults.spin import Spin
from warpwatch.sources.sim.faults.sram_threshold import SramThreshold
from warpwatch.sources.sim.faults.starve import Starve
from warpwatch.sources.sim.faults.xid import XidFault

AnyFault = (
    Dbe
    | ExporterDown
    | FanStop
    | Hang
    | Inforom
    | Leak
    | Lost
    | MemoryOverheat
    | Missing
    | NvlinkErrors
    | NvlinkFlap
    | Occupy
    | Overheat
    | PcieDowngrade
    | PcieReplay
    | PowerBrake
    | RecoveryAction
    | RemapFailed
    | RemapPending
    | RemappedRows
    | RetiredPages
    | Sbe
    | Spin
    | SramThreshold
    | Starve
    | XidFault
)
"""The list: files and requests name these, and a new kind is a line here."""

FAULTS: tuple[type[Fault], ...] = get_args(AnyFault)
