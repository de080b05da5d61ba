"""Whether what watches is itself well."""

from warpwatch.rules.alerts.words import MINUTE, VALUE, WHERE_OURS
from warpwatch.rules.model import Alert, Severity

CRITICAL, WARNING, INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO


def _alert(
    name: str, severity: Severity, expr: str, summary: str, description: str, *, lasting: float = 0
) -> Alert:
    return Alert(
        name=name,
        expr=expr,
        severity=severity,
        family="monitoring",
        summary=summary,
        description=description,
        lasting=lasting,
    )


ALERTS: tuple[Alert, ...] = (
    _alert(
        "GPUExporterDown",
        CRITICAL,
        'up{job=~".*(warpwatch|dcgm|gpu).*"} == 0',
        "An exporter of GPU metrics is not to be reached.",
        "{{ $labels.instance }} of job {{ $labels.job }} does not answer.",
        lasting=5 * MINUTE,
    ),
    _alert(
        "GPUNoDriver",
        WARNING,
        'warpwatch_source_info{source="none"}',
        "An exporter has no GPUs to tell of.",
        "{{ $labels.instance }}: {{ $labels.detail }}",
        lasting=5 * MINUTE,
    ),
    _alert(
        "GPUCollectionFailing",
        WARNING,
        "gpu:collect_success:bool == 0",
        "A GPU cannot be read.",
        f"{WHERE_OURS} gives no readings.",
        lasting=5 * MINUTE,
    ),
    _alert(
        "GPUReadingStale",
        WARNING,
        "gpu:collect_age:seconds > 120",
        "A GPU's readings are old.",
        f"The newest of {WHERE_OURS} is {VALUE} s old.",
        lasting=2 * MINUTE,
    ),
    _alert(
        "GPUAttributionFailing",
        WARNING,
        "warpwatch_attribution_success == 0",
        "It is not known whose work is on the GPUs of a node.",
        "Stage {{ $labels.stage }} on {{ $labels.instance }}; its page at / says why.",
        lasting=10 * MINUTE,
    ),
    _alert(
        "PrometheusRuleFailures",
        CRITICAL,
        "increase(prometheus_rule_evaluation_failures_total[10m]) > 0",
        "Prometheus cannot work out some of its rules.",
        '{{ $labels.rule_group }} failed {{ $value | printf "%.0f" }} times.',
        lasting=10 * MINUTE,
    ),
    _alert(
        "PrometheusNotificationsFailing",
        CRITICAL,
        "rate(prometheus_notifications_errors_total[5m]) "
        "/ (rate(prometheus_notifications_sent_total[5m]) > 0) > 0.05",
        "Alerts do not reach Alertmanager.",
        "{{ $value | humanizePercentage }} are lost on the way to {{ $labels.alertmanager }}.",
        lasting=10 * MINUTE,
    ),
    _alert(
        "AlertmanagerNotificationsFailing",
        CRITICAL,
        "rate(alertmanager_notifications_failed_total[5m]) "
        "/ (rate(alertmanager_notifications_total[5m]) > 0) > 0.05",
        "Alertmanager cannot deliver what it should.",
        "{{ $value | humanizePercentage }} fail by {{ $labels.integration }}.",
        lasting=10 * MINUTE,
    ),
    _alert(
        "PrometheusRemoteWriteBehind",
        WARNING,
        "prometheus_remote_storage_highest_timestamp_in_seconds "
        "- ignoring (remote_name, url) group_right () "
        "prometheus_remote_storage_queue_highest_sent_timestamp_seconds > 120",
        "Remote write is behind.",
        '{{ $value | printf "%.0f" }} s behind to {{ $labels.remote_name }}.',
        lasting=15 * MINUTE,
    ),
    _alert(
        "Watchdog",
        INFO,
        "vector(1)",
        "Alerting works.",
        "This stands for ever; that it stops is what a dead man's switch tells.",
    ),
)
