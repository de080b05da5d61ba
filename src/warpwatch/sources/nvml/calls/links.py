"""Errors of each NVLink, as fields of the GPU that have the link's number in their names."""

from collections.abc import Mapping

from warpwatch.fields import nvlink_links
from warpwatch.sources.nvml.ask import Ask, Read

KINDS = {
    "CRC_FLIT": nvlink_links.NVLINK_CRC_FLIT_ERRORS,
    "CRC_DATA": nvlink_links.NVLINK_CRC_DATA_ERRORS,
    "REPLAY": nvlink_links.NVLINK_REPLAY_ERRORS,
    "RECOVERY": nvlink_links.NVLINK_RECOVERY_ERRORS,
}


def counter(kind: str, link: int) -> Read:
    def read(ask: Ask) -> int:
        which = ask.constant(f"NVML_NVLINK_ERROR_DL_{kind}")
        return int(ask("nvmlDeviceGetNvLinkErrorCounter", link, which))

    return read


CALLS: Mapping[int, Read] = {
    field.id: counter(kind, link)
    for kind, fields in KINDS.items()
    for link, field in enumerate(fields)
}
