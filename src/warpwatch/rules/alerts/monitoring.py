"""Whether what watches is itself well."""

from warpwatch.rules.alerts.words import KERNEL, MINUTE, MONITORS, ON_CALL, SPAN, VALUE, WHERE_OURS
from warpwatch.rules.model import Alert, Runbook, Severity
from warpwatch.rules.source import placed

CRITICAL, WARNING, INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO

_JOBS = ".*(warpwatch|dcgm|gpu[-_]?(exporter|metrics)).*|gpus?"
_LOG = "The exporter's log: `journalctl -u warpwatch-exporter`, `kubectl logs -n NS POD`."
_PAGE = "Its page at `http://NODE:9400/` says how it is, GPU by GPU."
_READS = "What can be read, and why not: `warpwatch discovery`."

ALERTS: tuple[Alert, ...] = (
    Alert(
        name="GPUExporterDown",
        # Known by its name, or because its job told of GPUs within the hour. Then it stands until
        # the exporter is back, even where all of the job are gone and nothing tells of GPUs.
        # With the node's name, so that it silences what else is told of that node.
        expr=placed(
            f'(up{{job=~"{_JOBS}"}} == 0 '
            "or (up == 0 and on (cluster, job) max_over_time(job:gpus:count[1h])) "
            "or (up == 0 and on (cluster, job, instance) "
            'ALERTS{alertname="GPUExporterDown", alertstate="firing"}))'
        ),
        severity=CRITICAL,
        summary="An exporter of GPU metrics is not to be reached.",
        description="{{ $labels.instance }} of job {{ $labels.job }} does not answer.",
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="Nothing is known of the GPUs of a node: the node, its network or its exporter "
            "is down.",
            acts=ON_CALL,
            first=(
                "Whether the node is there: `ping NODE`, `kubectl get node NODE`, `sinfo -n NODE`.",
                "Whether it answers at all: `curl -m 5 http://NODE:9400/metrics | head`.",
                _LOG,
                "What Prometheus says: `/targets` has the error.",
            ),
            over="`up` is 1. A node that is gone for good leaves the targets, and this with it.",
        ),
    ),
    Alert(
        name="GPUNoDriver",
        expr="warpwatch_source_info and on (job, instance) warpwatch_gpus == 0",
        severity=WARNING,
        summary="An exporter has no GPUs to tell of.",
        description="{{ $labels.instance }}: {{ $labels.detail }}",
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="The exporter runs and sees no GPU: no driver, no right to it, or none there.",
            acts=ON_CALL,
            first=(_READS, "`nvidia-smi`, `lsmod | grep nvidia`, `lspci -d 10de:`.", KERNEL, _LOG),
            over="The page has GPUs. Where there are none on purpose, no exporter belongs there.",
        ),
    ),
    Alert(
        name="GPUNothingSeen",
        expr="absent(gpu:source:info)",
        severity=WARNING,
        summary="No exporter tells of any GPU.",
        description="Either nothing is scraped, or the rules that make neutral series do not run.",
        lasting=15 * MINUTE,
        runbook=Runbook(
            meaning="All other alerts on GPUs are silent for want of data: nobody knows how they "
            "are.",
            acts=MONITORS,
            first=(
                "`/targets` of Prometheus: is an exporter of GPUs there and up?",
                (
                    "`/rules`: is `warpwatch-normalise` there, and without an error? Both "
                    "files are needed."
                ),
            ),
            over="`gpu:source:info` has data.",
        ),
    ),
    Alert(
        name="GPUCollectionFailing",
        expr="gpu:collect_success:bool == 0",
        severity=WARNING,
        summary="A GPU cannot be read.",
        description=f"{WHERE_OURS} gives no readings.",
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="The driver refuses to tell of this GPU: it is lost, or it needs a reset.",
            acts=ON_CALL,
            first=(_READS, _PAGE, KERNEL, "`nvidia-smi -q -i GPU`."),
            over="It is read again.",
        ),
    ),
    Alert(
        name="GPUReadingStale",
        expr="gpu:collect_age:seconds > 120",
        severity=WARNING,
        summary="A GPU's readings are old.",
        description=f"The newest of {WHERE_OURS} is {VALUE} s old.",
        lasting=2 * MINUTE,
        runbook=Runbook(
            meaning="Reads take too long or hang; what is shown is what was. An interval of "
            "collection beyond two minutes does this as well.",
            acts=ON_CALL,
            first=(_PAGE, _LOG, "How long nvidia-smi takes: `time nvidia-smi -q >/dev/null`."),
            over="Readings are younger than two minutes.",
        ),
    ),
    Alert(
        name="GPUAttributionFailing",
        expr="warpwatch_attribution_success == 0",
        severity=WARNING,
        summary="It is not known whose work is on the GPUs of a node.",
        description="Stage {{ $labels.stage }} on {{ $labels.instance }}; its page at / says why.",
        lasting=10 * MINUTE,
        runbook=Runbook(
            meaning="The kubelet, the API server, the container runtime or the map of jobs does "
            "not answer the exporter. Metrics go on without pods, jobs and teams.",
            acts=MONITORS,
            first=(
                _PAGE,
                _LOG,
                "The kubelet's socket: `ls -l /var/lib/kubelet/pod-resources/kubelet.sock`.",
                "Its rights: `kubectl auth can-i list pods --as system:serviceaccount:NS:NAME`.",
            ),
            over="The stage succeeds.",
        ),
    ),
    Alert(
        name="PrometheusRuleFailures",
        expr="increase(prometheus_rule_evaluation_failures_total[10m]) > 0",
        severity=CRITICAL,
        summary="Prometheus cannot work out some of its rules.",
        description='{{ $labels.rule_group }} failed {{ $value | printf "%.0f" }} times.',
        lasting=10 * MINUTE,
        runbook=Runbook(
            meaning="What these rules record or tell of is missing. `many-to-many matching` means "
            "that two series are there where one should be, such as a GPU on two nodes.",
            acts=MONITORS,
            first=(
                "`/rules` of Prometheus shows the error beside the rule.",
                "Its log: `journalctl -u prometheus | grep -i rule`.",
                "Other files than ours in the same release: `warpwatch rules render`.",
            ),
            over="No failure for ten minutes.",
        ),
    ),
    Alert(
        name="PrometheusNotificationsFailing",
        # Before 3.0 an error counts once for a whole batch, of up to 64 alerts.
        expr="rate(prometheus_notifications_errors_total[5m]) "
        "/ (rate(prometheus_notifications_sent_total[5m]) > 0) > 0.01",
        severity=CRITICAL,
        summary="Alerts do not reach Alertmanager.",
        description="Some of {{ $labels.instance }} to {{ $labels.alertmanager }} are lost.",
        lasting=10 * MINUTE,
        runbook=Runbook(
            meaning="Prometheus fires and Alertmanager does not hear it: nobody is told.",
            acts=MONITORS,
            first=(
                "`curl -m 5 ALERTMANAGER/-/ready`.",
                "Prometheus' log: address, certificate, password.",
                "Meanwhile `/alerts` of Prometheus is the truth.",
            ),
            over="Nothing is lost any more.",
        ),
    ),
    Alert(
        name="AlertmanagerNotificationsFailing",
        # Failures have a reason since 0.26, and what is sent has none.
        expr="sum without (reason) (rate(alertmanager_notifications_failed_total[5m])) "
        "/ (rate(alertmanager_notifications_total[5m]) > 0) > 0.05",
        severity=CRITICAL,
        summary="Alertmanager cannot deliver what it should.",
        description="{{ $value | humanizePercentage }} fail by {{ $labels.integration }}.",
        lasting=10 * MINUTE,
        runbook=Runbook(
            meaning="Alertmanager knows and cannot tell: a receiver refuses or is not there.",
            acts=MONITORS,
            first=(
                "Its log: `journalctl -u prometheus-alertmanager | grep -i notify`.",
                "The receiver's key or address: it may have run out.",
                "Meanwhile Alertmanager's own page is the truth.",
            ),
            over="Deliveries succeed.",
        ),
    ),
    Alert(
        name="PrometheusRemoteWriteBehind",
        expr="prometheus_remote_storage_highest_timestamp_in_seconds "
        "- ignoring (remote_name, url) group_right () "
        "prometheus_remote_storage_queue_highest_sent_timestamp_seconds > 120",
        severity=WARNING,
        summary="Remote write is behind.",
        description=f"{SPAN} behind to {{{{ $labels.remote_name }}}}.",
        lasting=15 * MINUTE,
        runbook=Runbook(
            meaning="What is stored elsewhere lags; after two hours there will be a hole in it.",
            acts=MONITORS,
            first=(
                "Prometheus' log: 429, 5xx, a name that is not found.",
                "`prometheus_remote_storage_shards` at its highest: raise `max_shards`.",
                "Whether the receiver takes samples from others.",
            ),
            over="It is less than two minutes behind.",
        ),
    ),
    Alert(
        name="Watchdog",
        expr="vector(1)",
        severity=INFO,
        summary="Alerting works.",
        description="This stands for ever; that it stops is what a dead man's switch tells.",
        runbook=Runbook(
            meaning="It always fires. Send it to something that cries when it no longer comes.",
            acts=MONITORS,
            first=(
                "If it is missing: is Prometheus up, are its rules loaded (`/rules`)?",
                "Is Alertmanager up, and is there a route for Watchdog?",
            ),
            over="It is never over.",
        ),
    ),
)
