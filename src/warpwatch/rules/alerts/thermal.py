"""Heat and power: what slows a GPU down, and what is about to."""

from warpwatch.rules.alerts.words import MINUTE, PERCENT, VALUE, WHERE
from warpwatch.rules.model import Alert, Severity

ALERTS: tuple[Alert, ...] = (
    Alert(
        name="GPUHot",
        # By what the board says of itself; where it says nothing, by a number for all.
        expr="gpu:temperature_margin:celsius < %(limit_margin_celsius)s "
        "or gpu:temperature:celsius > gpu:temperature_limit:celsius - %(limit_margin_celsius)s "
        "or (gpu:temperature:celsius > %(hot_celsius)s unless gpu:temperature_margin:celsius "
        "unless gpu:temperature_limit:celsius)",
        severity=Severity.WARNING,
        family="thermal",
        summary="A GPU is close to the temperature at which it slows down.",
        description=f"{VALUE} °C (or °C of margin) on {WHERE}.",
        lasting=5 * MINUTE,
    ),
    Alert(
        name="GPUMemoryHot",
        expr="gpu:memory_temperature:celsius > gpu:memory_temperature_limit:celsius "
        "or (gpu:memory_temperature:celsius > %(memory_hot_celsius)s "
        "unless gpu:memory_temperature_limit:celsius)",
        severity=Severity.WARNING,
        family="thermal",
        summary="A GPU's memory is hotter than it should be.",
        description=f"{VALUE} °C on {WHERE}.",
        lasting=5 * MINUTE,
    ),
    Alert(
        name="GPUThermalThrottling",
        expr="gpu:throttled_thermal_hardware:ratio > %(throttled_ratio)s "
        "or gpu:throttled_thermal_software:ratio > %(throttled_ratio)s",
        severity=Severity.CRITICAL,
        family="thermal",
        summary="A GPU is slowed down by heat.",
        description=f"{PERCENT} of the time on {WHERE}.",
        lasting=5 * MINUTE,
        keep=5 * MINUTE,
    ),
    Alert(
        name="GPUPowerCapped",
        expr="gpu:throttled_power_cap:ratio > %(power_capped_ratio)s",
        severity=Severity.INFO,
        family="thermal",
        summary="A GPU works at its power limit for long.",
        description=f"{PERCENT} of the time on {WHERE}. That is common for heavy work.",
        lasting=30 * MINUTE,
    ),
    Alert(
        name="GPUFanFailing",
        expr="gpu:fan:ratio < 0.05 and gpu:temperature:celsius > 60",
        severity=Severity.WARNING,
        family="thermal",
        summary="A GPU is warm and its fan does not turn.",
        description=f"The fan of {WHERE} is at {PERCENT}.",
        lasting=5 * MINUTE,
    ),
)
