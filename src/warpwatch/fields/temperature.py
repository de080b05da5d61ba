"""How warm a GPU is, and from where on it protects itself."""

from warpwatch.fields.declare import gauge

MEMORY_TEMP = gauge(
    140,
    "DCGM_FI_DEV_MEMORY_TEMP",
    "C",
    "Temperature of the memory in degrees Celsius.",
    canonical="DCGM_FI_DEV_MEMORY_TEMP_CELSIUS",
    legacy="dcgm_memory_temp",
    default=True,
    nvml="field 82",
    traps=("Only parts with HBM or a sensor in the memory report it; others have no series.",),
)
GPU_TEMP = gauge(
    150,
    "DCGM_FI_DEV_GPU_TEMP",
    "C",
    "Temperature of the GPU core in degrees Celsius.",
    canonical="DCGM_FI_DEV_GPU_TEMP_CELSIUS",
    legacy="dcgm_gpu_temp",
    default=True,
    nvml="nvmlDeviceGetTemperature(GPU)",
    traps=(
        "One fixed limit does not fit all models: the distance to slowdown (GPU_TEMP_LIMIT) does.",
    ),
    better="DCGM_FI_DEV_GPU_TEMP_LIMIT: the margin, where the GPU reports one",
)
MEM_MAX_OP_TEMP = gauge(
    151,
    "DCGM_FI_DEV_MEM_MAX_OP_TEMP",
    "C",
    "Highest memory temperature at which the GPU runs at full speed in degrees Celsius.",
    canonical="DCGM_FI_DEV_MEMORY_MAX_OP_TEMP_CELSIUS",
    nvml="nvmlDeviceGetTemperatureThreshold(MEM_MAX)",
)
GPU_MAX_OP_TEMP = gauge(
    152,
    "DCGM_FI_DEV_GPU_MAX_OP_TEMP",
    "C",
    "Highest core temperature at which the GPU runs at full speed in degrees Celsius.",
    canonical="DCGM_FI_DEV_GPU_MAX_OP_TEMP_CELSIUS",
    nvml="nvmlDeviceGetTemperatureThreshold(GPU_MAX)",
)
GPU_TEMP_LIMIT = gauge(
    153,
    "DCGM_FI_DEV_GPU_TEMP_LIMIT",
    "C",
    "Margin to the nearest slowdown threshold in degrees Celsius.",
    canonical="DCGM_FI_DEV_GPU_TEMP_MARGIN_CELSIUS",
    nvml="nvmlDeviceGetMarginTemperature",
    traps=(
        "A distance, not a limit: it falls as the GPU warms and is negative beyond the threshold.",
        "A100 and older report nothing.",
    ),
)
SLOWDOWN_TEMP = gauge(
    158,
    "DCGM_FI_DEV_SLOWDOWN_TEMP",
    "C",
    "Core temperature at which the hardware slows the clocks in degrees Celsius.",
    canonical="DCGM_FI_DEV_GPU_TEMP_SLOWDOWN_CELSIUS",
    nvml="nvmlDeviceGetTemperatureThreshold(SLOWDOWN)",
)
SHUTDOWN_TEMP = gauge(
    159,
    "DCGM_FI_DEV_SHUTDOWN_TEMP",
    "C",
    "Core temperature at which the GPU switches off in degrees Celsius.",
    canonical="DCGM_FI_DEV_GPU_TEMP_SHUTDOWN_CELSIUS",
    nvml="nvmlDeviceGetTemperatureThreshold(SHUTDOWN)",
)
FAN_SPEED = gauge(
    191,
    "DCGM_FI_DEV_FAN_SPEED",
    "%",
    "Speed asked of the fan (percent of its maximum).",
    nvml="nvmlDeviceGetFanSpeed",
    traps=(
        "What is asked, not what turns: a blocked fan still reads well.",
        "Boards without a fan, as in most servers, have no series.",
    ),
)
