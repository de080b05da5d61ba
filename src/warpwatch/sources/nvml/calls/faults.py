"""What went wrong in a board's memory, and what is left to mend it with."""

import re
from collections.abc import Mapping

from warpwatch.fields import ecc, rows
from warpwatch.fields.field import Field
from warpwatch.sources.nvml.ask import Ask, Read, item, member, plain

_HISTOGRAM = "nvmlDeviceGetRowRemapperHistogram"
_NAME = re.compile(r"DCGM_FI_DEV_ECC_(SBE|DBE)_(VOL|AGG)_(\w+)")
_KINDS = {"SBE": "CORRECTED", "DBE": "UNCORRECTED"}
_LIVES = {"VOL": "VOLATILE", "AGG": "AGGREGATE"}
_PLACES = {
    "L1": "L1_CACHE",
    "L2": "L2_CACHE",
    "DEV": "DEVICE_MEMORY",
    "REG": "REGISTER_FILE",
    "TEX": "TEXTURE_MEMORY",
    "SHM": "TEXTURE_SHM",
    "CBU": "CBU",
    "SRM": "SRAM",
}
_BY_PLACE = (
    *ecc.ECC_BY_LOCATION,
    ecc.ECC_SBE_VOL_SRM,
    ecc.ECC_DBE_VOL_SRM,
    ecc.ECC_SBE_AGG_SRM,
    ecc.ECC_DBE_AGG_SRM,
)


def _counter(field: Field) -> Read:
    """The classic names are regular: kind of error, since when, and where."""
    found = _NAME.fullmatch(field.name)
    if found is None:
        raise ValueError(f"{field.name} does not say which errors it counts")
    kind, life, place = found.groups()

    def read(ask: Ask) -> int:
        return int(
            ask(
                "nvmlDeviceGetMemoryErrorCounter",
                ask.constant(f"NVML_MEMORY_ERROR_TYPE_{_KINDS[kind]}"),
                ask.constant(f"NVML_{_LIVES[life]}_ECC"),
                ask.constant(f"NVML_MEMORY_LOCATION_{_PLACES[place]}"),
            )
        )

    return read


def _exceeded(ask: Ask) -> int:
    status = ask.filled("nvmlDeviceGetSramEccErrorStatus", "c_nvmlEccSramErrorStatus_v1_t")
    return int(status.bThresholdExceeded)


CALLS: Mapping[int, Read] = {
    ecc.ECC_CURRENT.id: item("nvmlDeviceGetEccMode", 0),
    ecc.ECC_PENDING.id: item("nvmlDeviceGetEccMode", 1),
    ecc.THRESHOLD_SRM.id: _exceeded,
    **{field.id: _counter(field) for field in _BY_PLACE},
    rows.BANKS_REMAP_ROWS_AVAIL_MAX.id: member(_HISTOGRAM, "max"),
    rows.BANKS_REMAP_ROWS_AVAIL_HIGH.id: member(_HISTOGRAM, "high"),
    rows.BANKS_REMAP_ROWS_AVAIL_PARTIAL.id: member(_HISTOGRAM, "partial"),
    rows.BANKS_REMAP_ROWS_AVAIL_LOW.id: member(_HISTOGRAM, "low"),
    rows.BANKS_REMAP_ROWS_AVAIL_NONE.id: member(_HISTOGRAM, "none"),
    rows.MEMORY_UNREPAIRABLE_FLAG.id: plain("nvmlDeviceGetUnrepairableMemoryFlag_v1"),
}
