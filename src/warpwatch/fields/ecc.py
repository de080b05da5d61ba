"""Memory errors that ECC met: corrected single bits (SBE) and uncorrected double bits (DBE).

Volatile counters start again with the driver, aggregate ones live as long as the board.
"""

from warpwatch.fields.declare import counter, gauge
from warpwatch.fields.field import Field

_VOLATILE = "Starts at 0 again with the driver: alert on any value above 0, not on its rate alone."
_AGGREGATE = "Kept for the life of the board: old errors stay in it, so alert on its increase."

ECC_CURRENT = gauge(
    300,
    "DCGM_FI_DEV_ECC_CURRENT",
    "",
    "Whether ECC is on: 0 or 1.",
    canonical="DCGM_FI_DEV_ECC_MODE",
    nvml="nvmlDeviceGetEccMode",
)
ECC_PENDING = gauge(
    301,
    "DCGM_FI_DEV_ECC_PENDING",
    "",
    "Whether ECC will be on after the next reboot: 0 or 1.",
    nvml="nvmlDeviceGetEccMode",
)
ECC_SBE_VOL_TOTAL = counter(
    310,
    "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL",
    "",
    "Corrected memory errors since the driver was loaded.",
    legacy="dcgm_ecc_sbe_volatile_total",
    listed=True,
    nvml="field 3",
    traps=(
        "Corrected errors did no harm; their rate is an early sign, their number is not a verdict.",
        "Starts at 0 again when the driver is loaded.",
    ),
)
ECC_DBE_VOL_TOTAL = counter(
    311,
    "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL",
    "",
    "Uncorrected memory errors since the driver was loaded.",
    legacy="dcgm_ecc_dbe_volatile_total",
    listed=True,
    nvml="field 4",
    traps=(_VOLATILE,),
)
ECC_SBE_AGG_TOTAL = counter(
    312,
    "DCGM_FI_DEV_ECC_SBE_AGG_TOTAL",
    "",
    "Corrected memory errors in the life of the board.",
    legacy="dcgm_ecc_sbe_aggregate_total",
    listed=True,
    nvml="field 5",
    traps=(_AGGREGATE,),
)
ECC_DBE_AGG_TOTAL = counter(
    313,
    "DCGM_FI_DEV_ECC_DBE_AGG_TOTAL",
    "",
    "Uncorrected memory errors in the life of the board.",
    legacy="dcgm_ecc_dbe_aggregate_total",
    listed=True,
    nvml="field 6",
    traps=(_AGGREGATE,),
)
ECC_SBE_VOL_SRM = counter(
    342,
    "DCGM_FI_DEV_ECC_SBE_VOL_SRM",
    "",
    "Corrected SRAM errors since the driver was loaded.",
    nvml="nvmlDeviceGetMemoryErrorCounter(SRAM)",
)
ECC_DBE_VOL_SRM = counter(
    343,
    "DCGM_FI_DEV_ECC_DBE_VOL_SRM",
    "",
    "Uncorrected SRAM errors since the driver was loaded.",
    nvml="nvmlDeviceGetMemoryErrorCounter(SRAM)",
    traps=(_VOLATILE,),
)
ECC_SBE_AGG_SRM = counter(
    344,
    "DCGM_FI_DEV_ECC_SBE_AGG_SRM",
    "",
    "Corrected SRAM errors in the life of the board.",
    nvml="nvmlDeviceGetMemoryErrorCounter(SRAM)",
)
ECC_DBE_AGG_SRM = counter(
    345,
    "DCGM_FI_DEV_ECC_DBE_AGG_SRM",
    "",
    "Uncorrected SRAM errors in the life of the board.",
    nvml="nvmlDeviceGetMemoryErrorCounter(SRAM)",
    traps=("SRAM cannot be repaired by row remapping: judge it by THRESHOLD_SRM.",),
    better="DCGM_FI_DEV_THRESHOLD_SRM: the vendor's own verdict",
)
THRESHOLD_SRM = gauge(
    346,
    "DCGM_FI_DEV_THRESHOLD_SRM",
    "",
    "Whether uncorrected SRAM errors passed the vendor's limit: 0 or 1.",
    canonical="DCGM_FI_DEV_SRAM_EXCEEDED",
    nvml="nvmlDeviceGetSramEccErrorStatus",
    traps=(
        "At 1 the board is due for field diagnostics and replacement; a reset does not mend it.",
    ),
)


def _pair(corrected: int, life: str, unit: str, where: str) -> tuple[Field, Field]:
    ages = {"VOL": "since the driver was loaded", "AGG": "in the life of the board"}
    return (
        counter(
            corrected,
            f"DCGM_FI_DEV_ECC_SBE_{life}_{unit}",
            "",
            f"Corrected errors in the {where} {ages[life]}.",
            nvml="nvmlDeviceGetMemoryErrorCounter",
        ),
        counter(
            corrected + 1,
            f"DCGM_FI_DEV_ECC_DBE_{life}_{unit}",
            "",
            f"Uncorrected errors in the {where} {ages[life]}.",
            nvml="nvmlDeviceGetMemoryErrorCounter",
        ),
    )


ECC_BY_LOCATION: tuple[Field, ...] = (
    *_pair(314, "VOL", "L1", "L1 cache"),
    *_pair(316, "VOL", "L2", "L2 cache"),
    *_pair(318, "VOL", "DEV", "device memory"),
    *_pair(320, "VOL", "REG", "register file"),
    *_pair(322, "VOL", "TEX", "texture memory"),
    *_pair(324, "AGG", "L1", "L1 cache"),
    *_pair(326, "AGG", "L2", "L2 cache"),
    *_pair(328, "AGG", "DEV", "device memory"),
    *_pair(330, "AGG", "REG", "register file"),
    *_pair(332, "AGG", "TEX", "texture memory"),
    *_pair(334, "VOL", "SHM", "texture shared memory"),
    *_pair(336, "VOL", "CBU", "convergence barrier unit"),
    *_pair(338, "AGG", "SHM", "texture shared memory"),
    *_pair(340, "AGG", "CBU", "convergence barrier unit"),
)
