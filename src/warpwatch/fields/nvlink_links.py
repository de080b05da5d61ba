"""The same link by link: families of numbered siblings, one tuple each, indexed by link number.

DCGM gave every link an id of its own until 4.6, which has one field per kind and leaves the
link to the entity. Eighteen series per GPU and kind: switch them on for a suspect, not for all.
"""

from warpwatch.fields.declare import counter, gauge
from warpwatch.fields.field import Field, Kind, Scope

_LINKS = 18
_RATE = "Already a rate in MB/s: do not take rate() of it, whatever its type says."


def _ids(first: int, middle: int, last: int) -> tuple[int, ...]:
    """Links 0-5, 12-14 stand together, then 6-11, then 15-17: in the order they were added."""
    low, high = range(first, first + 6), range(first + 6, first + 9)
    return (*low, *range(middle, middle + 6), *high, *range(last, last + 3))


def _errors(kind: str, ids: tuple[int, ...], text: str) -> tuple[Field, ...]:
    return tuple(
        counter(
            ids[link],
            f"DCGM_FI_DEV_NVLINK_{kind}_COUNT_L{link}",
            "",
            f"{text} on link {link}.",
            canonical=f"DCGM_FI_DEV_NVLINK_{kind}_L{link}_TOTAL",
            nvml="nvmlDeviceGetNvLinkErrorCounter",
        )
        for link in range(_LINKS)
    )


NVLINK_CRC_FLIT_ERRORS = _errors(
    "CRC_FLIT_ERROR", _ids(400, 451, 481), "NVLink checksum errors in flow control"
)
NVLINK_CRC_DATA_ERRORS = _errors(
    "CRC_DATA_ERROR", _ids(410, 457, 484), "NVLink checksum errors in data"
)
NVLINK_REPLAY_ERRORS = _errors(
    "REPLAY_ERROR", _ids(420, 463, 487), "NVLink transmissions that were repeated"
)
NVLINK_RECOVERY_ERRORS = _errors("RECOVERY_ERROR", _ids(430, 469, 491), "NVLink recoveries")
NVLINK_BANDWIDTH = tuple(
    counter(
        number,
        f"DCGM_FI_DEV_NVLINK_BANDWIDTH_L{link}",
        "MB/s",
        f"NVLink traffic of both directions on link {link} in MB/s.",
        canonical=f"DCGM_FI_DEV_NVLINK_THROUGHPUT_L{link}",
        listed=link == 0,
        corrected=Kind.GAUGE,
        nvml="field 138 + field 139",
        traps=(_RATE,),
    )
    for link, number in enumerate(_ids(440, 475, 494))
)
NVLINK_TX_BANDWIDTH = tuple(
    gauge(
        825 + link,
        f"DCGM_FI_DEV_NVLINK_TX_BANDWIDTH_L{link}",
        "MB/s",
        f"NVLink traffic sent on link {link} in MB/s.",
        canonical=f"DCGM_FI_DEV_NVLINK_TX_THROUGHPUT_L{link}",
        nvml="field 138",
        traps=(_RATE,),
    )
    for link in range(_LINKS)
)
NVLINK_RX_BANDWIDTH = tuple(
    gauge(
        879 + link,
        f"DCGM_FI_DEV_NVLINK_RX_BANDWIDTH_L{link}",
        "MB/s",
        f"NVLink traffic received on link {link} in MB/s.",
        canonical=f"DCGM_FI_DEV_NVLINK_RX_THROUGHPUT_L{link}",
        nvml="field 139",
        traps=(_RATE,),
    )
    for link in range(_LINKS)
)
PROF_NVLINK_TX = tuple(
    gauge(
        1040 + 2 * link,
        f"DCGM_FI_PROF_NVLINK_L{link}_TX_BYTES",
        "bytes/s",
        f"Bytes sent on NVLink {link} per second, headers included.",
        nvml=f"GPM {63 + 2 * link}",
    )
    for link in range(_LINKS)
)
PROF_NVLINK_RX = tuple(
    gauge(
        1041 + 2 * link,
        f"DCGM_FI_PROF_NVLINK_L{link}_RX_BYTES",
        "bytes/s",
        f"Bytes received on NVLink {link} per second, headers included.",
        nvml=f"GPM {62 + 2 * link}",
    )
    for link in range(_LINKS)
)

