"""How faulty memory is taken out of use: row remapping, and page retirement before Ampere."""

from warpwatch.fields.declare import counter, gauge
from warpwatch.fields.field import Field

_PRE_AMPERE = (
    "V100 and T4 retire pages; Ampere and newer remap rows instead and report nothing here."
)
_MIG = "Cannot be read while MIG is on, and some consumer parts answer 0 for everything."


def _banks(number: int, rank: str, text: str, *traps: str) -> Field:
    return gauge(
        number,
        f"DCGM_FI_DEV_BANKS_REMAP_ROWS_AVAIL_{rank}",
        "",
        text,
        canonical=f"DCGM_FI_DEV_BANK_REMAP_AVAIL_{rank}",
        nvml="nvmlDeviceGetRowRemapperHistogram",
        traps=traps,
    )


BANKS_REMAP_ROWS_AVAIL_MAX = _banks(385, "MAX", "Memory banks with all spare rows left.")
BANKS_REMAP_ROWS_AVAIL_HIGH = _banks(386, "HIGH", "Memory banks with most spare rows left.")
BANKS_REMAP_ROWS_AVAIL_PARTIAL = _banks(387, "PARTIAL", "Memory banks with some spare rows left.")
BANKS_REMAP_ROWS_AVAIL_LOW = _banks(388, "LOW", "Memory banks with few spare rows left.")
BANKS_REMAP_ROWS_AVAIL_NONE = _banks(
    389,
    "NONE",
    "Memory banks with no spare row left.",
    "Not yet a failure: the next uncorrectable error in such a bank will be one.",
)
RETIRED_SBE = counter(
    390,
    "DCGM_FI_DEV_RETIRED_SBE",
    "",
    "Memory pages retired after repeated corrected errors.",
    canonical="DCGM_FI_DEV_PAGE_RETIRED_SBE_TOTAL",
    legacy="dcgm_retired_pages_sbe",
    listed=True,
    nvml="field 29",
    traps=(_PRE_AMPERE,),
    better="DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS: on Ampere and newer",
)
RETIRED_DBE = counter(
    391,
    "DCGM_FI_DEV_RETIRED_DBE",
    "",
    "Memory pages retired after an uncorrected error.",
    canonical="DCGM_FI_DEV_PAGE_RETIRED_DBE_TOTAL",
    legacy="dcgm_retired_pages_dbe",
    listed=True,
    nvml="field 30",
    traps=(
        _PRE_AMPERE,
        "The table holds 64 pages: 60 retired pages of both kinds are the end of the board.",
    ),
    better="DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS: on Ampere and newer",
)
RETIRED_PENDING = counter(
    392,
    "DCGM_FI_DEV_RETIRED_PENDING",
    "",
    "Whether pages wait for a reset to be retired: 0 or 1.",
    canonical="DCGM_FI_DEV_PAGE_RETIRED_PENDING",
    legacy="dcgm_retired_pages_pending",
    listed=True,
    nvml="field 31",
    traps=(
        (
            "0 or 1 although dcgm-exporter types it counter (gauge from 4.8.4): do not take its "
            "rate, compare with 1."
        ),
        _PRE_AMPERE,
    ),
    better="DCGM_FI_DEV_ROW_REMAP_PENDING: on Ampere and newer",
)
UNCORRECTABLE_REMAPPED_ROWS = counter(
    393,
    "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS",
    "",
    "Memory rows replaced after uncorrectable errors.",
    canonical="DCGM_FI_DEV_ROW_REMAP_UNCORRECTABLE_TOTAL",
    default=True,
    nvml="field 143",
    traps=(
        (
            "Kept for the life of the board: a value above 0 means a repair that worked, so "
            "alert on its increase."
        ),
        _MIG,
    ),
)
CORRECTABLE_REMAPPED_ROWS = counter(
    394,
    "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS",
    "",
    "Memory rows replaced after correctable errors.",
    canonical="DCGM_FI_DEV_ROW_REMAP_CORRECTABLE_TOTAL",
    default=True,
    nvml="field 142",
    traps=("Kept for the life of the board, as a precaution taken in time.", _MIG),
)
ROW_REMAP_FAILURE = gauge(
    395,
    "DCGM_FI_DEV_ROW_REMAP_FAILURE",
    "",
    "Whether a row could not be replaced: 0 or 1.",
    canonical="DCGM_FI_DEV_ROW_REMAP_FAILED",
    default=True,
    nvml="field 145",
    traps=(
        (
            "The vendor's own signal for a return: do not recompute it from the number of "
            "remapped rows."
        ),
        _MIG,
    ),
)
ROW_REMAP_PENDING = gauge(
    396,
    "DCGM_FI_DEV_ROW_REMAP_PENDING",
    "",
    "Whether a row waits for a reset to be replaced: 0 or 1.",
    nvml="field 144",
    traps=(
        "Not urgent: the page is offline and work may go on. Reset the GPU when it is free.",
        _MIG,
    ),
)
MEMORY_UNREPAIRABLE_FLAG = gauge(
    1507,
    "DCGM_FI_DEV_MEMORY_UNREPAIRABLE_FLAG",
    "",
    "Whether the memory is beyond repair (Blackwell and newer): 0 or 1.",
    canonical="DCGM_FI_DEV_MEMORY_UNREPAIRABLE",
    nvml="nvmlDeviceGetUnrepairableMemoryFlag_v1",
    traps=("At 1 the board is due for replacement; a reset does not mend it.",),
)
