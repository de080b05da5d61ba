"""What a GPU is: names, numbers, versions."""

from warpwatch.fields import identity, mig
from warpwatch.sources.sim.readings.reader import Reader, datacentre, mig_capable
from warpwatch.sources.sim.state import State


def _capability(state: State) -> int:
    major, minor = state.board.identity.capability.split(".")
    return int(major) << 16 | int(minor)


READERS: tuple[Reader[State], ...] = (
    Reader(identity.DRIVER_VERSION, lambda state: state.papers.driver),
    Reader(identity.NVML_VERSION, lambda state: f"13.{state.papers.driver}"),
    Reader(identity.NAME, lambda state: state.entity.model),
    Reader(identity.BRAND, lambda state: state.board.identity.brand),
    Reader(identity.NVML_INDEX, lambda state: state.entity.index),
    Reader(identity.SERIAL, lambda state: state.papers.serial, datacentre),
    Reader(identity.UUID, lambda state: state.entity.uuid),
    Reader(identity.MINOR_NUMBER, lambda state: state.entity.index),
    Reader(identity.PCI_BUSID, lambda state: state.entity.pci_bus_id),
    Reader(identity.CUDA_COMPUTE_CAPABILITY, _capability),
    Reader(identity.COMPUTE_MODE, lambda _: 0),
    Reader(identity.PERSISTENCE_MODE, lambda _: 1),
    Reader(identity.CC_MODE, lambda _: 0),
    Reader(identity.INFOROM_CONFIG_VALID, lambda state: int(state.wear.inforom_valid), datacentre),
    Reader(identity.VBIOS_VERSION, lambda state: state.board.identity.vbios),
    Reader(identity.GPM_SUPPORT, lambda state: int(state.board.profiling == "gpm")),
    Reader(mig.MIG_MODE, lambda state: int(bool(state.parts)), mig_capable),
    Reader(mig.MIG_MAX_SLICES, lambda _: 7, mig_capable),
    Reader(mig.VIRTUAL_MODE, lambda _: 0),
    Reader(mig.VGPU_LICENSE_STATUS, lambda _: 0),
)
