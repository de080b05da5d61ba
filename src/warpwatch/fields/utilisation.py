"""The busy figures of NVML: shares of time, not shares of the GPU.

They are the most drawn and the most misread metrics of all; profiling has the honest ones.
"""

from warpwatch.fields.declare import gauge

GPU_UTIL = gauge(
    203,
    "DCGM_FI_DEV_GPU_UTIL",
    "%",
    "Share of time in which any kernel ran (percent).",
    canonical="DCGM_FI_DEV_GPU_UTIL_RATIO",
    legacy="dcgm_gpu_utilization",
    default=True,
    nvml="nvmlDeviceGetUtilizationRates",
    traps=(
        (
            "One small kernel on a single SM reads 100 %: it says that the GPU was not idle, not "
            "that it was well used."
        ),
        (
            "Not available under MIG, neither for the GPU nor for its instances: use "
            "PROF_GR_ENGINE_ACTIVE there."
        ),
        (
            "DCGM 4.6 names it a ratio although it stays 0 to 100, and DCGM 4.7 gives that very "
            "name to another field (1613, 0 to 1): key on the id."
        ),
    ),
    better="DCGM_FI_PROF_SM_ACTIVE: how much of the GPU works; under MIG PROF_GR_ENGINE_ACTIVE",
)
MEM_COPY_UTIL = gauge(
    204,
    "DCGM_FI_DEV_MEM_COPY_UTIL",
    "%",
    "Share of time in which the memory was read or written (percent).",
    legacy="dcgm_mem_copy_utilization",
    default=True,
    nvml="nvmlDeviceGetUtilizationRates",
    traps=(
        (
            "Neither the share of memory in use (FB_USED) nor the share of bandwidth used: a "
            "trickle of traffic counts as busy."
        ),
        "Not available under MIG.",
    ),
    better="DCGM_FI_PROF_DRAM_ACTIVE: the share of memory bandwidth at work",
)
ENC_UTIL = gauge(
    206,
    "DCGM_FI_DEV_ENC_UTIL",
    "%",
    "Share of time in which a video encoder was busy (percent).",
    legacy="dcgm_enc_utilization",
    default=True,
    nvml="nvmlDeviceGetEncoderUtilization",
    traps=("GPUs for training have no encoder, or have it unused: 0 is the normal reading.",),
)
DEC_UTIL = gauge(
    207,
    "DCGM_FI_DEV_DEC_UTIL",
    "%",
    "Share of time in which a video decoder was busy (percent).",
    legacy="dcgm_dec_utilization",
    default=True,
    nvml="nvmlDeviceGetDecoderUtilization",
    better="DCGM_FI_PROF_NVDEC0_ACTIVE: one figure per decoder",
)
