"""Each alert of heat and power fires for its fault, not for what is near it, and ends with it."""

from pathlib import Path

import pytest

from alerting import GPU, Case, Series, play, told
from promtool import needed

WHOLE = {"node": "n1", "gpu": "0", "uuid": "GPU-0", "model": "H100"}
ALERTS = told("thermal")


def of(**values: str) -> Series:
    """By the neutral name, with its unit after two underscores."""
    return {f"gpu:{name.replace('__', ':')}{{{GPU}}}": value for name, value in values.items()}


CASES = {
    "GPUHot": Case(
        fires=of(temperature__celsius="60x9 86x30 60x30"),
        before="14m",
        at="16m",
        over="41m",
        labels=WHOLE,
        says="86 °C on GPU 0 of n1 (H100).",
        silent=(
            of(temperature__celsius="85x70"),
            of(temperature__celsius="87x70", temperature_limit__celsius="92x70"),
            of(temperature__celsius="87x70", temperature_margin__celsius="5x70"),
        ),
        also={
            "by its limit": (
                of(temperature__celsius="78x70", temperature_limit__celsius="82x70"),
                "6m",
            ),
            "by its margin": (
                of(temperature__celsius="78x70", temperature_margin__celsius="4x70"),
                "6m",
            ),
        },
    ),
    "GPUMemoryHot": Case(
        fires=of(memory_temperature__celsius="60x9 96x30 60x30"),
        before="14m",
        at="16m",
        over="41m",
        labels=WHOLE,
        says="96 °C on GPU 0 of n1 (H100).",
        silent=(
            of(memory_temperature__celsius="95x70"),
            of(memory_temperature__celsius="99x70", memory_temperature_limit__celsius="105x70"),
        ),
        also={
            "by its limit": (
                of(memory_temperature__celsius="91x70", memory_temperature_limit__celsius="90x70"),
                "6m",
            )
        },
    ),
    "GPUThermalThrottling": Case(
        fires=of(throttled_thermal_hardware__ratio="0x9 0.25x30 0x30"),
        before="14m",
        at="16m",
        still="42m",
        over="47m",
        labels=WHOLE,
        says="25% of the time on GPU 0 of n1 (H100).",
        silent=(
            of(throttled_thermal_hardware__ratio="0.2x70"),
            of(throttled_thermal_software__ratio="0.2x70"),
            of(throttled_power_cap__ratio="1x70"),
        ),
        also={"gently": (of(throttled_thermal_software__ratio="0.25x9"), "6m")},
    ),
    "GPUPowerCapped": Case(
        fires=of(throttled_power_cap__ratio="0x9 0.6x60 0x30"),
        before="38m",
        at="42m",
        over="71m",
        labels=WHOLE,
        says="60% of the time on GPU 0 of n1 (H100). That is common for heavy work.",
        silent=(of(throttled_power_cap__ratio="0.5x90"),),
    ),
    "GPUFanFailing": Case(
        fires=of(fan__ratio="0.3x9 0.04x30 0.3x30", temperature__celsius="61x70"),
        before="14m",
        at="16m",
        over="41m",
        labels=WHOLE,
        says="The fan of GPU 0 of n1 (H100) is at 4%.",
        silent=(
            of(fan__ratio="0x70", temperature__celsius="60x70"),
            of(fan__ratio="0.05x70", temperature__celsius="70x70"),
            of(temperature__celsius="70x70"),
        ),
    ),
}


@needed
@pytest.mark.parametrize("name", ALERTS)
def test_alert(name: str, tmp_path: Path) -> None:
    play(ALERTS[name], CASES[name], tmp_path)
