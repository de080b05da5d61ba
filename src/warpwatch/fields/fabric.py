"""The fabric that many GPUs share: its manager and its health; and the links from chip to chip."""

from warpwatch.fields.declare import counter, gauge, label

FABRIC_MANAGER_STATUS = gauge(
    170,
    "DCGM_FI_DEV_FABRIC_MANAGER_STATUS",
    "",
    "State of fabric registration: 0 unsupported to 3 done or 4 failed.",
    nvml="nvmlDeviceGetGpuFabricInfoV",
    traps=(
        (
            "DCGM's numbers differ from NVML's, whose 3 is completed as well but whose failures "
            "are in a status of their own."
        ),
    ),
)
FABRIC_MANAGER_ERROR_CODE = gauge(
    171,
    "DCGM_FI_DEV_FABRIC_MANAGER_ERROR_CODE",
    "",
    "Why fabric registration failed as an NVML error code.",
    canonical="DCGM_FI_DEV_FABRIC_MANAGER_ERROR",
    nvml="nvmlDeviceGetGpuFabricInfoV",
    traps=("Empty until registration has ended, so no series does not mean no fault.",),
)
FABRIC_CLUSTER_UUID = label(
    172,
    "DCGM_FI_DEV_FABRIC_CLUSTER_UUID",
    "NVLink domain that the GPU belongs to.",
    nvml="nvmlDeviceGetGpuFabricInfoV",
)
FABRIC_CLIQUE_ID = gauge(
    173,
    "DCGM_FI_DEV_FABRIC_CLIQUE_ID",
    "",
    "Group within the NVLink domain whose GPUs reach each other.",
    nvml="nvmlDeviceGetGpuFabricInfoV",
    traps=("A name written as a number: averaging or summing it means nothing.",),
)
FABRIC_HEALTH_MASK = gauge(
    174,
    "DCGM_FI_DEV_FABRIC_HEALTH_MASK",
    "",
    "Health of the fabric as packed answers.",
    nvml="nvmlDeviceGetGpuFabricInfoV",
    traps=(
        (
            "Non-zero does not mean faulty: two bits per question (degraded bandwidth, route "
            "recovery, unhealthy route, access time-out) hold 0 not applicable, 1 yes, 2 no."
        ),
        "Bits 8 to 11 count from 2 upwards for a wrong configuration.",
    ),
)
FABRIC_HEALTH_SUMMARY = gauge(
    175,
    "DCGM_FI_DEV_FABRIC_HEALTH_SUMMARY",
    "",
    "Health of the fabric in one number: 1 healthy or 2 unhealthy or 3 limited.",
    nvml="nvmlDeviceGetGpuFabricInfoV",
)
C2C_LINK_COUNT = gauge(
    285,
    "DCGM_FI_DEV_C2C_LINK_COUNT",
    "",
    "Chip-to-chip links between GPU and CPU.",
    canonical="DCGM_FI_DEV_C2C_LINK_QUANTITY",
    nvml="field 170",
)
C2C_LINK_STATUS = gauge(
    286,
    "DCGM_FI_DEV_C2C_LINK_STATUS",
    "",
    "Whether the chip-to-chip links are up: 0 or 1.",
    nvml="field 171",
)
C2C_MAX_BANDWIDTH = gauge(
    287,
    "DCGM_FI_DEV_C2C_MAX_BANDWIDTH",
    "MB/s",
    "Highest bandwidth of the chip-to-chip links in MB/s.",
    nvml="field 172",
)
C2C_LINK_ERROR_INTR = counter(
    1400,
    "DCGM_FI_DEV_C2C_LINK_ERROR_INTR",
    "",
    "Interrupts for errors on the chip-to-chip links.",
    nvml="field 231",
)
C2C_LINK_ERROR_REPLAY = counter(
    1401,
    "DCGM_FI_DEV_C2C_LINK_ERROR_REPLAY",
    "",
    "Transmissions repeated on the chip-to-chip links.",
    nvml="field 232",
)
C2C_LINK_ERROR_REPLAY_B2B = counter(
    1402,
    "DCGM_FI_DEV_C2C_LINK_ERROR_REPLAY_B2B",
    "",
    "Transmissions repeated back to back on the chip-to-chip links.",
    nvml="field 233",
)
C2C_LINK_POWER_STATE = gauge(
    1403,
    "DCGM_FI_DEV_C2C_LINK_POWER_STATE",
    "",
    "Power state of the chip-to-chip links.",
    nvml="field 234",
)
IMEX_DOMAIN_STATUS = label(
    1502, "DCGM_FI_IMEX_DOMAIN_STATUS", "State of the IMEX domain that shares memory between nodes."
)
IMEX_DAEMON_STATUS = gauge(
    1503,
    "DCGM_FI_IMEX_DAEMON_STATUS",
    "",
    "State of the IMEX daemon where a negative number means that it is absent.",
)
