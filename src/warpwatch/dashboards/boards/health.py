"""What is broken, what is about to be, and since when."""

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

_ON = w.ON_NODE
_XIDS = f"gpu:xid_errors:total{{{_ON}}}"
_LAST = f"gpu:xid_last:seconds{{{_ON}}}"
_AGE = f"(time() - {_LAST})"
_SHOWN = f"{_LAST} > {w.FROM}"
_OURS = f'family=~"hardware|thermal|monitoring", {_ON}'
"""What is wasted is on other boards, and of that there is much."""
_OF_DAY = f"({_LAST} > time() - 86400)"
"""When, of codes of the last day."""
_SEVERITIES = {"3": ("critical", RED), "2": ("warning", AMBER), "1": ("info", "blue")}
"""As numbers, which sort by what they mean."""


def _count(title: str, description: str, expr: str, color: str = RED) -> Stat:
    return Stat(
        title=title,
        description=description,
        queries=(Query(expr=f"count({expr}) or vector(0)"),),
        unit=Unit.COUNT,
        steps=(Step(0, GREEN), Step(1, color)),
        spark=False,
    )


def _ranked(by: str) -> str:
    told = {rank: f'severity="{severity}", {_OURS}' for rank, (severity, _) in _SEVERITIES.items()}
    ranks = (f"{w.firing(matchers)} * {rank}" for rank, matchers in told.items())
    return f"max by ({by}) ({' or '.join(ranks)})"


def _seen(title: str, description: str, kinds: str) -> TimeSeries:
    return TimeSeries(
        title=title,
        description=description,
        queries=(
            Query(
                expr=f'gpu:errors_seen:increase5m{{kind=~"{kinds}", {_ON}}}',
                legend="{{kind}} " + w.LEGEND,
            ),
        ),
        unit=Unit.COUNT,
        width=12,
        low=0,
        links={"This GPU": w.to_gpu()},
    )


