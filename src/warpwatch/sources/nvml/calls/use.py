"""What of a board is in use: engines, memory, the bus; and how it is divided."""

from collections.abc import Mapping

from warpwatch.fields import base_units, memory, mig, pcie, utilisation
from warpwatch.sources.nvml.ask import Ask, Read, item, member, of, plain
from warpwatch.units import MIB

_BAR1 = "nvmlDeviceGetBAR1MemoryInfo"
_RATES = "nvmlDeviceGetUtilizationRates"


def _memory(part: str) -> Read:
    def read(ask: Ask) -> int:
        info = ask("nvmlDeviceGetMemoryInfo", ask.constant("nvmlMemory_v2"))
        return int(getattr(info, part)) // MIB

    return read


def _used_share(ask: Ask) -> float:
    info = ask("nvmlDeviceGetMemoryInfo", ask.constant("nvmlMemory_v2"))
    return float(info.used / ((info.total - info.reserved) or 1))


def _mib(size: int) -> int:
    return size // MIB


def _pcie(direction: str) -> Read:
    return of("nvmlDeviceGetPcieThroughput", f"NVML_PCIE_UTIL_{direction}_BYTES")


def _licensed(ask: Ask) -> int:
    features = ask("nvmlDeviceGetGridLicensableFeatures")
    listed = features.gridLicensableFeatures[: features.licensableFeaturesCount]
    return int(any(feature.featureState for feature in listed))


CALLS: Mapping[int, Read] = {
    utilisation.GPU_UTIL.id: member(_RATES, "gpu"),
    utilisation.MEM_COPY_UTIL.id: member(_RATES, "memory"),
    utilisation.ENC_UTIL.id: item("nvmlDeviceGetEncoderUtilization", 0),
    utilisation.DEC_UTIL.id: item("nvmlDeviceGetDecoderUtilization", 0),
    memory.FB_TOTAL.id: _memory("total"),
    memory.FB_FREE.id: _memory("free"),
    memory.FB_USED.id: _memory("used"),
    memory.FB_RESERVED.id: _memory("reserved"),
    memory.FB_USED_PERCENT.id: _used_share,
    memory.BAR1_TOTAL.id: member(_BAR1, "bar1Total", _mib),
    memory.BAR1_USED.id: member(_BAR1, "bar1Used", _mib),
    memory.BAR1_FREE.id: member(_BAR1, "bar1Free", _mib),
    base_units.BAR1_CAPACITY_BYTES.id: member(_BAR1, "bar1Total"),
    base_units.BAR1_USED_BYTES.id: member(_BAR1, "bar1Used"),
    base_units.BAR1_FREE_BYTES.id: member(_BAR1, "bar1Free"),
    pcie.PCIE_TX_THROUGHPUT.id: _pcie("TX"),
    pcie.PCIE_RX_THROUGHPUT.id: _pcie("RX"),
    pcie.PCIE_REPLAY_COUNTER.id: plain("nvmlDeviceGetPcieReplayCounter"),
    pcie.PCIE_MAX_LINK_GEN.id: plain("nvmlDeviceGetMaxPcieLinkGeneration"),
    pcie.PCIE_MAX_LINK_WIDTH.id: plain("nvmlDeviceGetMaxPcieLinkWidth"),
    pcie.PCIE_LINK_GEN.id: plain("nvmlDeviceGetCurrPcieLinkGeneration"),
    pcie.PCIE_LINK_WIDTH.id: plain("nvmlDeviceGetCurrPcieLinkWidth"),
    mig.MIG_MODE.id: item("nvmlDeviceGetMigMode", 0),
    mig.MIG_MAX_SLICES.id: plain("nvmlDeviceGetMaxMigDeviceCount"),
    mig.VIRTUAL_MODE.id: plain("nvmlDeviceGetVirtualizationMode"),
    mig.VGPU_LICENSE_STATUS.id: _licensed,
}