NVLINK_GET_STATE = gauge(
    1508,
    "DCGM_FI_DEV_NVLINK_GET_STATE",
    "",
    "State of one link: 0 inactive or 1 active or 2 asleep.",
    scope=Scope.LINK,
    nvml="field 165",
)
NVLINK_CRC_FLIT_ERROR_PER_LINK_TOTAL = counter(
    1525,
    "DCGM_FI_DEV_NVLINK_CRC_FLIT_ERROR_PER_LINK_TOTAL",
    "",
    "NVLink checksum errors in flow control on one link.",
    scope=Scope.LINK,
    nvml="nvmlDeviceGetNvLinkErrorCounter",
)
NVLINK_CRC_DATA_ERROR_PER_LINK_TOTAL = counter(
    1526,
    "DCGM_FI_DEV_NVLINK_CRC_DATA_ERROR_PER_LINK_TOTAL",
    "",
    "NVLink checksum errors in data on one link.",
    scope=Scope.LINK,
    nvml="nvmlDeviceGetNvLinkErrorCounter",
)
NVLINK_REPLAY_ERROR_PER_LINK_TOTAL = counter(
    1527,
    "DCGM_FI_DEV_NVLINK_REPLAY_ERROR_PER_LINK_TOTAL",
    "",
    "NVLink transmissions that were repeated on one link.",
    scope=Scope.LINK,
    nvml="nvmlDeviceGetNvLinkErrorCounter",
)
NVLINK_RECOVERY_ERROR_PER_LINK_TOTAL = counter(
    1528,
    "DCGM_FI_DEV_NVLINK_RECOVERY_ERROR_PER_LINK_TOTAL",
    "",
    "NVLink recoveries on one link.",
    scope=Scope.LINK,
    nvml="nvmlDeviceGetNvLinkErrorCounter",
)
NVLINK_THROUGHPUT_PER_LINK = gauge(
    1529,
    "DCGM_FI_DEV_NVLINK_THROUGHPUT_PER_LINK",
    "MB/s",
    "NVLink traffic of both directions on one link in MB/s.",
    scope=Scope.LINK,
    nvml="field 138 + field 139",
)
NVLINK_TX_THROUGHPUT_PER_LINK = gauge(
    1530,
    "DCGM_FI_DEV_NVLINK_TX_THROUGHPUT_PER_LINK",
    "MB/s",
    "NVLink traffic sent on one link in MB/s.",
    scope=Scope.LINK,
    nvml="field 138",
)
NVLINK_RX_THROUGHPUT_PER_LINK = gauge(
    1531,
    "DCGM_FI_DEV_NVLINK_RX_THROUGHPUT_PER_LINK",
    "MB/s",
    "NVLink traffic received on one link in MB/s.",
    scope=Scope.LINK,
    nvml="field 139",
)
PROF_NVLINK_TX_BYTES_PER_LINK = gauge(
    1532,
    "DCGM_FI_PROF_NVLINK_TX_BYTES_PER_LINK",
    "bytes/s",
    "Bytes sent on one NVLink per second, headers included.",
    scope=Scope.LINK,
    nvml="GPM 63 and on",
)
PROF_NVLINK_RX_BYTES_PER_LINK = gauge(
    1533,
    "DCGM_FI_PROF_NVLINK_RX_BYTES_PER_LINK",
    "bytes/s",
    "Bytes received on one NVLink per second, headers included.",
    scope=Scope.LINK,
    nvml="GPM 62 and on",
)
