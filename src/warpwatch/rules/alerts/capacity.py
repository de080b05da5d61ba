"""Room: for more work, and for what is remembered of it."""

from warpwatch.rules.alerts.words import HOUR, MINUTE, MONITORS, PERCENT
from warpwatch.rules.model import Alert, Runbook, Severity

_PLANNERS = "whoever plans the cluster"
_HOST = '"host", "$1", "instance", "(.*?)(:[0-9]+)?"'
_FREE = 'node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660"}'
_SLURM = (
    '{__name__=~"slurm_node_(status|cpu_total)", status=~"(drain|drng|maint|DRAIN|MAINT).*"} > 0'
)
"""As the exporters by vpenso and his successors have it; the value is of no interest."""
_WASTE = "What is held and idle: `cluster:idle_allocated:sum`, `team:idle_gpus:sum`."

ALERTS: tuple[Alert, ...] = (
    Alert(
        name="GPUCapacityTight",
        expr="cluster:allocated:sum / cluster:gpus:count > %(allocated_ratio)s",
        severity=Severity.INFO,
        summary="Nearly all GPUs are given out.",
        description=f"{PERCENT} of the GPUs are allocated.",
        lasting=HOUR,
        runbook=Runbook(
            meaning="New work has to wait. On a cluster for batch work that is as it should be.",
            acts=_PLANNERS,
            first=(
                "How long it waits: `squeue -t PD`, `kubectl get pods -A | grep Pending`.",
                _WASTE,
            ),
            over="Less is given out than the threshold.",
        ),
    ),
    Alert(
        name="GPUNodeSetAside",
        expr="(group by (cluster, node) (kube_node_spec_unschedulable == 1) "
        f"or group by (cluster, node) ({_SLURM})) and on (cluster, node) node:gpus:count",
        severity=Severity.INFO,
        summary="A node with GPUs is given no new work.",
        description="{{ $labels.node }} is cordoned, drained or under maintenance.",
        runbook=Runbook(
            meaning="Somebody has set the node aside. Idle GPUs are no waste there: while this "
            "stands, alerts of the family waste on the node are told to nobody. It is known from "
            "kube-state-metrics, or from an exporter of Slurm that has the state of each node.",
            acts="nobody; it is for information",
            first=(
                "Why: `kubectl describe node NODE`, `scontrol show node NODE | grep Reason`.",
                (
                    "Give it work again: `kubectl uncordon NODE`, "
                    "`scontrol update nodename=NODE state=resume`."
                ),
            ),
            over="The node takes work again.",
        ),
    ),
    Alert(
        name="GPUCapacityFullSoon",
        # Where the first of the fourteen days has nothing, there is too little for a line.
        expr="predict_linear(cluster:allocated:sum[14d], %(saturation_days)s * 86400) "
        "/ cluster:gpus:count > 1 "
        "and deriv(cluster:allocated:sum[14d]) > 0 "
        "and count_over_time(cluster:allocated:sum[1d] offset 13d) > 0",
        severity=Severity.INFO,
        summary="A straight line through two weeks of allocation soon reaches all GPUs.",
        description="A straight line through the last 14 days of allocation reaches "
        f"{PERCENT} of all GPUs in %(saturation_days)s days.",
        lasting=HOUR,
        runbook=Runbook(
            meaning="A straight line and no more: it knows neither weeks nor plans. It needs 14 "
            "days of recorded allocation and says nothing before.",
            acts=_PLANNERS,
            first=(
                "The course: `cluster:allocated:sum`, by team `team:gpus:sum`.",
                _WASTE,
                "Whose growth it is, and what they plan.",
            ),
            over="The line no longer reaches all GPUs in that time.",
        ),
    ),
    Alert(
        name="PrometheusDiskFilling",
        expr=f"label_replace(1 - {_FREE} / (node_filesystem_size_bytes > 0), {_HOST}) "
        "> %(disk_ratio)s "
        f"and on (host) label_replace(prometheus_build_info, {_HOST})",
        severity=Severity.WARNING,
        summary="A disk of Prometheus' machine is nearly full.",
        description=f"{{{{ $labels.mountpoint }}}} of {{{{ $labels.host }}}} is {PERCENT} full.",
        lasting=15 * MINUTE,
        runbook=Runbook(
            meaning="Without room Prometheus stops to record and to alert. It is not known on "
            "which of the disks of its machine its data are.",
            acts=MONITORS,
            first=(
                "`df -h`, and how much is Prometheus': `du -sh` of its `--storage.tsdb.path`.",
                "Keep less: `--storage.tsdb.retention.size`, `--storage.tsdb.retention.time`.",
                "Which series are the most: `promtool tsdb analyze PATH`.",
            ),
            over="Less is in use than the threshold.",
        ),
    ),
    Alert(
        name="PrometheusStorageFailing",
        expr="increase(prometheus_tsdb_wal_writes_failed_total[10m]) > 0 "
        "or increase(prometheus_tsdb_compactions_failed_total[3h]) > 0",
        severity=Severity.CRITICAL,
        summary="Prometheus cannot write what it learns.",
        description='{{ $labels.instance }} failed {{ $value | printf "%.0f" }} times.',
        runbook=Runbook(
            meaning="What is measured now is lost when Prometheus restarts; mostly the disk is "
            "full, or its blocks are damaged.",
            acts=MONITORS,
            first=(
                "Its log: `journalctl -u prometheus`, or `prometheus.log` of `warpwatch status`.",
                "`df -h` and `df -i` of its data; `dmesg -T | grep -i error`.",
                "A damaged block: `promtool tsdb list PATH`; move it away and restart.",
            ),
            over="No failure for ten minutes, of compaction for three hours.",
        ),
    ),
)
