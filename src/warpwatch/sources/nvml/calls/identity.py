"""What a board is, and where it sits."""

from collections.abc import Mapping

from warpwatch.fields import identity
from warpwatch.sources.nvml.ask import Ask, Read, of, plain, text
from warpwatch.sources.nvml.door import Refused

_BRANDS = {
    "QUADRO": "Quadro",
    "TESLA": "Tesla",
    "NVS": "NVS",
    "GRID": "Grid",
    "GEFORCE": "GeForce",
    "TITAN": "Titan",
    "NVIDIA_VAPPS": "NVIDIA Virtual Applications",
    "NVIDIA_VPC": "NVIDIA Virtual PC",
    "NVIDIA_VCS": "NVIDIA Virtual Compute Server",
    "NVIDIA_VWS": "NVIDIA RTX Virtual Workstation",
    "NVIDIA_VGAMING": "NVIDIA vGaming",
    "QUADRO_RTX": "Quadro RTX",
    "NVIDIA_RTX": "NVIDIA RTX",
    "NVIDIA": "NVIDIA",
    "GEFORCE_RTX": "GeForce RTX",
    "TITAN_RTX": "Titan RTX",
}
"""NVML's name → DCGM's text."""
_COMPUTE_MODES = {2: 1, 3: 2}
"""DCGM closed up the gap where NVML once had a mode."""


def _inforom(part: str) -> Read:
    return of("nvmlDeviceGetInforomVersion", f"NVML_INFOROM_{part}", text)


def _capability(ask: Ask) -> int:
    major, minor = ask("nvmlDeviceGetCudaComputeCapability")
    return int(major) << 16 | int(minor)


def _bus(ask: Ask) -> str:
    bus = ask("nvmlDeviceGetPciInfo")
    return f"{bus.domain:08X}:{bus.bus:02X}:{bus.device:02X}.0"


def _cuda(ask: Ask) -> int:
    """NVML has the minor version in tens, DCGM in hundreds."""
    version = int(ask.system("nvmlSystemGetCudaDriverVersion_v2"))
    return version // 1000 * 1000 + version % 1000 // 10 * 100


def _brand(ask: Ask) -> str:
    brand = ask("nvmlDeviceGetBrand")
    texts = {ask.constant(f"NVML_BRAND_{name}"): text for name, text in _BRANDS.items()}
    return texts.get(brand, "Unknown")


def _compute_mode(mode: int) -> int:
    return _COMPUTE_MODES.get(mode, mode)


def _inforom_valid(ask: Ask) -> int:
    try:
        ask("nvmlDeviceValidateInforom")
    except Refused as refusal:
        if refusal.code == ask.constant("NVML_ERROR_CORRUPTED_INFOROM"):
            return 0
        raise
    return 1


def _place(ask: Ask, member: str) -> bytes:
    """As it stands in memory: the bindings take bytes for UTF-8, which small numbers are not."""
    info = ask.filled("nvmlDeviceGetPlatformInfo", "c_nvmlPlatformInfo_v2_t")
    where = getattr(type(info), member)
    return bytes(info)[where.offset : where.offset + where.size]


def _platform(member: str) -> Read:
    return lambda ask: _place(ask, member)[0]


def _chassis(ask: Ask) -> str:
    return _place(ask, "chassisSerialNumber").split(b"\0")[0].decode("ascii", "replace")


def _gpm(ask: Ask) -> int:
    return int(ask("nvmlGpmQueryDeviceSupport").isSupportedDevice)


CALLS: Mapping[int, Read] = {
    identity.DRIVER_VERSION.id: lambda ask: text(ask.system("nvmlSystemGetDriverVersion")),
    identity.NVML_VERSION.id: lambda ask: text(ask.system("nvmlSystemGetNVMLVersion")),
    identity.CUDA_DRIVER_VERSION.id: _cuda,
    identity.NAME.id: plain("nvmlDeviceGetName", text),
    identity.BRAND.id: _brand,
    identity.NVML_INDEX.id: plain("nvmlDeviceGetIndex"),
    identity.SERIAL.id: plain("nvmlDeviceGetSerial", text),
    identity.UUID.id: plain("nvmlDeviceGetUUID", text),
    identity.MINOR_NUMBER.id: plain("nvmlDeviceGetMinorNumber"),
    identity.OEM_INFOROM_VER.id: _inforom("OEM"),
    identity.PCI_BUSID.id: _bus,
    identity.CUDA_COMPUTE_CAPABILITY.id: _capability,
    identity.COMPUTE_MODE.id: plain("nvmlDeviceGetComputeMode", _compute_mode),
    identity.PERSISTENCE_MODE.id: plain("nvmlDeviceGetPersistenceMode"),
    identity.CC_MODE.id: lambda ask: int(ask.system("nvmlSystemGetConfComputeState").ccFeature),
    identity.ECC_INFOROM_VER.id: _inforom("ECC"),
    identity.POWER_INFOROM_VER.id: _inforom("POWER"),
    identity.INFOROM_IMAGE_VER.id: plain("nvmlDeviceGetInforomImageVersion", text),
    identity.INFOROM_CONFIG_CHECK.id: plain("nvmlDeviceGetInforomConfigurationChecksum"),
    identity.INFOROM_CONFIG_VALID.id: _inforom_valid,
    identity.VBIOS_VERSION.id: plain("nvmlDeviceGetVbiosVersion", text),
    identity.GPM_SUPPORT.id: _gpm,
    identity.PLATFORM_CHASSIS_SERIAL_NUMBER.id: _chassis,
    identity.PLATFORM_CHASSIS_SLOT_NUMBER.id: _platform("slotNumber"),
    identity.PLATFORM_TRAY_INDEX.id: _platform("trayIndex"),
    identity.PLATFORM_HOST_ID.id: _platform("hostId"),
    identity.PLATFORM_MODULE_ID.id: _platform("moduleId"),
}

_SETTINGS = {identity.COMPUTE_MODE.id, identity.PERSISTENCE_MODE.id}
LASTING = frozenset(CALLS.keys() - _SETTINGS)
"""Asked once and again after a while, and no sign that the GPU still answers. To read the
InfoROM is to read flash memory, which is not done every second.
"""
