"""All boards, in the order in which they are listed."""

from warpwatch.dashboards.boards import (
    applications,
    compatible,
    fleet,
    gpu,
    health,
    hosts,
    monitoring,
    node,
    workload,
    workloads,
)
from warpwatch.dashboards.dashboard import Dashboard

BOARDS: tuple[Dashboard, ...] = (
    fleet.BOARD,
    node.BOARD,
    gpu.BOARD,
    workloads.BOARD,
    workload.BOARD,
    health.BOARD,
    hosts.BOARD,
    applications.BOARD,
    monitoring.BOARD,
    compatible.BOARD,
)
