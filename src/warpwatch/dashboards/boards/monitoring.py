"""Whether what watches is itself well."""

from collections.abc import Callable

from warpwatch.dashboards import words as w
from warpwatch.dashboards.dashboard import Dashboard, Row
from warpwatch.dashboards.panel import (
    AMBER,
    GREEN,
    RED,
    Column,
    Query,
    Stat,
    States,
    Step,
    Table,
    Text,
    TimeSeries,
    Unit,
)
from warpwatch.rules.recording import QUANTILES

Steps = tuple[Step, ...]
_RATE = w.RATE


def _of_exporters(series: str) -> str:
    """What Prometheus says of the targets that tell of GPUs."""
    return f"{series} and on (cluster, job) job:gpus:count"


def _by_target(series: str) -> str:
    return f"max by (job, instance) ({_of_exporters(series)})"


_SLOW = _by_target("scrape_duration_seconds")


def _spread(
    title: str, description: str, unit: Unit, series: Callable[[str], str], steps: Steps = ()
) -> TimeSeries:
    """Of however many: their middle, all but one in a hundred, and the worst."""
    words = ("half", "99 %", "the worst")
    return TimeSeries(
        title=title,
        description=description,
        queries=tuple(
            Query(expr=series(q), legend=word) for q, word in zip(QUANTILES, words, strict=True)
        ),
        unit=unit,
        width=12,
        low=0,
        steps=steps,
    )


def _recorded(name: str) -> Callable[[str], str]:
    return lambda q: f'max(job:{name}:quantile{{quantile="{q}", {w.IN_CLUSTER}}})'


def _oldest(q: str) -> str:
    return f"quantile({q}, node:collect_age_seconds:max{{{w.ON_NODE}}})"


BOARD = Dashboard(
    name="monitoring",
    title="GPUs: monitoring of the monitoring",
    description="Whether what watches is itself well.",
    variables=(w.CLUSTER, w.NODE),
    alerts=w.firing('family="monitoring"'),
    rows=(
        Row(
            "Exporters",
            (
                Stat(
                    title="Exporters down",
                    description="Targets of the jobs that tell of GPUs, and do not answer.",
                    queries=(
                        Query(expr=f"count(exporter:up:bool{{{w.IN_CLUSTER}}} == 0) or vector(0)"),
                    ),
                    unit=Unit.COUNT,
                    steps=w.NONE_GOOD,
                    width=6,
                    spark=False,
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
                    spark=False,
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
                    spark=False,
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
                    description="When each exporter of GPUs answered; of many the twenty that "
                    "answered least.",
                    queries=(
                        Query(
                            expr=f"bottomk(20, exporter:up:bool{{{w.IN_CLUSTER}}})",
                            legend="{{instance}}",
                        ),
                    ),
                    unit=Unit.NONE,
                    words={"0": ("down", "red"), "1": ("up", "green")},
                ),
                _spread(
                    "How long a scrape takes",
                    "Time that Prometheus waits for exporters' pages.",
                    Unit.SECONDS,
                    _recorded("scrape_seconds"),
                ),
                _spread(
                    "Age of readings",
                    "How old the oldest reading of a node's GPUs is, by our own exporters.",
                    Unit.SECONDS,
                    _oldest,
                    (Step(0, GREEN), Step(60, AMBER), Step(120, RED)),
                ),
                _spread(
                    "Samples of exporters",
                    "Samples on their pages; a jump is churn of pods or another list.",
                    Unit.COUNT,
                    _recorded("scrape_samples"),
                ),
                Table(
                    title="Exporters to look at",
                    description="The twenty whose pages take longest to come, and how many "
                    "samples are on them.",
                    queries=(
                        Query(expr=f"topk(20, {_SLOW})", legend="took"),
                        Query(
                            expr=f"{_by_target('scrape_samples_scraped')} and topk(20, {_SLOW})",
                            legend="samples",
                        ),
                    ),
                    unit=Unit.NONE,
                    by=("job", "instance"),
                    columns=(
                        Column(name="job", title="Job"),
                        Column(name="instance", title="Instance"),
                        Column(name="took", title="Took", unit=Unit.SECONDS),
                        Column(name="samples", title="Samples", unit=Unit.COUNT),
                    ),
                    sort="Took",
                    height=8,
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
