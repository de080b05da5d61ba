"""One node: its GPUs side by side, and the machine around them."""

from warpwatch.dashboards import words as w
from warpwatch.dashboards.dashboard import Dashboard, Row
from warpwatch.dashboards.panel import (
    Column,
    Query,
    Stat,
    States,
    Table,
    Text,
    TimeSeries,
    Unit,
)

_ON = w.ON_NODE
_LINKS = {"This GPU": w.to_gpu()}


def _each(title: str, series: str, unit: Unit, description: str, **more: object) -> TimeSeries:
    return TimeSeries(
        title=title,
        description=description,
        queries=(Query(expr=f"{series}{{{_ON}}}", legend=w.LEGEND),),
        unit=unit,
        links=_LINKS,
        **more,  # type: ignore[arg-type]
    )


BOARD = Dashboard(
    name="node",
    title="GPUs: node",
    description="The GPUs of a node side by side.",
    variables=(w.CLUSTER, w.ONE_NODE),
    alerts=w.firing(_ON),
    rows=(
        Row(
            "Now",
            (
                Stat(
                    title="GPUs",
                    description="GPUs that the node's exporter tells of.",
                    queries=(Query(expr=f"sum(node:gpus:count{{{_ON}}})"),),
                    unit=Unit.COUNT,
                ),
                Stat(
                    title="Alerts",
                    description="Alerts of the node that fire now.",
                    queries=(
                        Query(
                            expr=f'count(ALERTS{{alertstate="firing", family!="", {_ON}}})'
                            " or vector(0)"
                        ),
                    ),
                    unit=Unit.COUNT,
                    steps=w.NONE_GOOD,
                ),
                Stat(
                    title="Held and idle",
                    description="GPUs that somebody has and does not use now.",
                    queries=(Query(expr=f"sum(node:idle_allocated:sum{{{_ON}}})"),),
                    unit=Unit.COUNT,
                    decimals=1,
                ),
                Stat(
                    title="Activity",
                    description="Mean activity of the node's GPUs.",
                    queries=(Query(expr=f"avg(node:activity:avg{{{_ON}}})"),),
                    unit=Unit.RATIO,
                    low=0,
                    high=1,
                ),
                Stat(
                    title="Hottest",
                    description="Temperature of the hottest GPU.",
                    queries=(Query(expr=f"max(node:temperature_celsius:max{{{_ON}}})"),),
                    unit=Unit.CELSIUS,
                    steps=w.WARM,
                ),
                Stat(
                    title="Power",
                    description="Power that the node's boards draw together.",
                    queries=(Query(expr=f"sum(node:power_watts:sum{{{_ON}}})"),),
                    unit=Unit.WATTS,
                ),
            ),
        ),
        Row(
            "GPUs",
            (
                Table(
                    title="GPUs",
                    description="One row a GPU; a click leads to it.",
                    queries=tuple(
                        Query(expr=f"max by (node, gpu, model) ({series}{{{_ON}}})", legend=name)
                        for name, series in (
                            ("activity", "gpu:activity:ratio"),
                            ("memory", "gpu:memory_used:ratio"),
                            ("temperature", "gpu:temperature:celsius"),
                            ("power", "gpu:power_of_limit:ratio"),
                            ("throttled", "gpu:throttled:ratio"),
                            ("given", "gpu:allocated:ratio"),
                        )
                    ),
                    unit=Unit.NONE,
                    by=("node", "gpu", "model"),
                    columns=(
                        Column(name="node", title="Node"),
                        Column(
                            name="gpu",
                            title="GPU",
                            link=w.to_gpu("${__data.fields.Node}", "${__value.text}"),
                        ),
                        Column(name="model", title="Board"),
                        Column(name="given", title="Given out", unit=Unit.RATIO),
                        Column(name="activity", title="Activity", unit=Unit.RATIO),
                        Column(name="memory", title="Memory", unit=Unit.RATIO, steps=w.FULL),
                        Column(
                            name="temperature",
                            title="Temperature",
                            unit=Unit.CELSIUS,
                            steps=w.WARM,
                        ),
                        Column(name="power", title="Power of limit", unit=Unit.RATIO),
                        Column(
                            name="throttled", title="Slowed", unit=Unit.RATIO, steps=w.THROTTLED
                        ),
                    ),
                    sort="Temperature",
                ),
                _each(
                    "Activity",
                    "gpu:activity:ratio",
                    Unit.RATIO,
                    "How much of each GPU is used; one that differs from its neighbours of the "
                    "same job holds them up.",
                    width=12,
                    low=0,
                    high=1,
                ),
                _each(
                    "Memory in use",
                    "gpu:memory_used:ratio",
                    Unit.RATIO,
                    "Share of each GPU's memory in use; who takes all at once stays flat.",
                    width=12,
                    low=0,
                    high=1,
                    steps=w.FULL,
                ),
                _each(
                    "Temperature",
                    "gpu:temperature:celsius",
                    Unit.CELSIUS,
                    "Temperature of each GPU; one alone that is hot is its cooler, all of them "
                    "are the room.",
                    width=12,
                    steps=w.WARM,
                ),
                _each(
                    "Power",
                    "gpu:power:watts",
                    Unit.WATTS,
                    "Power of each board; it follows the work within a second.",
                    width=12,
                    low=0,
                ),
                _each(
                    "PCIe",
                    "gpu:pcie:bytes_per_second",
                    Unit.BYTES_PER_SECOND,
                    "PCIe traffic of each GPU, both ways together.",
                    width=12,
                    low=0,
                ),
                _each(
                    "NVLink",
                    "gpu:nvlink:bytes_per_second",
                    Unit.BYTES_PER_SECOND,
                    "NVLink traffic of each GPU, both ways and over all its links.",
                    width=12,
                    low=0,
                ),
            ),
        ),
        Row(
            "What held them up",
            (
                States(
                    title="Slowed down",
                    description="When each GPU was slowed by heat or power for a part of the time "
                    "that matters.",
                    queries=(
                        Query(
                            expr=f"gpu:throttled:ratio{{{_ON}}} > bool {w.T.throttled_ratio}",
                            legend=w.LEGEND,
                        ),
                    ),
                    unit=Unit.NONE,
                    words={"0": ("free", "green"), "1": ("slowed", "red")},
                ),
                States(
                    title="Alerts",
                    description="Which alerts fired when, on which GPU.",
                    queries=(
                        Query(
                            expr=f'ALERTS{{alertstate="firing", family!="", {_ON}}}',
                            legend="{{alertname}} GPU {{gpu}}",
                        ),
                    ),
                    unit=Unit.NONE,
                    words={"1": ("firing", "red")},
                ),
                Text(
                    title="How to read this",
                    content="A GPU that is **slowed by heat** while its neighbours are not has a "
                    "bad cooler or is badly placed. All slowed at once by the **power limit** is "
                    "what heavy work does. For the machine around the GPUs see *Host resources*.",
                ),
            ),
        ),
    ),
)
