"""What a GPU draws, what it has drawn, and what it may draw."""

from warpwatch.fields.declare import counter, gauge, measure

POWER_USAGE = measure(
    155,
    "DCGM_FI_DEV_POWER_USAGE",
    "W",
    "Power drawn by the board in watts.",
    canonical="DCGM_FI_DEV_BOARD_POWER_WATTS",
    legacy="dcgm_power_usage",
    default=True,
    nvml="nvmlDeviceGetPowerUsage",
    traps=(
        (
            "A one-second average on Ampere and newer (A100 and A30 excepted), so peaks are "
            "higher than they look."
        ),
        "To bill energy, take the rate of TOTAL_ENERGY_CONSUMPTION instead of averaging this.",
    ),
    better="DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION: for energy and cost, as it misses nothing",
)
TOTAL_ENERGY_CONSUMPTION = counter(
    156,
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
    "mJ",
    "Energy used since the driver was loaded (millijoules).",
    legacy="dcgm_total_energy_consumption",
    default=True,
    nvml="nvmlDeviceGetTotalEnergyConsumption",
    traps=(
        "Millijoules, not joules: divide by 1000, and by 3.6e9 for kWh.",
        (
            "Counts from the load of the driver, not from boot and not for life: use rate() or "
            "increase(), which survive its return to 0."
        ),
    ),
)
POWER_USAGE_INSTANT = measure(
    157,
    "DCGM_FI_DEV_POWER_USAGE_INSTANT",
    "W",
    "Power drawn by the board at this instant in watts.",
    canonical="DCGM_FI_DEV_BOARD_POWER_RAW_WATTS",
    nvml="field 186",
    traps=("Noisy by nature: a scrape every 30 s catches peaks by luck.",),
)
POWER_MGMT_LIMIT = measure(
    160,
    "DCGM_FI_DEV_POWER_MGMT_LIMIT",
    "W",
    "Power limit that was asked for in watts.",
    canonical="DCGM_FI_DEV_BOARD_POWER_LIMIT_REQUESTED_WATTS",
    nvml="nvmlDeviceGetPowerManagementLimit",
    better="DCGM_FI_DEV_ENFORCED_POWER_LIMIT: the one that holds",
)
POWER_MGMT_LIMIT_MIN = measure(
    161,
    "DCGM_FI_DEV_POWER_MGMT_LIMIT_MIN",
    "W",
    "Lowest power limit that can be set in watts.",
    canonical="DCGM_FI_DEV_BOARD_POWER_LIMIT_MIN_WATTS",
    nvml="nvmlDeviceGetPowerManagementLimitConstraints",
)
POWER_MGMT_LIMIT_MAX = measure(
    162,
    "DCGM_FI_DEV_POWER_MGMT_LIMIT_MAX",
    "W",
    "Highest power limit that can be set in watts.",
    canonical="DCGM_FI_DEV_BOARD_POWER_LIMIT_MAX_WATTS",
    nvml="nvmlDeviceGetPowerManagementLimitConstraints",
)
POWER_MGMT_LIMIT_DEF = measure(
    163,
    "DCGM_FI_DEV_POWER_MGMT_LIMIT_DEF",
    "W",
    "Power limit of the board as shipped in watts.",
    canonical="DCGM_FI_DEV_BOARD_POWER_LIMIT_DEFAULT_WATTS",
    nvml="nvmlDeviceGetPowerManagementDefaultLimit",
)
ENFORCED_POWER_LIMIT = measure(
    164,
    "DCGM_FI_DEV_ENFORCED_POWER_LIMIT",
    "W",
    "Power limit in force after all limiters in watts.",
    canonical="DCGM_FI_DEV_BOARD_POWER_LIMIT_ENFORCED_WATTS",
    nvml="nvmlDeviceGetEnforcedPowerLimit",
    traps=(
        (
            "Running at this limit is normal for dense work; it is a fault only where the limit "
            "is lower than intended."
        ),
    ),
)
REQUESTED_POWER_PROFILE_MASK = gauge(
    165,
    "DCGM_FI_DEV_REQUESTED_POWER_PROFILE_MASK",
    "",
    "Workload power profiles that were asked for, as a bit mask (Blackwell and newer).",
    canonical="DCGM_FI_DEV_BOARD_POWER_PROFILE_REQUESTED_MASK",
    nvml="nvmlDeviceWorkloadPowerProfileGetCurrentProfiles",
)
ENFORCED_POWER_PROFILE_MASK = gauge(
    166,
    "DCGM_FI_DEV_ENFORCED_POWER_PROFILE_MASK",
    "",
    "Workload power profiles in force, as a bit mask (Blackwell and newer).",
    canonical="DCGM_FI_DEV_BOARD_POWER_PROFILE_ENFORCED_MASK",
    nvml="nvmlDeviceWorkloadPowerProfileGetCurrentProfiles",
)
VALID_POWER_PROFILE_MASK = gauge(
    167,
    "DCGM_FI_DEV_VALID_POWER_PROFILE_MASK",
    "",
    "Workload power profiles that the GPU knows, as a bit mask (Blackwell and newer).",
    canonical="DCGM_FI_DEV_BOARD_POWER_PROFILE_SUPPORTED_MASK",
    nvml="nvmlDeviceWorkloadPowerProfileGetCurrentProfiles",
)
PWR_SMOOTHING_ENABLED = gauge(
    1425,
    "DCGM_FI_DEV_PWR_SMOOTHING_ENABLED",
    "",
    "Whether power smoothing is on: 0 or 1.",
    nvml="field 251",
)
PWR_SMOOTHING_HW_CIRCUITRY_PERCENT_LIFETIME_REMAINING = measure(
    1432,
    "DCGM_FI_DEV_PWR_SMOOTHING_HW_CIRCUITRY_PERCENT_LIFETIME_REMAINING",
    "%",
    "Life left in the power smoothing circuit (percent).",
    nvml="field 258",
)
