"""All GPUs at once: is anything wrong, where, and is what there is being used?"""

from warpwatch.dashboards import words as w
from warpwatch.dashboards.dashboard import Dashboard, Row
from warpwatch.dashboards.panel import (
    GREEN,
    RED,
    Bars,
    Column,
    Heat,
    Query,
    Stat,
    Step,
    Table,
    Text,
    TimeSeries,
    Unit,
)

_IN = w.IN_CLUSTER
_CRITICAL = f'ALERTS{{alertstate="firing", severity="critical", family!="", {_IN}}}'


def _sum(series: str) -> Query:
    return Query(expr=f"sum({series}{{{_IN}}})")


def _mean(series: str) -> str:
    """Over all GPUs of the chosen clusters, of which each has its own mean."""
    count, mean = f"cluster:gpus:count{{{_IN}}}", f"{series}{{{_IN}}}"
    return f"sum({mean} * on (cluster) {count}) / sum({count} and on (cluster) {mean})"


BOARD = Dashboard(
    name="fleet",
    title="GPUs: fleet",
    description="Is anything wrong, where, and is what there is being used?",
    variables=(w.CLUSTER,),
    alerts=w.firing(f'severity="critical", family!="", {_IN}'),
    rows=(
        Row(
            "Now",
            (
                Stat(
                    title="Critical alerts",
                    description="Alerts that wake somebody up and fire now.",
                    queries=(Query(expr=f"count({_CRITICAL}) or vector(0)"),),
                    unit=Unit.COUNT,
                    steps=w.NONE_GOOD,
                    links={"Health": "/d/warpwatch-health?${__url_time_range}"},
                ),
                Stat(
                    title="GPUs",
                    description="GPUs that exporters tell of.",
                    queries=(_sum("cluster:gpus:count"),),
                    unit=Unit.COUNT,
                ),
                Stat(
                    title="Given out",
                    description="Share of the GPUs that somebody has.",
                    queries=(
                        Query(
                            expr=f"sum(cluster:allocated:sum{{{_IN}}})"
                            f" / sum(cluster:gpus:count{{{_IN}}})"
                        ),
                    ),
                    unit=Unit.RATIO,
                    high=1,
                    low=0,
                ),
                Stat(
                    title="Held and idle",
                    description="GPUs that somebody has and does not use now.",
                    queries=(_sum("cluster:idle_allocated:sum"),),
                    unit=Unit.COUNT,
                    decimals=1,
                    steps=(Step(0, GREEN), Step(1, "#EAB839")),
                ),
                Stat(
                    title="Activity",
                    description="Mean activity of all GPUs, by their SMs where those are measured.",
                    queries=(Query(expr=_mean("cluster:activity:avg")),),
                    unit=Unit.RATIO,
                    low=0,
                    high=1,
                ),
                Stat(
                    title="Power",
                    description="Power that all boards draw together.",
                    queries=(_sum("cluster:power_watts:sum"),),
                    unit=Unit.WATTS,
                ),
            ),
        ),
        Row(
            "Use",
            (
                TimeSeries(
                    title="GPUs: there, given out, idle in somebody's hands",
                    description="What is between the first two lines is free; the third is waste.",
                    queries=(
                        Query(expr=f"sum(cluster:gpus:count{{{_IN}}})", legend="there"),
                        Query(expr=f"sum(cluster:allocated:sum{{{_IN}}})", legend="given out"),
                        Query(
                            expr=f"sum(cluster:idle_allocated:sum{{{_IN}}})", legend="held and idle"
                        ),
                        Query(
                            expr=f"sum(cluster:unmetered:sum{{{_IN}}})",
                            legend="nothing known of",
                        ),
                    ),
                    unit=Unit.COUNT,
                    width=12,
                    low=0,
                ),
                TimeSeries(
                    title="Busy, and doing what",
                    description="GPU_UTIL says that any kernel ran, however small; the others say "
                    "how much of the GPU it used.",
                    queries=(
                        Query(expr=_mean("cluster:utilisation:avg"), legend="any kernel (UTIL)"),
                        Query(expr=_mean("cluster:sm_active:avg"), legend="SMs"),
                        Query(expr=_mean("cluster:tensor_active:avg"), legend="tensor pipes"),
                        Query(expr=_mean("cluster:dram_active:avg"), legend="memory"),
                    ),
                    unit=Unit.RATIO,
                    width=12,
                    low=0,
                    high=1,
                ),
                Text(
                    title="How to read this",
                    content="**GPU_UTIL near 100 % with SMs below a third** is a kernel that uses "
                    "a small part of the chip, or a rank that waits for another. **Tensor pipes** "
                    "above a half is a well-fed training; **memory** above 60 % with tensor pipes "
                    "low is limited by memory, which for serving text is normal.",
                ),
                Heat(
                    title="How activity is spread",
                    description="The darker, the more GPUs are so active; a dark band at the "
                    "bottom is idle GPUs.",
                    queries=(
                        Query(
                            expr=f"sum by (le) (cluster:activity:bucket{{{_IN}}})", legend="{{le}}"
                        ),
                    ),
                    unit=Unit.RATIO,
                ),
                Bars(
                    title="GPUs of each team",
                    description="What each team has now; parts of a GPU count as parts.",
                    queries=(
                        Query(
                            expr=f"sort_desc(sum by (team) (team:gpus:sum{{{_IN}}}))",
                            legend="{{team}}",
                        ),
                    ),
                    unit=Unit.COUNT,
                    width=12,
                    decimals=1,
                ),
            ),
        ),
        Row(
            "Nodes",
            (
                Table(
                    title="Nodes",
                    description="One row a node; a click leads to it.",
                    queries=(
                        Query(expr=f"sum by (node) (node:gpus:count{{{_IN}}})", legend="gpus"),
                        Query(
                            expr=f"avg by (node) (node:activity:avg{{{_IN}}})", legend="activity"
                        ),
                        Query(expr=f"sum by (node) (node:allocated:sum{{{_IN}}})", legend="given"),
                        Query(
                            expr=f"sum by (node) (node:idle_allocated:sum{{{_IN}}})", legend="idle"
                        ),
                        Query(
                            expr=f"max by (node) (node:temperature_celsius:max{{{_IN}}})",
                            legend="hottest",
                        ),
                        Query(
                            expr=f"sum by (node) (node:power_watts:sum{{{_IN}}})", legend="power"
                        ),
                        Query(
                            expr=f"sum by (node) (node:errors_increase1h:sum{{{_IN}}})",
                            legend="errors",
                        ),
                    ),
                    unit=Unit.NONE,
                    by=("node",),
                    columns=(
                        Column(name="node", title="Node", link=w.to_node("${__value.text}")),
                        Column(name="gpus", title="GPUs"),
                        Column(name="given", title="Given out"),
                        Column(name="idle", title="Held and idle"),
                        Column(name="activity", title="Activity", unit=Unit.RATIO),
                        Column(name="hottest", title="Hottest", unit=Unit.CELSIUS, steps=w.WARM),
                        Column(name="power", title="Power", unit=Unit.WATTS),
                        Column(
                            name="errors",
                            title="Errors in an hour",
                            steps=(Step(0, GREEN), Step(0.5, RED)),
                        ),
                    ),
                    sort="Errors in an hour",
                ),
            ),
        ),
        Row(
            "Heat and power",
            (
                TimeSeries(
                    title="Hottest GPU of each node",
                    description="The hottest GPU of each node, the ten hottest of them.",
                    queries=(
                        Query(
                            expr=f"topk(10, max by (node) (node:temperature_celsius:max{{{_IN}}}))",
                            legend="{{node}}",
                        ),
                    ),
                    unit=Unit.CELSIUS,
                    width=12,
                    steps=w.WARM,
                    links={"Node": w.to_node()},
                ),
                TimeSeries(
                    title="Slowed by heat or power",
                    description="Mean share of the time in which GPUs were slowed, by reason.",
                    queries=tuple(
                        Query(expr=_mean(f"cluster:throttled_{reason}:avg"), legend=text)
                        for reason, text in (
                            ("power_cap", "power limit"),
                            ("thermal_software", "heat, gently"),
                            ("thermal_hardware", "heat, hard"),
                            ("power_brake", "power supply"),
                        )
                    ),
                    unit=Unit.RATIO,
                    width=12,
                    low=0,
                ),
            ),
        ),
    ),
)
