"""What dcgm-exporter itself works out of DCGM's fields.

The ids are private to the exporter and travel nowhere; 9001 to 9004 are dcgm-exporter's own,
the two totals of 4.8.3 follow them here.
"""

from warpwatch.fields.declare import counter
from warpwatch.fields.field import Kind

_WINDOW = (
    "Counts within a sliding window (five minutes unless set) and falls as events leave it: take "
    "neither rate() nor increase() of it, although up to 4.8.2 it is typed counter."
)

EXP_XID_ERRORS_COUNT = counter(
    9001,
    "DCGM_EXP_XID_ERRORS_COUNT",
    "",
    "XID errors within the window, by code.",
    listed=True,
    corrected=Kind.GAUGE,
    traps=(
        _WINDOW,
        "With no error in the window there is one series of value 0 and without the label xid.",
    ),
    better="warpwatch_gpu_xid_errors_total: a true counter by code",
)
EXP_CLOCK_EVENTS_COUNT = counter(
    9002,
    "DCGM_EXP_CLOCK_EVENTS_COUNT",
    "",
    "Readings within the window in which clocks were slowed, by reason.",
    listed=True,
    corrected=Kind.GAUGE,
    traps=(_WINDOW, "Counts samples and not events: halve the collection interval and it doubles."),
    better="DCGM_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS: the time lost, and its siblings",
)
EXP_GPU_HEALTH_STATUS = counter(
    9003,
    "DCGM_EXP_GPU_HEALTH_STATUS",
    "",
    "DCGM's verdict by watch: 0 pass or 10 warn or 20 fail.",
    listed=True,
    corrected=Kind.GAUGE,
    traps=(
        "A state that up to 4.8.2 is typed counter: compare it, do not take its rate.",
        "A fail after certain XIDs stays until the host engine restarts.",
    ),
)
EXP_P2P_STATUS = counter(
    9004,
    "DCGM_EXP_P2P_STATUS",
    "",
    "How each GPU reaches each other over NVLink: 0 is well.",
    listed=True,
    corrected=Kind.GAUGE,
    nvml="nvmlDeviceGetP2PStatus",
    traps=(
        "Asked of a source, a GPU's value is the number of its peers, which stand beside it.",
        "One series per ordered pair: 56 of them for eight GPUs.",
        "A state that up to 4.8.2 is typed counter.",
    ),
)
EXP_XID_ERRORS_TOTAL = counter(
    9005,
    "DCGM_EXP_XID_ERRORS_TOTAL",
    "",
    "XID errors since the exporter started, by code.",
    listed=True,
    traps=("From 4.8.3 on. Kept in memory: a reload of the exporter starts it at 0.",),
    better="warpwatch_gpu_xid_errors_total: on every version",
)
EXP_CLOCK_EVENTS_TOTAL = counter(
    9006,
    "DCGM_EXP_CLOCK_EVENTS_TOTAL",
    "",
    "Times that clocks began to be slowed since the exporter started, by reason.",
    listed=True,
    traps=(
        "From 4.8.3 on. Counts beginnings, so one slowdown of an hour counts once.",
        "Kept in memory: a reload of the exporter starts it at 0.",
    ),
)
