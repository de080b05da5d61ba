"""Fields of DCGM 4.6.1 that repeat older ones in base units, under ids of their own."""

from warpwatch.fields.declare import counter, gauge, ratio

BAR1_CAPACITY_BYTES = gauge(
    1600,
    "DCGM_FI_DEV_BAR1_CAPACITY_BYTES",
    "bytes",
    "Window through which others reach the GPU's memory over PCIe in bytes.",
    nvml="nvmlDeviceGetBAR1MemoryInfo",
)
BAR1_USED_BYTES = gauge(
    1601,
    "DCGM_FI_DEV_BAR1_USED_BYTES",
    "bytes",
    "Part of the BAR1 window that is mapped in bytes.",
    nvml="nvmlDeviceGetBAR1MemoryInfo",
)
BAR1_FREE_BYTES = gauge(
    1602,
    "DCGM_FI_DEV_BAR1_FREE_BYTES",
    "bytes",
    "Part of the BAR1 window that is free in bytes.",
    nvml="nvmlDeviceGetBAR1MemoryInfo",
)
SM_CLOCK_HERTZ = gauge(
    1603,
    "DCGM_FI_DEV_SM_CLOCK_HERTZ",
    "Hz",
    "Clock of the streaming multiprocessors in Hz.",
    nvml="nvmlDeviceGetClockInfo(SM)",
)
MEMORY_CLOCK_HERTZ = gauge(
    1604,
    "DCGM_FI_DEV_MEMORY_CLOCK_HERTZ",
    "Hz",
    "Clock of the memory in Hz.",
    nvml="nvmlDeviceGetClockInfo(MEM)",
)
VIDEO_CLOCK_HERTZ = gauge(
    1605,
    "DCGM_FI_DEV_VIDEO_CLOCK_HERTZ",
    "Hz",
    "Clock of the video encoders and decoders in Hz.",
    nvml="nvmlDeviceGetClockInfo(VIDEO)",
)
SM_APP_CLOCK_HERTZ = gauge(
    1606,
    "DCGM_FI_DEV_SM_APP_CLOCK_HERTZ",
    "Hz",
    "Clock that applications may ask of the streaming multiprocessors in Hz.",
    nvml="nvmlDeviceGetApplicationsClock(SM)",
)
MEMORY_APP_CLOCK_HERTZ = gauge(
    1607,
    "DCGM_FI_DEV_MEMORY_APP_CLOCK_HERTZ",
    "Hz",
    "Clock that applications may ask of the memory in Hz.",
    nvml="nvmlDeviceGetApplicationsClock(MEM)",
)
SM_MAX_CLOCK_HERTZ = gauge(
    1608,
    "DCGM_FI_DEV_SM_MAX_CLOCK_HERTZ",
    "Hz",
    "Highest clock of the streaming multiprocessors in Hz.",
    nvml="nvmlDeviceGetMaxClockInfo(SM)",
)
MEMORY_MAX_CLOCK_HERTZ = gauge(
    1609,
    "DCGM_FI_DEV_MEMORY_MAX_CLOCK_HERTZ",
    "Hz",
    "Highest clock of the memory in Hz.",
    nvml="nvmlDeviceGetMaxClockInfo(MEM)",
)
VIDEO_MAX_CLOCK_HERTZ = gauge(
    1610,
    "DCGM_FI_DEV_VIDEO_MAX_CLOCK_HERTZ",
    "Hz",
    "Highest clock of the video encoders and decoders in Hz.",
    nvml="nvmlDeviceGetMaxClockInfo(VIDEO)",
)
GPU_ENERGY_JOULES_TOTAL = counter(
    1611,
    "DCGM_FI_DEV_GPU_ENERGY_JOULES_TOTAL",
    "J",
    "Energy used since the driver was loaded (joules).",
    nvml="nvmlDeviceGetTotalEnergyConsumption",
)
FAN_SPEED_RATIO = ratio(
    1612,
    "DCGM_FI_DEV_FAN_SPEED_RATIO",
    "Speed asked of the fan (0 to 1 of its maximum).",
    nvml="nvmlDeviceGetFanSpeed",
    traps=("May pass 1: some boards drive the fan beyond its nominal speed.",),
)
