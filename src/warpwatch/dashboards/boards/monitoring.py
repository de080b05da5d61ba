"""Whether what watches is itself well."""

from warpwatch.dashboards import words as w
from warpwatch.dashboards.dashboard import Dashboard, Row
from warpwatch.dashboards.panel import (
    AMBER,
    GREEN,
    RED,
    Query,
    Stat,
    States,
    Step,
    Text,
    TimeSeries,
    Unit,
)

_RATE = w.RATE

BOARD = Dashboard(
    name="monitoring",
    title="GPUs: monitoring of the monitoring",
    description="Whether what watches is itself well.",
    variables=(w.CLUSTER, w.NODE),
    alerts='family="monitoring"',
    rows=(
        Row(
            "Exporters",
            (
                Stat(
                    title="Exporters down",
                    description="Targets of the jobs that tell of GPUs, and do not answer.",
                    queries=(
                        Query(
                            expr="count(up == 0 and on (job) "
                            "group by (job) (gpu:source:info)) or vector(0)"
                        ),
                    ),
                    unit=Unit.COUNT,
                    steps=w.NONE_GOOD,
                    width=6,
                ),
                Stat(
                    title="GPUs that cannot be read",
                    description="As our own exporters tell.",
                    queries=(
                        Query(
                            expr=f"count(gpu:collect_success:bool{{{w.ON_NODE}}} == 0) or vector(0)"
                        ),
                    ),
                    unit=Unit.COUNT,
                    steps=w.NONE_GOOD,
                    width=6,
                ),
                Stat(
                    title="Rules that fail",
                    description="Evaluations that failed in the last five minutes.",
                    queries=(
                        Query(
                            expr="sum(increase(prometheus_rule_evaluation_failures_total[5m]))"
                            " or vector(0)"
                        ),
                    ),
                    unit=Unit.COUNT,
                    decimals=0,
                    steps=w.NONE_GOOD,
                    width=6,
                ),
                Stat(
                    title="Watchdog",
                    description="The alert that always stands: without it nothing is told at all.",
                    queries=(
                        Query(
                            expr='count(ALERTS{alertname="Watchdog", alertstate="firing"})'
                            " or vector(0)"
                        ),
                    ),
                    unit=Unit.NONE,
                    words={"0": ("silent", "red"), "1": ("stands", "green")},
                    width=6,
                    spark=False,
                ),
                States(
                    title="Exporters",
                    description="When each exporter of GPUs answered.",
                    queries=(
                        Query(
                            expr="up and on (job) group by (job) (gpu:source:info)",
                            legend="{{instance}}",
                        ),
                    ),
                    unit=Unit.NONE,
                    words={"0": ("down", "red"), "1": ("up", "green")},
                ),
                TimeSeries(
                    title="How long a scrape takes",
                    description="Time that Prometheus waits for each exporter's page.",
                    queries=(
                        Query(
                            expr="scrape_duration_seconds and on (job) "
                            "group by (job) (gpu:source:info)",
                            legend="{{instance}}",
                        ),
                    ),
                    unit=Unit.SECONDS,
                    width=12,
                    low=0,
                    legend=False,
                ),
                TimeSeries(
                    title="Age of readings",
                    description="How old the newest reading of each GPU is, by our own exporters.",
                    queries=(
                        Query(expr=f"gpu:collect_age:seconds{{{w.ON_NODE}}}", legend=w.LEGEND),
                    ),
                    unit=Unit.SECONDS,
                    width=12,
                    low=0,
                    legend=False,
                    steps=(Step(0, GREEN), Step(60, AMBER), Step(120, RED)),
                ),
                TimeSeries(
                    title="Series of each exporter",
                    description="Samples on each page; a jump is churn of pods or another list.",
                    queries=(
                        Query(
                            expr="scrape_samples_scraped and on (job) "
                            "group by (job) (gpu:source:info)",
                            legend="{{instance}}",
                        ),
                    ),
                    unit=Unit.COUNT,
                    width=12,
                    low=0,
                    legend=False,
                ),
            ),
        ),
        Row(
            "Prometheus and Alertmanager",
            (
                Text(
                    title="How to read this",
                    content="A rule group that takes **more than half of its interval** will be "
                    "late; see *scaling* in the documents. **Notifications that fail** are alerts "
                    "that nobody hears of: `warpwatch doctor --test-alert` finds out which way.",
                ),
                TimeSeries(
                    title="Rules, as a share of their interval",
                    description="How long each group takes, of the time that it has.",
                    queries=(
                        Query(
                            expr="prometheus_rule_group_last_duration_seconds"
                            " / prometheus_rule_group_interval_seconds",
                            legend="{{rule_group}}",
                        ),
                    ),
                    unit=Unit.RATIO,
                    width=12,
                    low=0,
                    steps=(Step(0, GREEN), Step(0.25, AMBER), Step(0.5, RED)),
                ),
                TimeSeries(
                    title="Samples",
                    description="Samples that Prometheus takes in a second.",
                    queries=(
                        Query(
                            expr=f"rate(prometheus_tsdb_head_samples_appended_total[{_RATE}])",
                            legend="{{instance}}",
                        ),
                    ),
                    unit=Unit.PER_SECOND,
                    width=12,
                    low=0,
                ),
                TimeSeries(
                    title="Series in memory",
                    description="Series that Prometheus holds; its memory follows them.",
                    queries=(Query(expr="prometheus_tsdb_head_series", legend="{{instance}}"),),
                    unit=Unit.COUNT,
                    width=12,
                    low=0,
                ),
                TimeSeries(
                    title="Alerts on their way",
                    description="Alerts sent to Alertmanager, and lost on the way, a second.",
                    queries=(
                        Query(
                            expr=f"rate(prometheus_notifications_sent_total[{_RATE}])",
                            legend="sent to {{alertmanager}}",
                        ),
                        Query(
                            expr=f"rate(prometheus_notifications_dropped_total[{_RATE}])",
                            legend="dropped",
                        ),
                    ),
                    unit=Unit.PER_SECOND,
                    width=12,
                    low=0,
                ),
            ),
        ),
    ),
)
