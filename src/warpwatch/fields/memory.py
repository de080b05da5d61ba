"""How much memory there is and how much of it is taken."""

from warpwatch.fields.declare import gauge, ratio

_MIB = "MiB of 1048576 bytes, though DCGM's own texts say MB."

FB_TOTAL = gauge(
    250,
    "DCGM_FI_DEV_FB_TOTAL",
    "MiB",
    "Memory of the GPU in MiB.",
    per_instance=True,
    nvml="nvmlDeviceGetMemoryInfo(v2)",
    traps=(_MIB,),
)
FB_FREE = gauge(
    251,
    "DCGM_FI_DEV_FB_FREE",
    "MiB",
    "Memory that is free in MiB.",
    legacy="dcgm_fb_free",
    per_instance=True,
    default=True,
    nvml="nvmlDeviceGetMemoryInfo(v2)",
    traps=(
        _MIB,
        (
            "Frameworks take memory in advance and keep it: little free memory does not mean "
            "that the job needs it."
        ),
    ),
)
FB_USED = gauge(
    252,
    "DCGM_FI_DEV_FB_USED",
    "MiB",
    "Memory that is allocated in MiB.",
    legacy="dcgm_fb_used",
    per_instance=True,
    default=True,
    nvml="nvmlDeviceGetMemoryInfo(v2)",
    traps=(
        _MIB,
        (
            "Allocated by a process, not touched by it: PyTorch's cache and vLLM's key-value "
            "blocks count as used."
        ),
        "Used and free do not add up to the total: the driver's own share is FB_RESERVED.",
    ),
)
FB_RESERVED = gauge(
    253,
    "DCGM_FI_DEV_FB_RESERVED",
    "MiB",
    "Memory kept by the driver and firmware in MiB.",
    per_instance=True,
    default=True,
    nvml="nvmlDeviceGetMemoryInfo(v2)",
    traps=(
        _MIB,
        (
            "Drivers before R510 count it as used, so a fleet of mixed drivers disagrees about "
            "FB_USED."
        ),
    ),
)
FB_USED_PERCENT = ratio(
    254,
    "DCGM_FI_DEV_FB_USED_PERCENT",
    "Share of usable memory that is allocated (0 to 1).",
    canonical="DCGM_FI_DEV_FB_USED_RATIO",
    per_instance=True,
    nvml="nvmlDeviceGetMemoryInfo(v2)",
    traps=(
        (
            "0 to 1 in spite of its name: a threshold of 90 never fires. The whole is total less "
            "reserved."
        ),
    ),
)
BAR1_TOTAL = gauge(
    90,
    "DCGM_FI_DEV_BAR1_TOTAL",
    "MiB",
    "Window through which others reach the GPU's memory over PCIe in MiB.",
    nvml="nvmlDeviceGetBAR1MemoryInfo",
)
BAR1_USED = gauge(
    92,
    "DCGM_FI_DEV_BAR1_USED",
    "MiB",
    "Part of the BAR1 window that is mapped in MiB.",
    nvml="nvmlDeviceGetBAR1MemoryInfo",
)
BAR1_FREE = gauge(
    93,
    "DCGM_FI_DEV_BAR1_FREE",
    "MiB",
    "Part of the BAR1 window that is free in MiB.",
    nvml="nvmlDeviceGetBAR1MemoryInfo",
)
