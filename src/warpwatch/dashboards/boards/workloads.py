"""Whose work it is, what it has, and what it makes of it."""

from warpwatch.dashboards import words as w
from warpwatch.dashboards.dashboard import Dashboard, Row
from warpwatch.dashboards.panel import Bars, Column, Query, Stat, Table, Text, TimeSeries, Unit

_OF = w.OF_WORK
_BY = "workload_namespace, workload_pod, workload_job, team"
_NAME = "{{workload_namespace}}/{{workload_pod}}{{workload_job}}"
_SHARE = f"gpu_owner:share:ratio{{{_OF}}}"


def _on_gpus(series: str) -> str:
    """A series of GPUs, of those that the chosen work has."""
    return f"{series} and on (cluster, uuid) {_SHARE}"


BOARD = Dashboard(
    name="workloads",
    title="GPUs: workloads and jobs",
    description="Whose work it is, what it has, and what it makes of it.",
    variables=(w.CLUSTER, w.NAMESPACE, w.JOB),
    alerts='family="waste", workload_namespace=~"$namespace"',
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
                        Column(name="workload_pod", title="Pod", link=w.to_work("${__value.text}")),
                        Column(name="workload_job", title="Job"),
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
                    description="What each workload has, one upon the other.",
                    queries=(
                        Query(expr=f"sum by ({_BY}) (workload:gpus:sum{{{_OF}}})", legend=_NAME),
                    ),
                    unit=Unit.COUNT,
                    width=12,
                    stacked=True,
                    low=0,
                ),
                TimeSeries(
                    title="Activity of what they have",
                    description="Mean activity of each workload's GPUs, of those whose activity is "
                    "known.",
                    queries=(
                        Query(
                            expr=f"avg by ({_BY}) (workload:activity:avg{{{_OF}}})", legend=_NAME
                        ),
                    ),
                    unit=Unit.RATIO,
                    width=12,
                    low=0,
                    high=1,
                ),
            ),
        ),
        Row(
            "Its GPUs side by side",
            (
                Text(
                    title="How to read this",
                    content="Choose one pod or job above. In one job all GPUs should look alike: "
                    "**one that is less active holds up the others**, which then spin: UTIL 100 %, "
                    "little power. **All of them low** with the PCIe busy is a job that waits for "
                    "its data.",
                ),
                TimeSeries(
                    title="Activity",
                    description="Activity of each of its GPUs.",
                    queries=(Query(expr=_on_gpus("gpu:activity:ratio"), legend=w.LEGEND),),
                    unit=Unit.RATIO,
                    low=0,
                    high=1,
                    links={"This GPU": w.to_gpu()},
                ),
                TimeSeries(
                    title="Power",
                    description="Power of each of its GPUs; a rank that waits draws little.",
                    queries=(Query(expr=_on_gpus("gpu:power:watts"), legend=w.LEGEND),),
                    unit=Unit.WATTS,
                    low=0,
                    links={"This GPU": w.to_gpu()},
                ),
                TimeSeries(
                    title="Temperature",
                    description="Temperature of each of its GPUs; the hottest may be slowed.",
                    queries=(Query(expr=_on_gpus("gpu:temperature:celsius"), legend=w.LEGEND),),
                    unit=Unit.CELSIUS,
                    steps=w.WARM,
                    links={"This GPU": w.to_gpu()},
                ),
                TimeSeries(
                    title="Spread of activity",
                    description="Difference between its most and its least active GPU; the alert "
                    "on an imbalanced job looks at this.",
                    queries=(
                        Query(
                            expr=f"max by ({_BY}) ({_SHARE} * 0 + on (cluster, uuid) group_left () "
                            "max by (cluster, uuid) (gpu:activity:ratio)) - "
                            f"min by ({_BY}) ({_SHARE} * 0 + on (cluster, uuid) group_left () "
                            "min by (cluster, uuid) (gpu:activity:ratio))",
                            legend=_NAME,
                        ),
                    ),
                    unit=Unit.RATIO,
                    width=12,
                    low=0,
                    high=1,
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
            ),
        ),
    ),
)
