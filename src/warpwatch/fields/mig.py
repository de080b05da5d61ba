"""GPUs that are divided: MIG instances and virtual GPUs."""

from warpwatch.fields.declare import gauge

MIG_MODE = gauge(
    67,
    "DCGM_FI_DEV_MIG_MODE",
    "",
    "Whether MIG is on: 0 or 1.",
    nvml="nvmlDeviceGetMigMode",
    traps=(
        (
            "With MIG on, board-wide values repeat on each instance: sum() over instances counts "
            "power and temperature several times."
        ),
    ),
)
MIG_MAX_SLICES = gauge(
    69,
    "DCGM_FI_DEV_MIG_MAX_SLICES",
    "",
    "Slices that MIG can cut the GPU into.",
    nvml="nvmlDeviceGetMaxMigDeviceCount",
)
VIRTUAL_MODE = gauge(
    500,
    "DCGM_FI_DEV_VIRTUAL_MODE",
    "",
    "How the GPU is virtualised: 0 not at all or 1 passed through or 2 as vGPU or 3 as host "
    "of vGPUs.",
    canonical="DCGM_FI_DEV_GPU_VIRTUAL_MODE",
    nvml="nvmlDeviceGetVirtualizationMode",
)
VGPU_MEMORY_USAGE = gauge(
    525,
    "DCGM_FI_DEV_VGPU_MEMORY_USAGE",
    "MiB",
    "Memory that a virtual GPU uses in MiB.",
    nvml="nvmlVgpuInstanceGetFbUsage",
)
VGPU_LICENSE_STATUS = gauge(
    526,
    "DCGM_FI_DEV_VGPU_LICENSE_STATUS",
    "",
    "Whether the virtual GPU is licensed: 0 or 1.",
    default=True,
    nvml="nvmlDeviceGetGridLicensableFeatures",
    traps=(
        "0 on every GPU that is not virtual: alert on it where vGPU is in use and nowhere else.",
    ),
)
VGPU_FRAME_RATE_LIMIT = gauge(
    527,
    "DCGM_FI_DEV_VGPU_FRAME_RATE_LIMIT",
    "frames/s",
    "Frame rate limit of a virtual GPU in frames per second.",
    nvml="nvmlVgpuInstanceGetFrameRateLimit",
)
