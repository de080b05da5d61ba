"""Whose work it is, what it has, and what it makes of it."""

from warpwatch.dashboards import words as w
from warpwatch.dashboards.dashboard import Dashboard, Row
from warpwatch.dashboards.panel import Bars, Column, Query, Stat, Table, Text, TimeSeries, Unit

_OF = w.OF_WORK
_BY = "workload_namespace, workload_pod, workload_job, team"
_NAME = "{{workload_namespace}}/{{workload_pod}}{{workload_job}}"
_LARGEST = f"topk(20, workload:gpus:sum{{{_OF}}})"

BOARD = Dashboard(
    name="workloads",
    title="GPUs: workloads and jobs",
    description="Whose work it is, what it has, and what it makes of it.",
    variables=(w.CLUSTER, w.NAMESPACE, w.POD, w.JOB),
    alerts=w.firing('family="waste", workload_namespace=~"$namespace"'),
    rows=(
        Row(
            "Now",
            (
                Stat(
                    title="Workloads",
                    description="Pods and jobs that have a GPU.",
                    queries=(Query(expr=f"count(workload:gpus:sum{{{_OF}}})"),),
                    unit=Unit.COUNT,
                    width=6,
                ),
                Stat(
                    title="GPUs that they have",
                    description="Parts of a GPU count as parts.",
                    queries=(Query(expr=f"sum(workload:gpus:sum{{{_OF}}})"),),
                    unit=Unit.COUNT,
                    decimals=1,
                    width=6,
                ),
                Stat(
                    title="Of these idle",
                    description="GPUs that they have and do not use now.",
                    queries=(Query(expr=f"sum(workload:idle_gpus:sum{{{_OF}}})"),),
                    unit=Unit.COUNT,
                    decimals=1,
                    width=6,
                ),
                Stat(
                    title="Power",
                    description="Power drawn by their shares of the GPUs.",
                    queries=(Query(expr=f"sum(workload:power_watts:sum{{{_OF}}})"),),
                    unit=Unit.WATTS,
                    width=6,
                ),
            ),
        ),
        Row(
            "Each of them",
            (
                Table(
                    title="Workloads",
                    description="One row a pod or job; a click leads to it.",
                    queries=tuple(
                        Query(expr=f"sum by ({_BY}) ({series}{{{_OF}}})", legend=name)
                        for name, series in (
                            ("gpus", "workload:gpus:sum"),
                            ("activity", "workload:activity:avg"),
                            ("idle", "workload:idle_gpus:sum"),
                            ("memory", "workload:memory_used_bytes:sum"),
                            ("power", "workload:power_watts:sum"),
                        )
                    ),
                    unit=Unit.NONE,
                    by=tuple(_BY.split(", ")),
                    columns=(
                        Column(name="workload_namespace", title="Namespace"),
                        Column(
                            name="workload_pod",
                            title="Pod",
                            link=w.to_pod("${__data.fields.Namespace}", "${__value.text}"),
                        ),
                        Column(name="workload_job", title="Job", link=w.to_job("${__value.text}")),
                        Column(name="team", title="Team"),
                        Column(name="gpus", title="GPUs"),
                        Column(name="idle", title="Idle"),
                        Column(name="activity", title="Activity", unit=Unit.RATIO, steps=w.BUSY),
                        Column(name="memory", title="Memory", unit=Unit.BYTES),
                        Column(name="power", title="Power", unit=Unit.WATTS),
                    ),
                    sort="Idle",
                ),
                TimeSeries(
                    title="GPUs that they have",
                    description="What each workload has, one upon the other; the twenty that have "
                    "most.",
                    queries=(Query(expr=_LARGEST, legend=_NAME),),
                    unit=Unit.COUNT,
                    width=12,
                    stacked=True,
                    low=0,
                ),
                TimeSeries(
                    title="Activity of what they have",
                    description="Mean activity of the GPUs of these twenty, of those whose "
                    "activity is known.",
                    queries=(
                        Query(expr=f"workload:activity:avg{{{_OF}}} and {_LARGEST}", legend=_NAME),
                    ),
                    unit=Unit.RATIO,
                    width=12,
                    low=0,
                    high=1,
                ),
            ),
        ),
        Row(
            "Namespaces and teams",
            (
                TimeSeries(
                    title="Held and idle",
                    description="GPUs that each namespace has and does not use.",
                    queries=(
                        Query(
                            expr="sum by (workload_namespace) "
                            f"(namespace:idle_gpus:sum{{{w.IN_NAMESPACE}}})",
                            legend="{{workload_namespace}}",
                        ),
                    ),
                    unit=Unit.COUNT,
                    width=12,
                    decimals=1,
                    stacked=True,
                    low=0,
                ),
                Bars(
                    title="Teams",
                    description="GPUs that each team has and does not use now.",
                    queries=(
                        Query(
                            expr=f"sort_desc(sum by (team) (team:idle_gpus:sum{{{w.IN_CLUSTER}}}))",
                            legend="{{team}}",
                        ),
                    ),
                    unit=Unit.COUNT,
                    width=12,
                    decimals=1,
                ),
                Text(
                    title="How to read this",
                    content="**Idle** counts GPUs that somebody has and that do nothing now. A "
                    "click on a pod or a job leads to its GPUs side by side, which tell whether "
                    "one holds up the others or all of them wait for data.",
                ),
            ),
        ),
    ),
)
