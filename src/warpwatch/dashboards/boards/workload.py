"""One pod or job: its GPUs side by side, for whoever asks why it is slow."""

from warpwatch.dashboards import words as w
from warpwatch.dashboards.dashboard import Begin, Dashboard, Row, Variable
from warpwatch.dashboards.panel import Column, Query, Stat, Table, Text, TimeSeries, Unit

_OF = w.OF_WORK
_SHARE = f"gpu_owner:share:ratio{{{_OF}}}"
_BY = "workload_namespace, workload_pod, workload_job"
_LINKS = {"This GPU": w.to_gpu()}
_WASTE = w.firing(f'family="waste", {_OF}')
# Alerts of boards, and those of what a whole GPU does, do not know whose work is on it.
_OF_GPUS = w.firing(
    'family=~"hardware|thermal|waste", workload_pod="", workload_job="", cluster=~"$cluster", '
    'uuid=~"$uuid"'
)
UUID = Variable(name="uuid", label="GPU", query=f"label_values({_SHARE}, uuid)", begin=Begin.LISTED)


def _of(series: str) -> str:
    """A series of GPUs: those of the work, and only while it has them."""
    chosen = f'{series}{{cluster=~"$cluster", uuid=~"$uuid"}}'
    return f"{chosen} and on (cluster, uuid) {_SHARE}"


def _sum(
    title: str, description: str, series: str, unit: Unit, decimals: int | None = None
) -> Stat:
    return Stat(
        title=title,
        description=description,
        queries=(Query(expr=f"sum({series}{{{_OF}}})"),),
        unit=unit,
        decimals=decimals,
        width=6,
    )


def _each(
    title: str, description: str, series: str, unit: Unit, high: float | None = None
) -> TimeSeries:
    return TimeSeries(
        title=title,
        description=description,
        queries=(Query(expr=_of(series), legend=w.LEGEND),),
        unit=unit,
        low=0,
        high=high,
        links=_LINKS,
    )


def _extreme(which: str) -> str:
    activity = 'gpu:activity:ratio{cluster=~"$cluster", uuid=~"$uuid"}'
    return (
        f"{which} by ({_BY}) ({_SHARE} * 0 + on (cluster, uuid) group_left () "
        f"max by (cluster, uuid) ({activity}))"
    )


BOARD = Dashboard(
    name="workload",
    title="GPUs: one pod or job",
    description="The GPUs of a pod or job side by side: which of them holds it up?",
    variables=(w.CLUSTER, w.NAMESPACE, w.ONE_POD, w.ONE_JOB, UUID),
    alerts=f"{_WASTE} or {_OF_GPUS}",
    rows=(
        Row(
            "Now",
            (
                _sum(
                    "GPUs",
                    "GPUs that it has; parts of a GPU count as parts.",
                    "workload:gpus:sum",
                    Unit.COUNT,
                    1,
                ),
                _sum(
                    "Of these idle",
                    "GPUs that it has and does not use now.",
                    "workload:idle_gpus:sum",
                    Unit.COUNT,
                    1,
                ),
                _sum(
                    "Memory",
                    "Memory in use on its share of the GPUs.",
                    "workload:memory_used_bytes:sum",
                    Unit.BYTES,
                ),
                _sum(
                    "Power",
                    "Power drawn by its share of the GPUs.",
                    "workload:power_watts:sum",
                    Unit.WATTS,
                ),
            ),
        ),
        Row(
            "Its GPUs side by side",
            (
                Text(
                    title="How to read this",
                    content="In one job all GPUs should look alike: **one that is less active "
                    "holds up the others**, which then spin: UTIL 100 %, little power. **All of "
                    "them low** with the PCIe busy is a job that waits for its data.",
                ),
                _each(
                    "Activity",
                    "Activity of each of its GPUs.",
                    "gpu:activity:ratio",
                    Unit.RATIO,
                    1,
                ),
                _each(
                    "Tensor pipes",
                    "Share of cycles in which tensor pipes worked; above 0.5 it is well fed.",
                    "gpu:tensor_active:ratio",
                    Unit.RATIO,
                    1,
                ),
                TimeSeries(
                    title="Spread of activity",
                    description="Difference between its most and its least active GPU; the alert "
                    "on an imbalanced job looks at this.",
                    queries=(
                        Query(
                            expr=f"{_extreme('max')} - {_extreme('min')}",
                            legend="{{workload_pod}}{{workload_job}}",
                        ),
                    ),
                    unit=Unit.RATIO,
                    low=0,
                    high=1,
                ),
                _each(
                    "Power",
                    "Power of each of its GPUs; a rank that waits draws little.",
                    "gpu:power:watts",
                    Unit.WATTS,
                ),
                _each(
                    "Temperature",
                    "Temperature of each of its GPUs; the hottest may be slowed.",
                    "gpu:temperature:celsius",
                    Unit.CELSIUS,
                ),
                _each(
                    "Slowed down",
                    "Share of the time in which heat or power slowed each of its GPUs.",
                    "gpu:throttled:ratio",
                    Unit.RATIO,
                ),
                _each(
                    "Memory in use",
                    "Share of each GPU's memory in use; one that differs holds other data.",
                    "gpu:memory_used:ratio",
                    Unit.RATIO,
                    1,
                ),
                _each(
                    "PCIe",
                    "Traffic with the host, both ways; data that it is fed with.",
                    "gpu:pcie:bytes_per_second",
                    Unit.BYTES_PER_SECOND,
                ),
                _each(
                    "NVLink",
                    "Traffic with other GPUs, both ways and over all links.",
                    "gpu:nvlink:bytes_per_second",
                    Unit.BYTES_PER_SECOND,
                ),
            ),
        ),
        Row(
            "Where",
            (
                Table(
                    title="Its GPUs",
                    description="Where it runs, and what it has of each; a click leads to the GPU.",
                    queries=(Query(expr=f"max by (node, gpu, model) ({_SHARE})", legend="share"),),
                    unit=Unit.NONE,
                    by=("node", "gpu", "model"),
                    columns=(
                        Column(name="node", title="Node", link=w.to_node("${__value.text}")),
                        Column(
                            name="gpu",
                            title="GPU",
                            link=w.to_gpu("${__data.fields.Node}", "${__value.text}"),
                        ),
                        Column(name="model", title="Board"),
                        Column(name="share", title="Share", unit=Unit.RATIO),
                    ),
                    sort="Share",
                ),
            ),
        ),
    ),
)
