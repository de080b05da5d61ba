"""GPUs that cost and do not serve, and jobs that run worse than they could."""

from warpwatch.rules import owners
from warpwatch.rules.alerts.words import BYTES, HOUR, MINUTE, PERCENT, WHERE, WORK
from warpwatch.rules.model import Alert, Severity
from warpwatch.rules.recording import ACTIVITY
from warpwatch.rules.source import INSTANCE

_ENTITY = ", ".join(INSTANCE)
_WORKLOAD = "cluster, workload_namespace, workload_pod, workload_job, team"


_ACTIVE = f"{owners.SHARE} * 0 + on ({_ENTITY}) group_left () {ACTIVITY}"

ALERTS: tuple[Alert, ...] = (
    Alert(
        name="GPUAllocatedIdle",
        expr=f"{owners.SHARE} and on ({_ENTITY}) avg_over_time({ACTIVITY}[15m]) < %(idle_ratio)s",
        severity=Severity.WARNING,
        family="waste",
        summary="Somebody has a GPU and does not use it.",
        description=f"{WORK} has {WHERE} and does nothing on it.",
        lasting=HOUR,
    ),
    Alert(
        name="GPUUnderused",
        expr=f"{owners.SHARE} and on ({_ENTITY}) "
        f"(avg_over_time({ACTIVITY}[15m]) < %(underused_ratio)s >= %(idle_ratio)s)",
        severity=Severity.INFO,
        family="waste",
        summary="A GPU is used by less than it could be.",
        description=f"{WORK} on {WHERE}.",
        lasting=30 * MINUTE,
    ),
    Alert(
        name="GPUSaturated",
        expr="avg_over_time(gpu:activity:ratio[15m]) > %(saturated_ratio)s",
        severity=Severity.INFO,
        family="waste",
        summary="A GPU works as hard as it can for long.",
        description=f"Activity {PERCENT} on {WHERE}.",
        lasting=6 * HOUR,
    ),
    Alert(
        name="GPUJobStalled",
        expr="avg_over_time(gpu:utilisation:ratio[10m]) > 0.95 and "
        "avg_over_time(gpu:power_of_limit:ratio[10m]) < %(stalled_power_ratio)s "
        "and gpu:allocated:ratio > 0",
        severity=Severity.WARNING,
        family="waste",
        summary="A GPU says it is busy and draws hardly any power.",
        description=f"{WHERE}: a kernel that waits, such as a collective whose peer is gone.",
        lasting=10 * MINUTE,
    ),
    Alert(
        name="GPUMemoryNearlyFull",
        expr="gpu:memory_used:ratio > %(memory_full_ratio)s",
        severity=Severity.INFO,
        family="waste",
        summary="A GPU's memory is nearly full.",
        description=f"{PERCENT} in use on {WHERE}. Frameworks that take all at once do this too.",
        lasting=10 * MINUTE,
    ),
    Alert(
        name="GPUMemoryLeak",
        # A trend: it rose over two hours, and over each half of them as well.
        expr="deriv(gpu:memory_used:bytes[2h]) * 3600 > %(leak_bytes_per_hour)s "
        "and deriv(gpu:memory_used:bytes[1h]) * 3600 > %(leak_bytes_per_hour)s "
        "and deriv(gpu:memory_used:bytes[1h] offset 1h) * 3600 > %(leak_bytes_per_hour)s",
        severity=Severity.WARNING,
        family="waste",
        summary="A GPU's memory fills up steadily.",
        description=f"{BYTES} an hour on {WHERE}: a likely leak.",
        lasting=15 * MINUTE,
    ),
    Alert(
        name="GPUJobImbalanced",
        expr=f"max by ({_WORKLOAD}) ({_ACTIVE}) - min by ({_WORKLOAD}) ({_ACTIVE}) "
        "> %(imbalance_ratio)s "
        f"and count by ({_WORKLOAD}) ({_ACTIVE}) > 1",
        severity=Severity.WARNING,
        family="waste",
        summary="The GPUs of a job are used unequally.",
        description=f"{WORK}: activity differs by {PERCENT} between its GPUs.",
        lasting=30 * MINUTE,
    ),
    Alert(
        name="GPUCapacityTight",
        expr="cluster:allocated:sum / cluster:gpus:count > %(allocated_ratio)s",
        severity=Severity.INFO,
        family="waste",
        summary="Nearly all GPUs are given out.",
        description=f"{PERCENT} of the GPUs are allocated.",
        lasting=HOUR,
    ),
)
