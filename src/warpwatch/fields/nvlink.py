"""The links between GPUs, seen from one GPU as a whole: traffic and errors summed over its links.

Three generations count differently: up to Ampere the fields of 409 to 439, Hopper those of
497 to 499, Blackwell those of 1200 to 1219. Each is silent on the others' hardware.
"""

from warpwatch.fields.declare import counter, gauge, ratio
from warpwatch.fields.field import Kind

_UP_TO_AMPERE = "Counts on GPUs up to Ampere; Hopper and Blackwell have counters of their own."
_HOPPER = "Counts on Hopper; older and newer GPUs have counters of their own."
_RATE = "Already a rate (in MB of 1024000 bytes): do not take rate() of it, whatever its type says."

NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL = counter(
    409,
    "DCGM_FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL",
    "",
    "NVLink checksum errors in flow control over all links.",
    canonical="DCGM_FI_DEV_NVLINK_CRC_FLIT_ERROR_TOTAL",
    legacy="dcgm_nvlink_flit_crc_error_count_total",
    listed=True,
    nvml="field 38",
    traps=(_UP_TO_AMPERE,),
    better="DCGM_FI_DEV_NVLINK_ERROR_DL_CRC: on Hopper",
)
NVLINK_CRC_DATA_ERROR_COUNT_TOTAL = counter(
    419,
    "DCGM_FI_DEV_NVLINK_CRC_DATA_ERROR_COUNT_TOTAL",
    "",
    "NVLink checksum errors in data over all links.",
    canonical="DCGM_FI_DEV_NVLINK_CRC_DATA_ERROR_TOTAL",
    legacy="dcgm_nvlink_data_crc_error_count_total",
    listed=True,
    nvml="field 45",
    traps=(_UP_TO_AMPERE,),
    better="DCGM_FI_DEV_NVLINK_ERROR_DL_CRC: on Hopper",
)
NVLINK_REPLAY_ERROR_COUNT_TOTAL = counter(
    429,
    "DCGM_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL",
    "",
    "NVLink transmissions that were repeated over all links.",
    canonical="DCGM_FI_DEV_NVLINK_REPLAY_ERROR_TOTAL",
    legacy="dcgm_nvlink_replay_error_count_total",
    listed=True,
    nvml="field 52",
    traps=(_UP_TO_AMPERE,),
    better="DCGM_FI_DEV_NVLINK_ERROR_DL_REPLAY: on Hopper",
)
NVLINK_RECOVERY_ERROR_COUNT_TOTAL = counter(
    439,
    "DCGM_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL",
    "",
    "NVLink recoveries over all links.",
    canonical="DCGM_FI_DEV_NVLINK_RECOVERY_ERROR_TOTAL",
    legacy="dcgm_nvlink_recovery_error_count_total",
    listed=True,
    nvml="field 59",
    traps=(_UP_TO_AMPERE,),
    better="DCGM_FI_DEV_NVLINK_ERROR_DL_RECOVERY: on Hopper",
)
NVLINK_BANDWIDTH_TOTAL = counter(
    449,
    "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL",
    "MB/s",
    "NVLink traffic of both directions over all links in MB/s.",
    canonical="DCGM_FI_DEV_NVLINK_THROUGHPUT_TOTAL",
    legacy="dcgm_nvlink_bandwidth_total",
    default=True,
    corrected=Kind.GAUGE,
    nvml="field 138 + field 139",
    traps=(
        _RATE,
        "Sent and received are added up, so a link's peak is twice its advertised one-way figure.",
        "The first reading after a start is 0.",
    ),
    better="DCGM_FI_PROF_NVLINK_TX_BYTES: bytes per second, each direction by itself",
)
GPU_NVLINK_ERRORS = gauge(
    450,
    "DCGM_FI_DEV_GPU_NVLINK_ERRORS",
    "",
    "Kind of the last NVLink error: 1 needs recovery or 2 is fatal.",
    canonical="DCGM_FI_DEV_NVLINK_ERROR",
)
NVLINK_ERROR_DL_CRC = counter(
    497,
    "DCGM_FI_DEV_NVLINK_ERROR_DL_CRC",
    "",
    "NVLink checksum errors in the data link layer over all links.",
    canonical="DCGM_FI_DEV_NVLINK_CRC_ERROR_TOTAL",
    nvml="field 163",
    traps=(_HOPPER,),
)
NVLINK_ERROR_DL_RECOVERY = counter(
    498,
    "DCGM_FI_DEV_NVLINK_ERROR_DL_RECOVERY",
    "",
    "NVLink recoveries in the data link layer over all links.",
    canonical="DCGM_FI_DEV_NVLINK_RECOVERY_TOTAL",
    nvml="field 162",
    traps=(_HOPPER,),
)
NVLINK_ERROR_DL_REPLAY = counter(
    499,
    "DCGM_FI_DEV_NVLINK_ERROR_DL_REPLAY",
    "",
    "NVLink repetitions in the data link layer over all links.",
    canonical="DCGM_FI_DEV_NVLINK_REPLAY_TOTAL",
    nvml="field 161",
    traps=(_HOPPER,),
)
NVLINK_TX_BANDWIDTH_TOTAL = gauge(
    843,
    "DCGM_FI_DEV_NVLINK_TX_BANDWIDTH_TOTAL",
    "MB/s",
    "NVLink traffic sent over all links in MB/s.",
    canonical="DCGM_FI_DEV_NVLINK_TX_THROUGHPUT_TOTAL",
    nvml="field 138",
    traps=(_RATE,),
)
NVLINK_RX_BANDWIDTH_TOTAL = gauge(
    897,
    "DCGM_FI_DEV_NVLINK_RX_BANDWIDTH_TOTAL",
    "MB/s",
    "NVLink traffic received over all links in MB/s.",
    canonical="DCGM_FI_DEV_NVLINK_RX_THROUGHPUT_TOTAL",
    nvml="field 139",
    traps=(_RATE,),
)
NVLINK_COUNT_TX_PACKETS = counter(
    1200,
    "DCGM_FI_DEV_NVLINK_COUNT_TX_PACKETS",
    "packets",
    "NVLink 5 packets sent.",
    canonical="DCGM_FI_DEV_NVLINK_TX_PACKET_TOTAL",
    nvml="field 201",
)
NVLINK_COUNT_TX_BYTES = counter(
    1201,
    "DCGM_FI_DEV_NVLINK_COUNT_TX_BYTES",
    "bytes",
    "NVLink 5 bytes sent.",
    canonical="DCGM_FI_DEV_NVLINK_TX_BYTES_TOTAL",
    nvml="field 202",
)
NVLINK_COUNT_RX_PACKETS = counter(
    1202,
    "DCGM_FI_DEV_NVLINK_COUNT_RX_PACKETS",
    "packets",
    "NVLink 5 packets received.",
    canonical="DCGM_FI_DEV_NVLINK_RX_PACKET_TOTAL",
    nvml="field 203",
)
NVLINK_COUNT_RX_BYTES = counter(
    1203,
    "DCGM_FI_DEV_NVLINK_COUNT_RX_BYTES",
    "bytes",
    "NVLink 5 bytes received.",
    canonical="DCGM_FI_DEV_NVLINK_RX_BYTES_TOTAL",
    nvml="field 204",
)
NVLINK_COUNT_RX_MALFORMED_PACKET_ERRORS = counter(
    1204,
    "DCGM_FI_DEV_NVLINK_COUNT_RX_MALFORMED_PACKET_ERRORS",
    "packets",
    "NVLink 5 packets received that were malformed.",
    canonical="DCGM_FI_DEV_NVLINK_RX_PACKET_MALFORMED_TOTAL",
    nvml="field 206",
)
NVLINK_COUNT_RX_BUFFER_OVERRUN_ERRORS = counter(
    1205,
    "DCGM_FI_DEV_NVLINK_COUNT_RX_BUFFER_OVERRUN_ERRORS",
    "packets",
    "NVLink 5 packets dropped because a buffer was full.",
    canonical="DCGM_FI_DEV_NVLINK_RX_PACKET_DROPPED_TOTAL",
    nvml="field 207",
)
NVLINK_COUNT_RX_ERRORS = counter(
    1206,
    "DCGM_FI_DEV_NVLINK_COUNT_RX_ERRORS",
    "packets",
    "NVLink 5 packets received with an error.",
    canonical="DCGM_FI_DEV_NVLINK_RX_ERROR_TOTAL",
    nvml="field 208",
)
NVLINK_COUNT_RX_REMOTE_ERRORS = counter(
    1207,
    "DCGM_FI_DEV_NVLINK_COUNT_RX_REMOTE_ERRORS",
    "packets",
    "NVLink 5 packets received that the far side had marked as bad.",
    canonical="DCGM_FI_DEV_NVLINK_RX_REMOTE_ERROR_TOTAL",
    nvml="field 209",
)
NVLINK_COUNT_RX_GENERAL_ERRORS = counter(
    1208,
    "DCGM_FI_DEV_NVLINK_COUNT_RX_GENERAL_ERRORS",
    "packets",
    "NVLink 5 packets received whose header did not match.",
    canonical="DCGM_FI_DEV_NVLINK_RX_GENERAL_ERROR_TOTAL",
    nvml="field 210",
)
NVLINK_COUNT_LOCAL_LINK_INTEGRITY_ERRORS = counter(
    1209,
    "DCGM_FI_DEV_NVLINK_COUNT_LOCAL_LINK_INTEGRITY_ERRORS",
    "",
    "Times that a link's own errors passed their limit.",
    canonical="DCGM_FI_DEV_NVLINK_INTEGRITY_ERROR_TOTAL",
    nvml="field 211",
)
NVLINK_COUNT_TX_DISCARDS = counter(
    1210,
    "DCGM_FI_DEV_NVLINK_COUNT_TX_DISCARDS",
    "packets",
    "NVLink 5 packets that were discarded instead of sent.",
    nvml="field 212",
)
NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS = counter(
    1211,
    "DCGM_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS",
    "",
    "Link recoveries that brought the link back.",
    canonical="DCGM_FI_DEV_NVLINK_RECOVERY_SUCCESSFUL_TOTAL",
    nvml="field 213",
)
NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS = counter(
    1212,
    "DCGM_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS",
    "",
    "Link recoveries after which the link was down.",
    canonical="DCGM_FI_DEV_NVLINK_RECOVERY_FAILED_TOTAL",
    nvml="field 214",
)
NVLINK_COUNT_LINK_RECOVERY_EVENTS = counter(
    1213,
    "DCGM_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_EVENTS",
    "",
    "Link recoveries that were begun.",
    canonical="DCGM_FI_DEV_NVLINK_RECOVERY_EVENT_TOTAL",
    nvml="field 215",
)
NVLINK_COUNT_RX_SYMBOL_ERRORS = counter(
    1214,
    "DCGM_FI_DEV_NVLINK_COUNT_RX_SYMBOL_ERRORS",
    "",
    "Symbols received with an error.",
    canonical="DCGM_FI_DEV_NVLINK_RX_SYMBOL_ERROR_TOTAL",
    nvml="field 221",
)
NVLINK_COUNT_SYMBOL_BER = gauge(
    1215,
    "DCGM_FI_DEV_NVLINK_COUNT_SYMBOL_BER",
    "",
    "Symbol error rate packed as mantissa and exponent.",
    canonical="DCGM_FI_DEV_NVLINK_SYMBOL_BER_RAW",
    nvml="field 222",
    traps=("A packed number: comparing it with a limit means nothing.",),
    better="DCGM_FI_DEV_NVLINK_COUNT_SYMBOL_BER_FLOAT: the same, unpacked",
)
NVLINK_COUNT_SYMBOL_BER_FLOAT = ratio(
    1216,
    "DCGM_FI_DEV_NVLINK_COUNT_SYMBOL_BER_FLOAT",
    "Share of symbols received with an error (0 to 1).",
    canonical="DCGM_FI_DEV_NVLINK_SYMBOL_BER_RATIO",
    nvml="field 222",
    traps=("Six decimals, as the page prints them, turn every healthy rate into 0.",),
)
NVLINK_COUNT_EFFECTIVE_BER = gauge(
    1217,
    "DCGM_FI_DEV_NVLINK_COUNT_EFFECTIVE_BER",
    "",
    "Error rate after correction packed as mantissa and exponent.",
    canonical="DCGM_FI_DEV_NVLINK_EFFECTIVE_BER_RAW",
    nvml="field 220",
    traps=("A packed number: comparing it with a limit means nothing.",),
    better="DCGM_FI_DEV_NVLINK_COUNT_EFFECTIVE_BER_FLOAT: the same, unpacked",
)
NVLINK_COUNT_EFFECTIVE_BER_FLOAT = ratio(
    1218,
    "DCGM_FI_DEV_NVLINK_COUNT_EFFECTIVE_BER_FLOAT",
    "Share of errors left after correction (0 to 1).",
    canonical="DCGM_FI_DEV_NVLINK_EFFECTIVE_BER_RATIO",
    nvml="field 220",
    traps=("DCGM's own limit is 1e-12, which six decimals print as 0: watch the error counters.",),
)
NVLINK_COUNT_EFFECTIVE_ERRORS = counter(
    1219,
    "DCGM_FI_DEV_NVLINK_COUNT_EFFECTIVE_ERRORS",
    "",
    "Errors left in packets after correction.",
    canonical="DCGM_FI_DEV_NVLINK_EFFECTIVE_ERROR_TOTAL",
    nvml="field 219",
)
NVLINK_ECC_DATA_ERROR_COUNT_TOTAL = counter(
    1220,
    "DCGM_FI_DEV_NVLINK_ECC_DATA_ERROR_COUNT_TOTAL",
    "",
    "NVLink data errors that ECC met over all links.",
    canonical="DCGM_FI_DEV_NVLINK_ECC_ERROR_TOTAL",
    nvml="field 160",
)
