"""The switches between GPUs, up to Hopper; the racks of Blackwell hide theirs from the nodes.

Only DCGM reads them, through NVIDIA's switch libraries; SXid lines in the kernel log are the
substitute for its error fields.
"""

from functools import partial

from warpwatch.fields import declare
from warpwatch.fields.field import Scope

_switch = partial(declare.gauge, scope=Scope.SWITCH)
_link_gauge = partial(declare.gauge, scope=Scope.LINK)
_link_counter = partial(declare.counter, scope=Scope.LINK)

NVSWITCH_VOLTAGE_MVOLT = _switch(
    701, "DCGM_FI_DEV_NVSWITCH_VOLTAGE_MVOLT", "mV", "Voltage of the switch in millivolts."
)
NVSWITCH_POWER_VDD = _switch(
    705,
    "DCGM_FI_DEV_NVSWITCH_POWER_VDD",
    "W",
    "Power of the switch's core rail in watts.",
    canonical="DCGM_FI_DEV_NVSWITCH_POWER_VDD_WATTS",
)
NVSWITCH_POWER_DVDD = _switch(
    706,
    "DCGM_FI_DEV_NVSWITCH_POWER_DVDD",
    "W",
    "Power of the switch's digital rail in watts.",
    canonical="DCGM_FI_DEV_NVSWITCH_POWER_DVDD_WATTS",
)
NVSWITCH_POWER_HVDD = _switch(
    707,
    "DCGM_FI_DEV_NVSWITCH_POWER_HVDD",
    "W",
    "Power of the switch's link rail in watts.",
    canonical="DCGM_FI_DEV_NVSWITCH_POWER_HVDD_WATTS",
)
NVSWITCH_LINK_THROUGHPUT_TX = _link_counter(
    780,
    "DCGM_FI_DEV_NVSWITCH_LINK_THROUGHPUT_TX",
    "KiB",
    "Data that the switch sent on one link in KiB.",
)
NVSWITCH_LINK_THROUGHPUT_RX = _link_counter(
    781,
    "DCGM_FI_DEV_NVSWITCH_LINK_THROUGHPUT_RX",
    "KiB",
    "Data that the switch received on one link in KiB.",
)
NVSWITCH_LINK_FATAL_ERRORS = _link_gauge(
    782,
    "DCGM_FI_DEV_NVSWITCH_LINK_FATAL_ERRORS",
    "",
    "Code of the last fatal SXid on one link.",
    traps=("The last code, not a count.",),
)
NVSWITCH_LINK_NON_FATAL_ERRORS = _link_gauge(
    783,
    "DCGM_FI_DEV_NVSWITCH_LINK_NON_FATAL_ERRORS",
    "",
    "Code of the last non-fatal SXid on one link.",
    traps=("The last code, not a count.",),
)
NVSWITCH_LINK_REPLAY_ERRORS = _link_counter(
    784,
    "DCGM_FI_DEV_NVSWITCH_LINK_REPLAY_ERRORS",
    "",
    "Transmissions that the switch repeated on one link.",
    canonical="DCGM_FI_DEV_NVSWITCH_LINK_REPLAY_ERROR_TOTAL",
)
NVSWITCH_LINK_RECOVERY_ERRORS = _link_counter(
    785,
    "DCGM_FI_DEV_NVSWITCH_LINK_RECOVERY_ERRORS",
    "",
    "Recoveries of one link of the switch.",
    canonical="DCGM_FI_DEV_NVSWITCH_LINK_RECOVERY_ERROR_TOTAL",
)
NVSWITCH_LINK_FLIT_ERRORS = _link_counter(
    786,
    "DCGM_FI_DEV_NVSWITCH_LINK_FLIT_ERRORS",
    "",
    "Flow control errors on one link of the switch.",
    canonical="DCGM_FI_DEV_NVSWITCH_LINK_FLIT_ERROR_TOTAL",
)
NVSWITCH_LINK_CRC_ERRORS = _link_counter(
    787,
    "DCGM_FI_DEV_NVSWITCH_LINK_CRC_ERRORS",
    "",
    "Checksum errors on one link of the switch.",
    canonical="DCGM_FI_DEV_NVSWITCH_LINK_CRC_ERROR_TOTAL",
)
NVSWITCH_LINK_ECC_ERRORS = _link_counter(
    788,
    "DCGM_FI_DEV_NVSWITCH_LINK_ECC_ERRORS",
    "",
    "ECC errors on one link of the switch.",
    canonical="DCGM_FI_DEV_NVSWITCH_LINK_ECC_ERROR_TOTAL",
)
NVSWITCH_FATAL_ERRORS = _switch(
    856,
    "DCGM_FI_DEV_NVSWITCH_FATAL_ERRORS",
    "",
    "Code of the last fatal SXid of the switch.",
    canonical="DCGM_FI_DEV_SXID_FATAL_ERROR",
    traps=("The last code, not a count, and sticky like the XID of a GPU.",),
)
NVSWITCH_NON_FATAL_ERRORS = _switch(
    857,
    "DCGM_FI_DEV_NVSWITCH_NON_FATAL_ERRORS",
    "",
    "Code of the last non-fatal SXid of the switch.",
    canonical="DCGM_FI_DEV_SXID_NON_FATAL_ERROR",
    traps=("The last code, not a count, and sticky like the XID of a GPU.",),
)
NVSWITCH_TEMPERATURE_CURRENT = _switch(
    858,
    "DCGM_FI_DEV_NVSWITCH_TEMPERATURE_CURRENT",
    "C",
    "Temperature of the switch in degrees Celsius.",
    canonical="DCGM_FI_DEV_NVSWITCH_TEMP_CELSIUS",
)
NVSWITCH_TEMPERATURE_LIMIT_SLOWDOWN = _switch(
    859,
    "DCGM_FI_DEV_NVSWITCH_TEMPERATURE_LIMIT_SLOWDOWN",
    "C",
    "Temperature at which the switch slows down in degrees Celsius.",
    canonical="DCGM_FI_DEV_NVSWITCH_TEMP_SLOWDOWN_CELSIUS",
)
NVSWITCH_TEMPERATURE_LIMIT_SHUTDOWN = _switch(
    860,
    "DCGM_FI_DEV_NVSWITCH_TEMPERATURE_LIMIT_SHUTDOWN",
    "C",
    "Temperature at which the switch turns itself off in degrees Celsius.",
    canonical="DCGM_FI_DEV_NVSWITCH_TEMP_SHUTDOWN_CELSIUS",
)
NVSWITCH_THROUGHPUT_TX = declare.counter(
    861,
    "DCGM_FI_DEV_NVSWITCH_THROUGHPUT_TX",
    "KiB",
    "Data that the switch sent in KiB.",
    scope=Scope.SWITCH,
)
NVSWITCH_THROUGHPUT_RX = declare.counter(
    862,
    "DCGM_FI_DEV_NVSWITCH_THROUGHPUT_RX",
    "KiB",
    "Data that the switch received in KiB.",
    scope=Scope.SWITCH,
)
NVSWITCH_PHYS_ID = _switch(
    863,
    "DCGM_FI_DEV_NVSWITCH_PHYS_ID",
    "",
    "Position of the switch on its baseboard.",
    canonical="DCGM_FI_DEV_NVSWITCH_PHYSICAL_ID",
)
NVSWITCH_RESET_REQUIRED = _switch(
    864, "DCGM_FI_DEV_NVSWITCH_RESET_REQUIRED", "", "Whether the switch needs a reset: 0 or 1."
)
NVSWITCH_LINK_STATUS = _link_gauge(
    870,
    "DCGM_FI_DEV_NVSWITCH_LINK_STATUS",
    "",
    "State of one link of the switch: 1 disabled or 2 down or 3 up.",
)
