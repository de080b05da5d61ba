"""Heat and power: what slows a GPU down, and what is about to."""

from warpwatch.rules.alerts.words import HARDWARE, MINUTE, ON_CALL, OWNER, PERCENT, VALUE, WHERE
from warpwatch.rules.model import Alert, Runbook, Severity

_HEAT = "Temperatures, limits and fans: `nvidia-smi -q -d TEMPERATURE,PERFORMANCE -i GPU`."
_AIR = (
    "Air: inlet temperature and fans by `ipmitool sdr type Temperature`, `ipmitool sdr type Fan`."
)
_OTHERS = "Whether the whole node or rack is hot, then it is the room; one GPU alone is its cooler."
_LESS = "To cool it at once: `nvidia-smi -i GPU -pl WATTS` with less than its limit."

ALERTS: tuple[Alert, ...] = (
    Alert(
        name="GPUHot",
        # By what the board says of itself; where it says nothing, by a number for all.
        expr="gpu:temperature:celsius "
        "and gpu:temperature_margin:celsius < %(limit_margin_celsius)s "
        "or gpu:temperature:celsius > gpu:temperature_limit:celsius - %(limit_margin_celsius)s "
        "or (gpu:temperature:celsius > %(hot_celsius)s unless gpu:temperature_margin:celsius "
        "unless gpu:temperature_limit:celsius)",
        severity=Severity.WARNING,
        summary="A GPU is close to the temperature at which it slows down.",
        description=f"{VALUE} °C on {WHERE}.",
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="A few degrees more and the GPU lowers its clocks, later it shuts down.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(_HEAT, _OTHERS, _AIR, _LESS),
            over="It is below its limit by more than the margin while it works.",
        ),
    ),
    Alert(
        name="GPUMemoryHot",
        expr="gpu:memory_temperature:celsius > gpu:memory_temperature_limit:celsius "
        "or (gpu:memory_temperature:celsius > %(memory_hot_celsius)s "
        "unless gpu:memory_temperature_limit:celsius)",
        severity=Severity.WARNING,
        summary="A GPU's memory is hotter than it should be.",
        description=f"{VALUE} °C on {WHERE}.",
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="Memory wears faster and makes more errors when it is hot.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(_HEAT, _OTHERS, _AIR, _LESS),
            over="The memory is below the highest temperature that it is made for.",
        ),
    ),
    Alert(
        name="GPUThermalThrottling",
        expr="gpu:throttled_thermal_hardware:ratio > %(throttled_ratio)s "
        "or gpu:throttled_thermal_software:ratio > %(throttled_ratio)s",
        severity=Severity.CRITICAL,
        summary="A GPU is slowed down by heat.",
        description=f"{PERCENT} of the time on {WHERE}.",
        lasting=5 * MINUTE,
        keep=5 * MINUTE,
        runbook=Runbook(
            meaning="The GPU is too hot and runs slower; the other GPUs of its job wait for it.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(
                "Which reason: `nvidia-smi -q -d PERFORMANCE -i GPU`.",
                _HEAT,
                _OTHERS,
                _AIR,
                _LESS,
            ),
            over="No thermal slowdown is active for five minutes of work.",
        ),
    ),
    Alert(
        name="GPUPowerCapped",
        expr="gpu:throttled_power_cap:ratio > %(power_capped_ratio)s",
        severity=Severity.INFO,
        summary="A GPU works at its power limit for long.",
        description=f"{PERCENT} of the time on {WHERE}. That is common for heavy work.",
        lasting=30 * MINUTE,
        runbook=Runbook(
            meaning="The power limit holds the clocks down. For dense matrix work that is how the "
            "board is made; below its default limit somebody has lowered it.",
            acts=OWNER,
            first=("Limits now and by default: `nvidia-smi -q -d POWER,CLOCK -i GPU`.",),
            over="The limit is raised, or the work is lighter.",
        ),
    ),
    Alert(
        name="GPUFanFailing",
        expr="gpu:fan:ratio < 0.05 and gpu:temperature:celsius > 60",
        severity=Severity.WARNING,
        summary="A GPU is warm and its fan does not turn.",
        description=f"The fan of {WHERE} is at {PERCENT}.",
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="The board has a fan of its own and it stands still; heat follows.",
            acts=HARDWARE,
            first=(_HEAT, "Whether something blocks the fan.", _LESS),
            over="The fan turns.",
        ),
    ),
)
