"""What a board is."""

from collections.abc import Mapping

from warpwatch.fields import identity
from warpwatch.sources.nvml.ask import Ask, Read, of, plain, text


def _inforom(part: str) -> Read:
    return of("nvmlDeviceGetInforomVersion", f"NVML_INFOROM_{part}", text)


def _capability(ask: Ask) -> int:
    major, minor = ask("nvmlDeviceGetCudaComputeCapability")
    return int(major) << 16 | int(minor)


def _bus(ask: Ask) -> str:
    bus = ask("nvmlDeviceGetPciInfo")
    return f"{bus.domain:08X}:{bus.bus:02X}:{bus.device:02X}.0"


def _gpm(ask: Ask) -> int:
    return int(ask("nvmlGpmQueryDeviceSupport").isSupportedDevice)


CALLS: Mapping[int, Read] = {
    identity.DRIVER_VERSION.id: lambda ask: text(ask.system("nvmlSystemGetDriverVersion")),
    identity.NVML_VERSION.id: lambda ask: text(ask.system("nvmlSystemGetNVMLVersion")),
    identity.NAME.id: plain("nvmlDeviceGetName", text),
    identity.NVML_INDEX.id: plain("nvmlDeviceGetIndex"),
    identity.SERIAL.id: plain("nvmlDeviceGetSerial", text),
    identity.UUID.id: plain("nvmlDeviceGetUUID", text),
    identity.MINOR_NUMBER.id: plain("nvmlDeviceGetMinorNumber"),
    identity.OEM_INFOROM_VER.id: _inforom("OEM"),
    identity.PCI_BUSID.id: _bus,
    identity.CUDA_COMPUTE_CAPABILITY.id: _capability,
    identity.COMPUTE_MODE.id: plain("nvmlDeviceGetComputeMode"),
    identity.PERSISTENCE_MODE.id: plain("nvmlDeviceGetPersistenceMode"),
    identity.ECC_INFOROM_VER.id: _inforom("ECC"),
    identity.POWER_INFOROM_VER.id: _inforom("POWER"),
    identity.INFOROM_IMAGE_VER.id: plain("nvmlDeviceGetInforomImageVersion", text),
    identity.INFOROM_CONFIG_CHECK.id: plain("nvmlDeviceGetInforomConfigurationChecksum"),
    identity.VBIOS_VERSION.id: plain("nvmlDeviceGetVbiosVersion", text),
    identity.GPM_SUPPORT.id: _gpm,
}
