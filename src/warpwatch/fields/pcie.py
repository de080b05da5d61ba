"""The way to the host: the state of the link and its errors. Its traffic is under profiling."""

from warpwatch.fields.declare import counter, gauge

_SAMPLED = "A sample of 20 ms taken by NVML when asked, which blocks the read for as long."
_OLD_TYPE = "Old lists type it counter: it is a rate."
_IDLE = "Falls on an idle GPU to save power: judge it under load only."

PCIE_TX_THROUGHPUT = gauge(
    200,
    "DCGM_FI_DEV_PCIE_TX_THROUGHPUT",
    "KB/s",
    "Bytes sent over PCIe in KB per second.",
    legacy="dcgm_pcie_tx_throughput",
    nvml="nvmlDeviceGetPcieThroughput(TX)",
    traps=(_SAMPLED, _OLD_TYPE),
    better="DCGM_FI_PROF_PCIE_TX_BYTES: measured over the whole interval",
)
PCIE_RX_THROUGHPUT = gauge(
    201,
    "DCGM_FI_DEV_PCIE_RX_THROUGHPUT",
    "KB/s",
    "Bytes received over PCIe in KB per second.",
    legacy="dcgm_pcie_rx_throughput",
    nvml="nvmlDeviceGetPcieThroughput(RX)",
    traps=(_SAMPLED, _OLD_TYPE),
    better="DCGM_FI_PROF_PCIE_RX_BYTES: measured over the whole interval",
)
PCIE_REPLAY_COUNTER = counter(
    202,
    "DCGM_FI_DEV_PCIE_REPLAY_COUNTER",
    "",
    "PCIe packets that had to be sent again.",
    canonical="DCGM_FI_DEV_PCIE_REPLAY_TOTAL",
    legacy="dcgm_pcie_replay_counter",
    default=True,
    nvml="nvmlDeviceGetPcieReplayCounter",
    traps=("A few are normal and the faster the link the more: judge the rate, not the sum.",),
)
PCIE_MAX_LINK_GEN = gauge(
    235,
    "DCGM_FI_DEV_PCIE_MAX_LINK_GEN",
    "",
    "Highest PCIe generation of GPU and slot together.",
    nvml="nvmlDeviceGetMaxPcieLinkGeneration",
)
PCIE_MAX_LINK_WIDTH = gauge(
    236,
    "DCGM_FI_DEV_PCIE_MAX_LINK_WIDTH",
    "lanes",
    "Highest number of PCIe lanes of GPU and slot together.",
    nvml="nvmlDeviceGetMaxPcieLinkWidth",
)
PCIE_LINK_GEN = gauge(
    237,
    "DCGM_FI_DEV_PCIE_LINK_GEN",
    "",
    "PCIe generation in use.",
    nvml="nvmlDeviceGetCurrPcieLinkGeneration",
    traps=(_IDLE,),
)
PCIE_LINK_WIDTH = gauge(
    238,
    "DCGM_FI_DEV_PCIE_LINK_WIDTH",
    "lanes",
    "PCIe lanes in use.",
    nvml="nvmlDeviceGetCurrPcieLinkWidth",
    traps=(
        "Fewer lanes than the maximum under load point at a badly seated card or a faulty slot.",
    ),
)
PCIE_COUNT_CORRECTABLE_ERRORS = counter(
    1501,
    "DCGM_FI_DEV_PCIE_COUNT_CORRECTABLE_ERRORS",
    "",
    "PCIe errors that the link corrected.",
    canonical="DCGM_FI_DEV_PCIE_CORRECTABLE_ERROR_TOTAL",
    nvml="field 173",
)
