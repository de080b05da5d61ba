"""What a link could carry, so that what it does carry can be told as a share of it."""

from collections.abc import Iterator

from warpwatch.rules.model import Record

_LANE = 984.6e6
"""Bytes a second of one lane of PCIe 3, one way; each generation later has twice as much. The two
before it have a little more than a half and a quarter: 500 and 250 million.
"""
_LINKS = {
    "(V100|A100|A800|A30).*": 50.0e9,
    "(H100|H800|H200|H20|GH200).*": 53.125e9,
    "(G?B200|G?B300).*": 100.0e9,
}
"""Bytes a second of one NVLink, both ways, by the board, as their makers have it."""


def records() -> Iterator[Record]:
    yield Record(
        name="gpu:pcie_limit:bytes_per_second",
        expr=f"gpu:pcie:lanes * {_LANE:.6g} * 2 ^ (gpu:pcie:generation - 3)",
        unit="bytes_per_second",
        help="What PCIe could carry one way, with the generation and the lanes now in use.",
    )
    busier = (
        "(gpu:pcie_received:bytes_per_second >= gpu:pcie_sent:bytes_per_second "
        "or gpu:pcie_sent:bytes_per_second)"
    )
    yield Record(
        name="gpu:pcie_of_limit:ratio",
        expr=f"{busier} / (gpu:pcie_limit:bytes_per_second > 0)",
        unit="ratio",
        help="PCIe traffic of the busier direction, as a share of what PCIe could carry one way.",
    )
    links = " or ".join(
        f"{speed:.6g} * gpu:nvlinks_up:count * on (cluster, uuid) group_left (model) "
        f'gpu:source:info{{model=~".*{boards}"}}'
        for boards, speed in _LINKS.items()
    )
    yield Record(
        name="gpu:nvlink_limit:bytes_per_second",
        expr=f"max by (cluster, node, gpu, uuid, model) ({links})",
        unit="bytes_per_second",
        help="What the NVLinks that are up could carry, both ways, by the board's data sheet.",
    )
    yield Record(
        name="gpu:nvlink_of_limit:ratio",
        expr="gpu:nvlink:bytes_per_second / (gpu:nvlink_limit:bytes_per_second > 0)",
        unit="ratio",
        help="NVLink traffic, as a share of what the NVLinks that are up could carry.",
    )
