"""What a GPU is: texts that become labels, and settings that hardly ever change.

A label rides on every series of its GPU, so each one that is switched on makes all of them new.
"""

from warpwatch.fields.declare import gauge, label

DRIVER_VERSION = label(
    1,
    "DCGM_FI_DRIVER_VERSION",
    "Version of the NVIDIA driver.",
    canonical="DCGM_FI_SYSTEM_DRIVER_VERSION",
    default=True,
    nvml="nvmlSystemGetDriverVersion",
    traps=(
        (
            "A driver update gives every series of the GPU a new identity: leave this label out "
            "of joins and of alert grouping."
        ),
    ),
)
NVML_VERSION = label(
    2,
    "DCGM_FI_NVML_VERSION",
    "Version of the NVML library.",
    canonical="DCGM_FI_SYSTEM_NVML_VERSION",
    listed=True,
    nvml="nvmlSystemGetNVMLVersion",
)
CUDA_DRIVER_VERSION = gauge(
    5,
    "DCGM_FI_CUDA_DRIVER_VERSION",
    "",
    "Newest CUDA version that the driver supports as 11100 for 11.1.",
    nvml="nvmlSystemGetCudaDriverVersion_v2",
    traps=("CUDA and NVML themselves write 11.1 as 11010.",),
)
NAME = label(
    50,
    "DCGM_FI_DEV_NAME",
    "Model of the GPU.",
    canonical="DCGM_FI_DEV_GPU_NAME",
    nvml="nvmlDeviceGetName",
    traps=("Every GPU series already carries it as modelName.",),
)
BRAND = label(
    51,
    "DCGM_FI_DEV_BRAND",
    "Product line of the GPU.",
    canonical="DCGM_FI_DEV_GPU_BRAND",
    listed=True,
    nvml="nvmlDeviceGetBrand",
)
NVML_INDEX = gauge(
    52,
    "DCGM_FI_DEV_NVML_INDEX",
    "",
    "Index of the GPU in NVML.",
    nvml="nvmlDeviceGetIndex",
    traps=("Indices follow the PCI bus order and move when a card is missing: join on the UUID.",),
)
SERIAL = label(
    53,
    "DCGM_FI_DEV_SERIAL",
    "Serial number of the board.",
    canonical="DCGM_FI_DEV_BOARD_SERIAL",
    listed=True,
    nvml="nvmlDeviceGetSerial",
)
UUID = label(
    54,
    "DCGM_FI_DEV_UUID",
    "Identity of the GPU for life.",
    canonical="DCGM_FI_DEV_GPU_UUID",
    nvml="nvmlDeviceGetUUID",
    traps=("Every GPU series already carries it as UUID.",),
)
MINOR_NUMBER = gauge(
    55,
    "DCGM_FI_DEV_MINOR_NUMBER",
    "",
    "Number N of the device file /dev/nvidiaN.",
    canonical="DCGM_FI_DEV_GPU_MINOR_NUMBER",
    nvml="nvmlDeviceGetMinorNumber",
    traps=(
        (
            "The label device=\"nvidiaN\" on dcgm-exporter's series is DCGM's own GPU number and "
            "may differ from this one."
        ),
    ),
)
OEM_INFOROM_VER = label(
    56,
    "DCGM_FI_DEV_OEM_INFOROM_VER",
    "Version of the OEM object in the InfoROM.",
    canonical="DCGM_FI_DEV_INFOROM_OEM_VERSION",
    listed=True,
    nvml="nvmlDeviceGetInforomVersion(OEM)",
)
PCI_BUSID = label(
    57,
    "DCGM_FI_DEV_PCI_BUSID",
    "PCI address of the GPU.",
    canonical="DCGM_FI_DEV_PCI_BUS_ID",
    nvml="nvmlDeviceGetPciInfo",
)
CUDA_COMPUTE_CAPABILITY = gauge(
    63,
    "DCGM_FI_DEV_CUDA_COMPUTE_CAPABILITY",
    "",
    "CUDA compute capability as major times 65536 plus minor.",
    canonical="DCGM_FI_CUDA_GPU_COMPUTE_CAPABILITY",
    nvml="nvmlDeviceGetCudaComputeCapability",
)
COMPUTE_MODE = gauge(
    65,
    "DCGM_FI_DEV_COMPUTE_MODE",
    "",
    "Who may open a context: 0 anybody or 1 nobody or 2 one process.",
    canonical="DCGM_FI_DEV_GPU_COMPUTE_MODE",
    nvml="nvmlDeviceGetComputeMode",
    traps=("DCGM's own numbers: NVML and CUDA have 2 for nobody and 3 for one process.",),
)
PERSISTENCE_MODE = gauge(
    66,
    "DCGM_FI_DEV_PERSISTENCE_MODE",
    "",
    "Whether the driver stays loaded without clients: 0 or 1.",
    canonical="DCGM_FI_DEV_GPU_PERSISTENCE_MODE",
    nvml="nvmlDeviceGetPersistenceMode",
    traps=(
        (
            "At 0 the driver may unload between jobs, which resets volatile counters and energy, "
            "and makes the first read slow."
        ),
    ),
)
CC_MODE = gauge(
    74,
    "DCGM_FI_DEV_CC_MODE",
    "",
    "Whether confidential computing is on: 0 or 1.",
    nvml="nvmlSystemGetConfComputeState",
)
ECC_INFOROM_VER = label(
    80,
    "DCGM_FI_DEV_ECC_INFOROM_VER",
    "Version of the ECC object in the InfoROM.",
    canonical="DCGM_FI_DEV_INFOROM_ECC_VERSION",
    listed=True,
    nvml="nvmlDeviceGetInforomVersion(ECC)",
)
POWER_INFOROM_VER = label(
    81,
    "DCGM_FI_DEV_POWER_INFOROM_VER",
    "Version of the power object in the InfoROM.",
    canonical="DCGM_FI_DEV_INFOROM_POWER_VERSION",
    listed=True,
    nvml="nvmlDeviceGetInforomVersion(POWER)",
)
INFOROM_IMAGE_VER = label(
    82,
    "DCGM_FI_DEV_INFOROM_IMAGE_VER",
    "Version of the whole InfoROM image.",
    canonical="DCGM_FI_DEV_INFOROM_IMAGE_VERSION",
    listed=True,
    nvml="nvmlDeviceGetInforomImageVersion",
)
INFOROM_CONFIG_CHECK = gauge(
    83,
    "DCGM_FI_DEV_INFOROM_CONFIG_CHECK",
    "",
    "Checksum over the InfoROM's configuration.",
    canonical="DCGM_FI_DEV_INFOROM_CHECKSUM",
    nvml="nvmlDeviceGetInforomConfigurationChecksum",
)
INFOROM_CONFIG_VALID = gauge(
    84,
    "DCGM_FI_DEV_INFOROM_CONFIG_VALID",
    "",
    "Whether the InfoROM's checksums hold: 1 valid or 0 corrupt.",
    canonical="DCGM_FI_DEV_INFOROM_VALID",
    nvml="nvmlDeviceValidateInforom",
    traps=("Each read goes to the flash chip: once an hour is enough.",),
)
VBIOS_VERSION = label(
    85,
    "DCGM_FI_DEV_VBIOS_VERSION",
    "Version of the video BIOS.",
    listed=True,
    nvml="nvmlDeviceGetVbiosVersion",
)
GPM_SUPPORT = gauge(
    94,
    "DCGM_FI_DEV_GPM_SUPPORT",
    "",
    "Whether NVML itself can give profiling figures (Hopper and newer): 0 or 1.",
    nvml="nvmlGpmQueryDeviceSupport",
)
PLATFORM_CHASSIS_SERIAL_NUMBER = label(
    572,
    "DCGM_FI_DEV_PLATFORM_CHASSIS_SERIAL_NUMBER",
    "Serial number of the rack that holds the GPU.",
    nvml="nvmlDeviceGetPlatformInfo",
)
PLATFORM_CHASSIS_SLOT_NUMBER = gauge(
    573,
    "DCGM_FI_DEV_PLATFORM_CHASSIS_SLOT_NUMBER",
    "",
    "Slot of the rack that holds the GPU and counts switch trays.",
    nvml="nvmlDeviceGetPlatformInfo",
)
PLATFORM_TRAY_INDEX = gauge(
    574,
    "DCGM_FI_DEV_PLATFORM_TRAY_INDEX",
    "",
    "Compute tray of the rack that holds the GPU.",
    nvml="nvmlDeviceGetPlatformInfo",
)
PLATFORM_HOST_ID = gauge(
    575,
    "DCGM_FI_DEV_PLATFORM_HOST_ID",
    "",
    "Index of the node within its slot.",
    nvml="nvmlDeviceGetPlatformInfo",
)
PLATFORM_MODULE_ID = gauge(
    577,
    "DCGM_FI_DEV_PLATFORM_MODULE_ID",
    "",
    "Position of the GPU within its node.",
    nvml="nvmlDeviceGetPlatformInfo",
)
