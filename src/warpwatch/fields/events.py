"""What happened to a GPU: errors, slowed clocks, and what it asks of its operator."""

from warpwatch.fields.declare import counter, gauge

_NS = "Nanoseconds: older texts and many dashboards say microseconds and are wrong by a thousand."

BIND_UNBIND_EVENT = gauge(
    6,
    "DCGM_FI_BIND_UNBIND_EVENT",
    "",
    "Whether GPUs are coming or going: 1 under way or 2 done.",
    canonical="DCGM_FI_SYSTEM_GPU_BIND_EVENT",
)
CLOCKS_EVENT_REASONS = gauge(
    112,
    "DCGM_FI_DEV_CLOCKS_EVENT_REASONS",
    "",
    "Why the clocks are not at their highest, as a bit mask.",
    aliases=("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS",),
    nvml="nvmlDeviceGetCurrentClocksEventReasons",
    traps=(
        (
            "A sum of bits, so no limit fits it: 1 idle, 2 application clocks, 4 software power "
            "cap, 8 hardware slowdown, 16 sync boost, 32 software thermal, 64 hardware thermal, "
            "128 power brake, 256 display."
        ),
        "Idle and power cap are normal; 8, 64 and 128 are not.",
        "The state at the moment of reading: short slowdowns fall between two scrapes.",
    ),
    better="DCGM_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS: the time lost, and its siblings",
)
XID_ERRORS = gauge(
    230,
    "DCGM_FI_DEV_XID_ERRORS",
    "",
    "Code of the last XID error that the driver reported.",
    canonical="DCGM_FI_DEV_XID_ERROR",
    legacy="dcgm_xid_errors",
    default=True,
    nvml="nvmlEventSetWait_v2",
    traps=(
        "The last code, not a count: increase() and sum() over it mean nothing.",
        "Sticky: it stays after the fault is mended until DCGM or the driver restarts.",
        (
            "Hides bursts: of several codes between two scrapes only the last is seen, and the "
            "last is often the least telling."
        ),
        "Before the first error 0 up to 4.8.0 and absent from 4.8.1 on: absent() is no alert.",
    ),
    better="warpwatch_gpu_xid_errors_total: a true counter by code",
)
POWER_VIOLATION = counter(
    240,
    "DCGM_FI_DEV_POWER_VIOLATION",
    "ns",
    "Time slowed by the power limit (nanoseconds).",
    legacy="dcgm_power_violation",
    listed=True,
    nvml="field 74",
    traps=(_NS, "Dense work on a power-bound GPU is slowed all the time in full health."),
)
THERMAL_VIOLATION = counter(
    241,
    "DCGM_FI_DEV_THERMAL_VIOLATION",
    "ns",
    "Time slowed by heat (nanoseconds).",
    legacy="dcgm_thermal_violation",
    listed=True,
    nvml="field 75",
    traps=(_NS,),
)
SYNC_BOOST_VIOLATION = counter(
    242,
    "DCGM_FI_DEV_SYNC_BOOST_VIOLATION",
    "ns",
    "Time slowed to keep step with the GPUs of a sync boost group (nanoseconds).",
    legacy="dcgm_sync_boost_violation",
    listed=True,
    nvml="field 76",
    traps=(_NS,),
)
BOARD_LIMIT_VIOLATION = counter(
    243,
    "DCGM_FI_DEV_BOARD_LIMIT_VIOLATION",
    "ns",
    "Time slowed by the board's electrical limit (nanoseconds).",
    legacy="dcgm_board_limit_violation",
    listed=True,
    nvml="field 77",
    traps=(_NS,),
)
LOW_UTIL_VIOLATION = counter(
    244,
    "DCGM_FI_DEV_LOW_UTIL_VIOLATION",
    "ns",
    "Time slowed for want of work (nanoseconds).",
    legacy="dcgm_low_util_violation",
    listed=True,
    nvml="field 78",
    traps=(_NS, "No fault at all: it grows on every idle GPU."),
)
RELIABILITY_VIOLATION = counter(
    245,
    "DCGM_FI_DEV_RELIABILITY_VIOLATION",
    "ns",
    "Time slowed by the voltage limit for reliability (nanoseconds).",
    legacy="dcgm_reliability_violation",
    listed=True,
    nvml="field 79",
    traps=(_NS, "A limit on voltage: it does not count reliability problems."),
)
TOTAL_APP_CLOCKS_VIOLATION = counter(
    246,
    "DCGM_FI_DEV_TOTAL_APP_CLOCKS_VIOLATION",
    "ns",
    "Time below the application clocks (nanoseconds).",
    nvml="field 80",
    traps=(_NS,),
)
TOTAL_BASE_CLOCKS_VIOLATION = counter(
    247,
    "DCGM_FI_DEV_TOTAL_BASE_CLOCKS_VIOLATION",
    "ns",
    "Time below the base clocks (nanoseconds).",
    nvml="field 81",
    traps=(_NS,),
)
CLOCKS_EVENT_REASON_SW_POWER_CAP_NS = counter(
    1420,
    "DCGM_FI_DEV_CLOCKS_EVENT_REASON_SW_POWER_CAP_NS",
    "ns",
    "Time slowed by the software power cap (nanoseconds).",
    nvml="field 74",
    traps=("Grows under dense work in full health.",),
)
CLOCKS_EVENT_REASON_SYNC_BOOST_NS = counter(
    1421,
    "DCGM_FI_DEV_CLOCKS_EVENT_REASON_SYNC_BOOST_NS",
    "ns",
    "Time slowed by sync boost (nanoseconds).",
    canonical="DCGM_FI_DEV_CLOCKS_EVENT_REASON_SYNC_BOOST_COUNT_NS",
    nvml="field 76",
)
CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS = counter(
    1422,
    "DCGM_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS",
    "ns",
    "Time slowed by software against heat (nanoseconds).",
    nvml="field 269",
)
CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS = counter(
    1423,
    "DCGM_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS",
    "ns",
    "Time slowed by hardware against heat (nanoseconds).",
    nvml="field 270",
    traps=("Clocks are halved or worse: any growth is worth a look at the cooling.",),
)
CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS = counter(
    1424,
    "DCGM_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS",
    "ns",
    "Time slowed by the power brake of the server (nanoseconds).",
    nvml="field 271",
    traps=("The brake is pulled from outside: look at the power supplies, not at the GPU.",),
)
GET_GPU_RECOVERY_ACTION = gauge(
    1523,
    "DCGM_FI_DEV_GET_GPU_RECOVERY_ACTION",
    "",
    "What the GPU asks for: 0 nothing or 1 reset or 2 reboot or 3 to 5 other steps.",
    canonical="DCGM_FI_DEV_GPU_RECOVERY_ACTION",
    nvml="field 230",
    traps=(
        "Not a scale: 3 (drain P2P) is milder than 2; 4 is drain and reset; 5 is recover IMEX.",
        "Newer drivers know 6 (bus reset) and 7 (system reboot) as well.",
        "Goes back to 0 by itself once the cause is gone.",
    ),
)
