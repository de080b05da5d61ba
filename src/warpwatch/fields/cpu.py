"""Grace CPUs, which DCGM reads from Linux itself; other CPUs are the business of node_exporter."""

from functools import partial

from warpwatch.fields import declare
from warpwatch.fields.field import Scope

_core = partial(declare.ratio, scope=Scope.CORE)
_cpu = partial(declare.measure, scope=Scope.CPU)

CPU_UTIL_TOTAL = _core(
    1100, "DCGM_FI_DEV_CPU_UTIL_TOTAL", "Share of time in which a core was busy (0 to 1)."
)
CPU_UTIL_USER = _core(
    1101, "DCGM_FI_DEV_CPU_UTIL_USER", "Share of time in which a core ran programs (0 to 1)."
)
CPU_UTIL_NICE = _core(
    1102,
    "DCGM_FI_DEV_CPU_UTIL_NICE",
    "Share of time in which a core ran programs of low priority (0 to 1).",
)
CPU_UTIL_SYS = _core(
    1103, "DCGM_FI_DEV_CPU_UTIL_SYS", "Share of time in which a core ran the kernel (0 to 1)."
)
CPU_UTIL_IRQ = _core(
    1104, "DCGM_FI_DEV_CPU_UTIL_IRQ", "Share of time in which a core served interrupts (0 to 1)."
)
CPU_TEMP_CURRENT = _cpu(
    1110,
    "DCGM_FI_DEV_CPU_TEMP_CURRENT",
    "C",
    "Temperature of the CPU in degrees Celsius.",
    canonical="DCGM_FI_DEV_CPU_TEMP_CELSIUS",
)
CPU_TEMP_WARNING = _cpu(
    1111,
    "DCGM_FI_DEV_CPU_TEMP_WARNING",
    "C",
    "Temperature from which the CPU warns in degrees Celsius.",
    canonical="DCGM_FI_DEV_CPU_TEMP_WARNING_CELSIUS",
)
CPU_TEMP_CRITICAL = _cpu(
    1112,
    "DCGM_FI_DEV_CPU_TEMP_CRITICAL",
    "C",
    "Temperature at which the CPU protects itself in degrees Celsius.",
    canonical="DCGM_FI_DEV_CPU_TEMP_CRITICAL_CELSIUS",
)
CPU_CLOCK_CURRENT = declare.gauge(
    1120,
    "DCGM_FI_DEV_CPU_CLOCK_CURRENT",
    "kHz",
    "Clock of a core in kHz.",
    scope=Scope.CORE,
    traps=("kHz where the GPU's clocks are in MHz.",),
)
CPU_POWER_UTIL_CURRENT = _cpu(
    1130,
    "DCGM_FI_DEV_CPU_POWER_UTIL_CURRENT",
    "W",
    "Power drawn by the CPU in watts.",
    canonical="DCGM_FI_DEV_CPU_POWER_WATTS",
    traps=("Watts and no utilisation, whatever its name says.",),
)
CPU_POWER_LIMIT = _cpu(
    1131,
    "DCGM_FI_DEV_CPU_POWER_LIMIT",
    "W",
    "Power limit of the CPU in watts.",
    canonical="DCGM_FI_DEV_CPU_POWER_LIMIT_WATTS",
)
SYSIO_POWER_UTIL_CURRENT = _cpu(
    1132,
    "DCGM_FI_DEV_SYSIO_POWER_UTIL_CURRENT",
    "W",
    "Power drawn by system input and output in watts.",
)
MODULE_POWER_UTIL_CURRENT = _cpu(
    1133,
    "DCGM_FI_DEV_MODULE_POWER_UTIL_CURRENT",
    "W",
    "Power drawn by the whole module of CPU and GPU in watts.",
)
CPU_VENDOR = declare.label(1140, "DCGM_FI_DEV_CPU_VENDOR", "Maker of the CPU.", scope=Scope.CPU)
CPU_MODEL = declare.label(1141, "DCGM_FI_DEV_CPU_MODEL", "Model of the CPU.", scope=Scope.CPU)