BOARD = Dashboard(
    name="health",
    title="GPUs: health and XID",
    description="What is broken, what is about to be, and since when.",
    variables=(w.CLUSTER, w.NODE),
    alerts=w.firing(f'family=~"hardware|thermal", {_ON}'),
    since="now-24h",
    rows=(
        Row(
            "Now",
            (
                _count(
                    "Critical",
                    "Alerts that wake somebody up and fire now.",
                    w.firing(f'severity="critical", {_OURS}'),
                ),
                _count(
                    "Warnings",
                    "Alerts for the day that fire now.",
                    w.firing(f'severity="warning", {_OURS}'),
                    AMBER,
                ),
                _count(
                    "Lost or hung",
                    "GPUs that cannot be read, as our exporter tells.",
                    f"gpu:collect_success:bool{{{_ON}}} == 0",
                ),
                _count(
                    "Need a reset",
                    "GPUs for which the driver wants something done.",
                    f"gpu:recovery_action:code{{{_ON}}} > 0",
                ),
                _count(
                    "Rows to remap",
                    "GPUs with a row that is replaced at the next reset.",
                    f"gpu:row_remap_pending:bool{{{_ON}}} > 0",
                    AMBER,
                ),
                _count(
                    "Too hot",
                    "GPUs that are slowed by heat for a part of the time that matters.",
                    f"gpu:throttled_thermal_hardware:ratio{{{_ON}}} > {w.T.throttled_ratio} "
                    f"or gpu:throttled_thermal_software:ratio{{{_ON}}} > {w.T.throttled_ratio}",
                ),
            ),
        ),
        Row(
            "Alerts",
            (
                Table(
                    title="Firing",
                    description="What fires now of hardware, heat and monitoring, and where; "
                    "`warpwatch explain alert NAME` says what to do.",
                    queries=(Query(expr=_ranked("alertname, node, gpu"), legend="severity"),),
                    unit=Unit.NONE,
                    by=("alertname", "node", "gpu"),
                    columns=(
                        Column(name="severity", title="Severity", words=_SEVERITIES),
                        Column(name="alertname", title="Alert"),
                        Column(name="node", title="Node", link=w.to_node("${__value.text}")),
                        Column(
                            name="gpu",
                            title="GPU",
                            link=w.to_gpu("${__data.fields.Node}", "${__value.text}"),
                        ),
                    ),
                    sort="Severity",
                    width=10,
                ),
                States(
                    title="Alerts over time",
                    description="What fired when, an alert of a GPU a line.",
                    queries=(
                        Query(
                            expr=_ranked("alertname, node, gpu"),
                            legend="{{alertname}} {{node}} {{gpu}}",
                        ),
                    ),
                    unit=Unit.NONE,
                    words=_SEVERITIES,
                    width=14,
                    height=10,
                ),
            ),
        ),
        Row(
            "XID",
            (
                Table(
                    title="XIDs of the last day",
                    description="By code and GPU; `warpwatch explain xid N` says who acts and what "
                    "to run.",
                    queries=(
                        Query(
                            # The series of a code begins with its first time: no increase. It
                            # stays for as long as its exporter runs.
                            expr=f"max by (node, gpu, xid) ((increase({_XIDS}[1d]) > 0 or {_XIDS})"
                            f" and on (cluster, uuid, xid) {_OF_DAY})",
                            legend="times",
                        ),
                        Query(
                            expr=f"max by (node, gpu, xid) {_OF_DAY} * 1000",
                            legend="last",
                        ),
                    ),
                    unit=Unit.NONE,
                    by=("node", "gpu", "xid"),
                    columns=(
                        Column(name="xid", title="XID"),
                        Column(name="node", title="Node", link=w.to_node("${__value.text}")),
                        Column(
                            name="gpu",
                            title="GPU",
                            link=w.to_gpu("${__data.fields.Node}", "${__value.text}"),
                        ),
                        Column(name="times", title="Times", unit=Unit.COUNT),
                        Column(name="last", title="Last", unit=Unit.AGO),
                    ),
                    sort="Last",
                    width=10,
                ),
                States(
                    title="XIDs over time",
                    description="When a code was reported in two minutes, as our exporter tells; "
                    "only codes of the shown time.",
                    queries=(
                        Query(
                            expr=f"max by (node, gpu, xid) ({_AGE} < bool 120 and {_SHOWN})",
                            legend="XID {{xid}} " + w.LEGEND,
                        ),
                    ),
                    unit=Unit.NONE,
                    words={"0": ("none", "transparent"), "1": ("reported", "red")},
                    width=14,
                    height=10,
                ),
                Text(
                    title="How to read this",
                    content="XID **13, 31, 43, 45** are mostly the program's fault; **48, 63, 64, "
                    "94, 95** are memory; **74** is NVLink; **79** is a GPU that has fallen off "
                    "the bus; **119, 120** is the GPU's own processor. A code again and again on "
                    "one GPU with different programs is the GPU.",
                ),
            ),
        ),
        Row(
            "Memory and links",
            (
                _seen(
                    "ECC errors",
                    "Memory errors of five minutes, by GPU; corrected ones foretell the others.",
                    "ecc_.*",
                ),
                _seen(
                    "Errors of links",
                    "PCIe retries, NVLink replays and recoveries of five minutes, by GPU.",
                    "pcie_.*|nvlink_.*",
                ),
                Table(
                    title="Rows replaced",
                    description="Rows of memory replaced by spares, in the board's life; an alert "
                    "comes well before the spares are used up.",
                    queries=tuple(
                        Query(
                            expr=f"max by (node, gpu) (gpu:rows_remapped_{kind}:total{{{_ON}}}"
                            " > 0)",
                            legend=kind,
                        )
                        for kind in ("corrected", "uncorrected")
                    ),
                    unit=Unit.COUNT,
                    by=("node", "gpu"),
                    columns=(
                        Column(name="node", title="Node", link=w.to_node("${__value.text}")),
                        Column(
                            name="gpu",
                            title="GPU",
                            link=w.to_gpu("${__data.fields.Node}", "${__value.text}"),
                        ),
                        Column(name="corrected", title="Early", unit=Unit.COUNT),
                        Column(
                            name="uncorrected",
                            title="After an error",
                            unit=Unit.COUNT,
                            steps=(Step(0, GREEN), Step(w.T.rows_remapped, RED)),
                        ),
                    ),
                    sort="After an error",
                    width=12,
                    height=8,
                ),
                TimeSeries(
                    title="Nodes with the fewest NVLinks up",
                    description="Links that are not down, of the GPU of each node that has the "
                    "fewest: the ten lowest nodes, and a fall is what counts.",
                    queries=(
                        Query(expr=f"bottomk(10, node:nvlinks_up:min{{{_ON}}})", legend="{{node}}"),
                    ),
                    unit=Unit.COUNT,
                    width=12,
                    low=0,
                    links={"Node": w.to_node()},
                ),
            ),
        ),
    ),
)
