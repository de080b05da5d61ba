"""GPUs that cost and do not serve, and jobs that run worse than they could."""

from collections.abc import Iterator

from warpwatch.rules import owners
from warpwatch.rules.alerts.words import BYTES, HOUR, MINUTE, PERCENT, WHERE, WORK
from warpwatch.rules.model import Alert, Severity
from warpwatch.rules.recording import ACTIVITY
from warpwatch.rules.source import INSTANCE
from warpwatch.rules.thresholds import Thresholds, plain

_ENTITY = ", ".join(INSTANCE)
_WORKLOAD = "cluster, workload_namespace, workload_pod, workload_job, team"


def alerts(thresholds: Thresholds) -> tuple[Alert, ...]:
    return tuple(_alerts(thresholds))


def _alerts(thresholds: Thresholds) -> Iterator[Alert]:
    idle, under = plain(thresholds.idle_ratio), plain(thresholds.underused_ratio)
    yield Alert(
        name="GPUAllocatedIdle",
        expr=f"{owners.SHARE} and on ({_ENTITY}) avg_over_time({ACTIVITY}[15m]) < {idle}",
        severity=Severity.WARNING,
        family="waste",
        summary="Somebody has a GPU and does not use it.",
        description=f"{WORK} has {WHERE} and does nothing on it.",
        lasting=HOUR,
    )
    yield Alert(
        name="GPUUnderused",
        expr=f"{owners.SHARE} and on ({_ENTITY}) (avg_over_time({ACTIVITY}[15m]) < {under} "
        f">= {idle})",
        severity=Severity.INFO,
        family="waste",
        summary="A GPU is used by less than it could be.",
        description=f"{WORK} on {WHERE}.",
        lasting=30 * MINUTE,
    )
    yield Alert(
        name="GPUSaturated",
        expr=f"avg_over_time(gpu:activity:ratio[15m]) > {plain(thresholds.saturated_ratio)}",
        severity=Severity.INFO,
        family="waste",
        summary="A GPU works as hard as it can for long.",
        description=f"Activity {PERCENT} on {WHERE}.",
        lasting=6 * HOUR,
    )
    yield Alert(
        name="GPUJobStalled",
        expr="avg_over_time(gpu:utilisation:ratio[10m]) > 0.95 and "
        f"avg_over_time(gpu:power_of_limit:ratio[10m]) < {plain(thresholds.stalled_power_ratio)} "
        "and gpu:allocated:ratio > 0",
        severity=Severity.WARNING,
        family="waste",
        summary="A GPU says it is busy and draws hardly any power.",
        description=f"{WHERE}: a kernel that waits, such as a collective whose peer is gone.",
        lasting=10 * MINUTE,
    )
    yield Alert(
        name="GPUMemoryNearlyFull",
        expr=f"gpu:memory_used:ratio > {plain(thresholds.memory_full_ratio)}",
        severity=Severity.INFO,
        family="waste",
        summary="A GPU's memory is nearly full.",
        description=f"{PERCENT} in use on {WHERE}. Frameworks that take all at once do this too.",
        lasting=10 * MINUTE,
    )
    growth = plain(thresholds.leak_bytes_per_hour)
    yield Alert(
        name="GPUMemoryLeak",
        # A trend: it rose over two hours, and over each half of them as well.
        expr=f"deriv(gpu:memory_used:bytes[2h]) * 3600 > {growth} "
        f"and deriv(gpu:memory_used:bytes[1h]) * 3600 > {growth} "
        f"and deriv(gpu:memory_used:bytes[1h] offset 1h) * 3600 > {growth}",
        severity=Severity.WARNING,
        family="waste",
        summary="A GPU's memory fills up steadily.",
        description=f"{BYTES} an hour on {WHERE}: a likely leak.",
        lasting=15 * MINUTE,
    )
    active = f"{owners.SHARE} * 0 + on ({_ENTITY}) group_left () {ACTIVITY}"
    spread = plain(thresholds.imbalance_ratio)
    yield Alert(
        name="GPUJobImbalanced",
        expr=f"max by ({_WORKLOAD}) ({active}) - min by ({_WORKLOAD}) ({active}) > {spread} "
        f"and count by ({_WORKLOAD}) ({active}) > 1",
        severity=Severity.WARNING,
        family="waste",
        summary="The GPUs of a job are used unequally.",
        description=f"{WORK}: activity differs by {PERCENT} between its GPUs.",
        lasting=30 * MINUTE,
    )
    yield Alert(
        name="GPUCapacityTight",
        expr=f"cluster:allocated:sum / cluster:gpus:count > {plain(thresholds.allocated_ratio)}",
        severity=Severity.INFO,
        family="waste",
        summary="Nearly all GPUs are given out.",
        description=f"{PERCENT} of the GPUs are allocated.",
        lasting=HOUR,
    )
