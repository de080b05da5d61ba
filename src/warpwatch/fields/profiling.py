"""What the hardware's own counters say about how well a GPU is used.

NVML gives them through GPM from Hopper on; before that DCGM alone can, with privileges, and not
while a profiler holds the counters. Intervals below 100 ms give nonsense.
"""

from functools import partial

from warpwatch.fields.declare import counter, gauge, ratio

_BUS = "Already a rate in bytes per second: do not take rate() of it, whatever old lists say."

_active = partial(ratio, per_instance=True)

PROF_GR_ENGINE_ACTIVE = _active(
    1001,
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    "Share of time in which the compute engine was busy (0 to 1).",
    canonical="DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO",
    legacy="dcgm_fi_prof_gr_engine_active",
    default=True,
    nvml="GPM 1",
    traps=(
        "A share of time like GPU_UTIL: one small kernel counts as much as a full GPU.",
        (
            "On a MIG instance it is the share of the instance: weight by slices before "
            "averaging over the GPU."
        ),
    ),
    better="DCGM_FI_PROF_SM_ACTIVE: how much of the GPU works",
)
PROF_SM_ACTIVE = _active(
    1002,
    "DCGM_FI_PROF_SM_ACTIVE",
    "Share of cycles in which an SM held work, averaged over SMs (0 to 1).",
    canonical="DCGM_FI_PROF_SM_UTIL_RATIO",
    legacy="dcgm_fi_prof_sm_active",
    listed=True,
    nvml="GPM 2",
    traps=(
        (
            "Warps that wait for memory count as active: 0.8 and more is needed for good use of "
            "the GPU and does not prove it."
        ),
        "Off in dcgm-exporter's default list.",
    ),
    better="DCGM_FI_PROF_PIPE_TENSOR_ACTIVE: how much arithmetic is done, for tensor work",
)
PROF_SM_OCCUPANCY = _active(
    1003,
    "DCGM_FI_PROF_SM_OCCUPANCY",
    "Warps resident on the SMs as a share of the most that fit (0 to 1).",
    canonical="DCGM_FI_PROF_SM_OCCUPANCY_RATIO",
    legacy="dcgm_fi_prof_sm_occupancy",
    listed=True,
    nvml="GPM 3",
    traps=("Higher is not better by itself: good tensor kernels run at 0.10 to 0.25.",),
)
PROF_PIPE_TENSOR_ACTIVE = _active(
    1004,
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
    "Share of cycles in which a tensor pipe worked (0 to 1).",
    canonical="DCGM_FI_PROF_TENSOR_UTIL_RATIO",
    legacy="dcgm_fi_prof_pipe_tensor_active",
    default=True,
    nvml="GPM 5",
    traps=(
        "About 0.93 is saturation: 1.0 is not reached.",
        "Says nothing of precision: the same share is twice the work in FP8 as in BF16.",
        "Measured against the clock of the moment: a throttled GPU looks as busy as a fast one.",
    ),
)
PROF_DRAM_ACTIVE = _active(
    1005,
    "DCGM_FI_PROF_DRAM_ACTIVE",
    "Share of cycles in which the memory interface moved data (0 to 1).",
    canonical="DCGM_FI_PROF_DRAM_UTIL_RATIO",
    legacy="dcgm_fi_prof_dram_active",
    default=True,
    nvml="GPM 10",
    traps=(
        (
            "About 0.8 is the practical ceiling: read 0.75 as memory-bound, not as room for a "
            "quarter more."
        ),
    ),
)
PROF_PIPE_FP64_ACTIVE = _active(
    1006,
    "DCGM_FI_PROF_PIPE_FP64_ACTIVE",
    "Share of cycles in which the FP64 pipe worked (0 to 1).",
    canonical="DCGM_FI_PROF_FP64_UTIL_RATIO",
    listed=True,
    nvml="GPM 11",
)
PROF_PIPE_FP32_ACTIVE = _active(
    1007,
    "DCGM_FI_PROF_PIPE_FP32_ACTIVE",
    "Share of cycles in which the FP32 pipe worked (0 to 1).",
    canonical="DCGM_FI_PROF_FP32_UTIL_RATIO",
    listed=True,
    nvml="GPM 12",
)
PROF_PIPE_FP16_ACTIVE = _active(
    1008,
    "DCGM_FI_PROF_PIPE_FP16_ACTIVE",
    "Share of cycles in which the FP16 pipe worked (0 to 1).",
    canonical="DCGM_FI_PROF_FP16_UTIL_RATIO",
    listed=True,
    nvml="GPM 13",
    traps=(
        (
            "Without the tensor cores: half-precision training shows up in PIPE_TENSOR_ACTIVE "
            "and hardly here."
        ),
    ),
    better="DCGM_FI_PROF_PIPE_TENSOR_ACTIVE: where half-precision work is done",
)
PROF_PCIE_TX_BYTES = gauge(
    1009,
    "DCGM_FI_PROF_PCIE_TX_BYTES",
    "bytes/s",
    "Bytes sent over PCIe per second, headers included.",
    legacy="dcgm_fi_prof_pcie_tx_bytes",
    default=True,
    nvml="GPM 20",
    traps=(_BUS, "Seen from the GPU: TX is device to host."),
)
PROF_PCIE_RX_BYTES = gauge(
    1010,
    "DCGM_FI_PROF_PCIE_RX_BYTES",
    "bytes/s",
    "Bytes received over PCIe per second, headers included.",
    legacy="dcgm_fi_prof_pcie_rx_bytes",
    default=True,
    nvml="GPM 21",
    traps=(_BUS, "Seen from the GPU: RX is host to device, such as batches of input."),
)
PROF_NVLINK_TX_BYTES = gauge(
    1011,
    "DCGM_FI_PROF_NVLINK_TX_BYTES",
    "bytes/s",
    "Bytes sent over NVLink per second, headers included.",
    nvml="GPM 61",
    traps=("The peak of one direction is half the figure that is advertised.",),
)
PROF_NVLINK_RX_BYTES = gauge(
    1012,
    "DCGM_FI_PROF_NVLINK_RX_BYTES",
    "bytes/s",
    "Bytes received over NVLink per second, headers included.",
    nvml="GPM 60",
    traps=("The peak of one direction is half the figure that is advertised.",),
)
PROF_PIPE_TENSOR_IMMA_ACTIVE = _active(
    1013,
    "DCGM_FI_PROF_PIPE_TENSOR_IMMA_ACTIVE",
    "Share of cycles in which tensor pipes worked on integers (0 to 1).",
    canonical="DCGM_FI_PROF_IMMA_UTIL_RATIO",
    nvml="GPM 9",
)
PROF_PIPE_TENSOR_HMMA_ACTIVE = _active(
    1014,
    "DCGM_FI_PROF_PIPE_TENSOR_HMMA_ACTIVE",
    "Share of cycles in which tensor pipes worked on floats of up to 32 bits (0 to 1).",
    canonical="DCGM_FI_PROF_HMMA_UTIL_RATIO",
    nvml="GPM 7",
)
PROF_PIPE_TENSOR_DFMA_ACTIVE = _active(
    1015,
    "DCGM_FI_PROF_PIPE_TENSOR_DFMA_ACTIVE",
    "Share of cycles in which tensor pipes worked on doubles (0 to 1).",
    canonical="DCGM_FI_PROF_DFMA_UTIL_RATIO",
    nvml="GPM 6",
)
PROF_PIPE_INT_ACTIVE = _active(
    1016,
    "DCGM_FI_PROF_PIPE_INT_ACTIVE",
    "Share of cycles in which the integer pipe worked (0 to 1).",
    canonical="DCGM_FI_PROF_INT_UTIL_RATIO",
    nvml="GPM 4",
)
PROF_NVDEC_ACTIVE = tuple(
    _active(
        1017 + n,
        f"DCGM_FI_PROF_NVDEC{n}_ACTIVE",
        f"Share of time in which video decoder {n} worked (0 to 1).",
        canonical=f"DCGM_FI_PROF_NVDEC_UTIL_{n}_RATIO",
        nvml=f"GPM {30 + n}",
    )
    for n in range(8)
)
PROF_NVJPG_ACTIVE = tuple(
    _active(
        1025 + n,
        f"DCGM_FI_PROF_NVJPG{n}_ACTIVE",
        f"Share of time in which JPEG decoder {n} worked (0 to 1).",
        canonical=f"DCGM_FI_PROF_NVJPG_UTIL_{n}_RATIO",
        nvml=f"GPM {40 + n}",
    )
    for n in range(8)
)
PROF_NVOFA_ACTIVE = tuple(
    _active(
        1033 + n,
        f"DCGM_FI_PROF_NVOFA{n}_ACTIVE",
        f"Share of time in which optical flow engine {n} worked (0 to 1).",
        canonical=f"DCGM_FI_PROF_NVOFA_UTIL_{n}_RATIO",
        nvml=f"GPM {50 + n}",
    )
    for n in range(2)
)
PROF_C2C_TX_ALL_BYTES = gauge(
    1076,
    "DCGM_FI_PROF_C2C_TX_ALL_BYTES",
    "bytes/s",
    "Bytes sent to the CPU over chip-to-chip links per second, headers included.",
    nvml="GPM 100",
)
PROF_C2C_TX_DATA_BYTES = gauge(
    1077,
    "DCGM_FI_PROF_C2C_TX_DATA_BYTES",
    "bytes/s",
    "Bytes sent to the CPU over chip-to-chip links per second, headers left out.",
    nvml="GPM 102",
)
PROF_C2C_RX_ALL_BYTES = gauge(
    1078,
    "DCGM_FI_PROF_C2C_RX_ALL_BYTES",
    "bytes/s",
    "Bytes received from the CPU over chip-to-chip links per second, headers included.",
    nvml="GPM 101",
)
PROF_C2C_RX_DATA_BYTES = gauge(
    1079,
    "DCGM_FI_PROF_C2C_RX_DATA_BYTES",
    "bytes/s",
    "Bytes received from the CPU over chip-to-chip links per second, headers left out.",
    nvml="GPM 103",
)
PROF_HOSTMEM_CACHE_HIT = gauge(
    1080,
    "DCGM_FI_PROF_HOSTMEM_CACHE_HIT",
    "%",
    "Reads of host memory that the GPU's cache answered (percent).",
    nvml="GPM 160",
)
PROF_HOSTMEM_CACHE_MISS = gauge(
    1081,
    "DCGM_FI_PROF_HOSTMEM_CACHE_MISS",
    "%",
    "Reads of host memory that the GPU's cache could not answer (percent).",
    nvml="GPM 161",
)
PROF_PEERMEM_CACHE_HIT = gauge(
    1082,
    "DCGM_FI_PROF_PEERMEM_CACHE_HIT",
    "%",
    "Reads of a peer's memory that the GPU's cache answered (percent).",
    nvml="GPM 162",
)
PROF_PEERMEM_CACHE_MISS = gauge(
    1083,
    "DCGM_FI_PROF_PEERMEM_CACHE_MISS",
    "%",
    "Reads of a peer's memory that the GPU's cache could not answer (percent).",
    nvml="GPM 163",
)
PROF_SM_CYCLES_ELAPSED_TOTAL = counter(
    1084,
    "DCGM_FI_PROF_SM_CYCLES_ELAPSED_TOTAL",
    "cycles",
    "SM cycles that went by.",
    listed=True,
    nvml="GPM 248",
    traps=(
        (
            "The divisor of the counters that follow: the rate of one over the rate of this is "
            "an exact average over any window."
        ),
    ),
)
PROF_SM_CYCLES_ACTIVE_TOTAL = counter(
    1085,
    "DCGM_FI_PROF_SM_CYCLES_ACTIVE_TOTAL",
    "cycles",
    "SM cycles in which work was held.",
    listed=True,
    nvml="GPM 249",
)
PROF_MMA_CYCLES_ACTIVE_TOTAL = counter(
    1086,
    "DCGM_FI_PROF_MMA_CYCLES_ACTIVE_TOTAL",
    "cycles",
    "Cycles in which any tensor pipe worked.",
    listed=True,
    nvml="GPM 250",
)
PROF_DMMA_CYCLES_ACTIVE_TOTAL = counter(
    1087,
    "DCGM_FI_PROF_DMMA_CYCLES_ACTIVE_TOTAL",
    "cycles",
    "Cycles in which tensor pipes multiplied matrices of doubles.",
    listed=True,
    nvml="GPM 251",
)
PROF_HMMA_CYCLES_ACTIVE_TOTAL = counter(
    1088,
    "DCGM_FI_PROF_HMMA_CYCLES_ACTIVE_TOTAL",
    "cycles",
    "Cycles in which tensor pipes worked on floats of up to 32 bits.",
    listed=True,
    nvml="GPM 252",
)
PROF_IMMA_CYCLES_ACTIVE_TOTAL = counter(
    1089,
    "DCGM_FI_PROF_IMMA_CYCLES_ACTIVE_TOTAL",
    "cycles",
    "Cycles in which tensor pipes worked on integers.",
    listed=True,
    nvml="GPM 253",
)
PROF_DFMA_CYCLES_ACTIVE_TOTAL = counter(
    1090,
    "DCGM_FI_PROF_DFMA_CYCLES_ACTIVE_TOTAL",
    "cycles",
    "Cycles in which tensor pipes worked on doubles.",
    listed=True,
    nvml="GPM 254",
)
PROF_PCIE_TX_BYTES_TOTAL = counter(
    1091,
    "DCGM_FI_PROF_PCIE_TX_BYTES_TOTAL",
    "bytes",
    "Bytes sent over PCIe.",
    listed=True,
    nvml="GPM 255",
)
PROF_PCIE_RX_BYTES_TOTAL = counter(
    1092,
    "DCGM_FI_PROF_PCIE_RX_BYTES_TOTAL",
    "bytes",
    "Bytes received over PCIe.",
    listed=True,
    nvml="GPM 256",
)
PROF_INT_CYCLES_ACTIVE_TOTAL = counter(
    1093,
    "DCGM_FI_PROF_INT_CYCLES_ACTIVE_TOTAL",
    "cycles",
    "Cycles in which the integer pipe worked.",
    listed=True,
    nvml="GPM 257",
)
PROF_FP64_CYCLES_ACTIVE_TOTAL = counter(
    1094,
    "DCGM_FI_PROF_FP64_CYCLES_ACTIVE_TOTAL",
    "cycles",
    "Cycles in which the FP64 pipe worked.",
    listed=True,
    nvml="GPM 258",
)
PROF_FP32_CYCLES_ACTIVE_TOTAL = counter(
    1095,
    "DCGM_FI_PROF_FP32_CYCLES_ACTIVE_TOTAL",
    "cycles",
    "Cycles in which the FP32 pipe worked.",
    listed=True,
    nvml="GPM 259",
)
PROF_FP16_CYCLES_ACTIVE_TOTAL = counter(
    1096,
    "DCGM_FI_PROF_FP16_CYCLES_ACTIVE_TOTAL",
    "cycles",
    "Cycles in which the FP16 pipe worked.",
    listed=True,
    nvml="GPM 260",
)
