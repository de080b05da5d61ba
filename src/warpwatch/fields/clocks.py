"""How fast a GPU runs, and how fast it might."""

from warpwatch.fields.declare import gauge

SM_CLOCK = gauge(
    100,
    "DCGM_FI_DEV_SM_CLOCK",
    "MHz",
    "Clock of the streaming multiprocessors in MHz.",
    legacy="dcgm_sm_clock",
    default=True,
    nvml="nvmlDeviceGetClockInfo(SM)",
    traps=(
        "A low clock on an idle GPU is normal; under load ask CLOCKS_EVENT_REASONS why.",
        (
            "A single reading between two bursts says little: compare with the tensor pipe's "
            "activity over the same window."
        ),
    ),
)
MEM_CLOCK = gauge(
    101,
    "DCGM_FI_DEV_MEM_CLOCK",
    "MHz",
    "Clock of the memory in MHz.",
    legacy="dcgm_memory_clock",
    default=True,
    nvml="nvmlDeviceGetClockInfo(MEM)",
    traps=("Constant under load: it does not show how busy the memory is.",),
    better="DCGM_FI_PROF_DRAM_ACTIVE: how busy the memory is",
)
VIDEO_CLOCK = gauge(
    102,
    "DCGM_FI_DEV_VIDEO_CLOCK",
    "MHz",
    "Clock of the video encoders and decoders in MHz.",
    nvml="nvmlDeviceGetClockInfo(VIDEO)",
)
APP_SM_CLOCK = gauge(
    110,
    "DCGM_FI_DEV_APP_SM_CLOCK",
    "MHz",
    "Clock that applications may ask of the streaming multiprocessors in MHz.",
    nvml="nvmlDeviceGetApplicationsClock(SM)",
)
APP_MEM_CLOCK = gauge(
    111,
    "DCGM_FI_DEV_APP_MEM_CLOCK",
    "MHz",
    "Clock that applications may ask of the memory in MHz.",
    nvml="nvmlDeviceGetApplicationsClock(MEM)",
)
MAX_SM_CLOCK = gauge(
    113,
    "DCGM_FI_DEV_MAX_SM_CLOCK",
    "MHz",
    "Highest clock of the streaming multiprocessors in MHz.",
    nvml="nvmlDeviceGetMaxClockInfo(SM)",
    traps=(
        "A ceiling, not a promise: a power-bound GPU runs tensor work below it in full health.",
    ),
)
MAX_MEM_CLOCK = gauge(
    114,
    "DCGM_FI_DEV_MAX_MEM_CLOCK",
    "MHz",
    "Highest clock of the memory in MHz.",
    nvml="nvmlDeviceGetMaxClockInfo(MEM)",
)
MAX_VIDEO_CLOCK = gauge(
    115,
    "DCGM_FI_DEV_MAX_VIDEO_CLOCK",
    "MHz",
    "Highest clock of the video encoders and decoders in MHz.",
    nvml="nvmlDeviceGetMaxClockInfo(VIDEO)",
)
AUTOBOOST = gauge(
    120,
    "DCGM_FI_DEV_AUTOBOOST",
    "",
    "Whether clocks boost by themselves: 0 or 1.",
    canonical="DCGM_FI_DEV_CLOCKS_AUTOBOOST_MODE",
    nvml="nvmlDeviceGetAutoBoostedClocksEnabled",
)
PSTATE = gauge(
    190,
    "DCGM_FI_DEV_PSTATE",
    "",
    "Performance state from 0 (fastest) to 15 (slowest).",
    canonical="DCGM_FI_DEV_GPU_PSTATE",
    nvml="nvmlDeviceGetPerformanceState",
    traps=("Smaller is faster: an alert on a high value fires on idle GPUs.",),
)
