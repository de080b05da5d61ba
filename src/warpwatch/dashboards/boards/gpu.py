"""One GPU: everything that is known of it, beside the limits that it has."""

from warpwatch.dashboards import words as w
from warpwatch.dashboards.dashboard import Dashboard, Row
from warpwatch.dashboards.panel import (
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

_OF = w.OF_GPU
_RATE = w.RATE


def _one(series: str, legend: str = w.LEGEND) -> Query:
    return Query(expr=f"{series}{{{_OF}}}", legend=legend)


def _increase(series: str, legend: str) -> Query:
    return Query(expr=f"increase({series}{{{_OF}}}[{_RATE}])", legend=legend)


_USE = Row(
    "Use",
    (
        TimeSeries(
            title="Busy, and doing what",
            description="GPU_UTIL says that any kernel ran, however small; the others say how "
            "much of the chip it used.",
            queries=(
                _one("gpu:utilisation:ratio", "any kernel (UTIL) " + w.LEGEND),
                _one("gpu:sm_active:ratio", "SMs " + w.LEGEND),
                _one("gpu:tensor_active:ratio", "tensor pipes " + w.LEGEND),
                _one("gpu:dram_active:ratio", "memory " + w.LEGEND),
                _one("gpu:sm_occupancy:ratio", "occupancy " + w.LEGEND),
            ),
            unit=Unit.RATIO,
            width=16,
            height=9,
            low=0,
            high=1,
        ),
        Text(
            title="How to read this",
            content="- **UTIL 100 %, SMs low**: one small kernel, or waiting for another rank.\n"
            "- **SMs high, tensor low**: work that tensor pipes do not do, or waits in kernels.\n"
            "- **Memory above 60 %, tensor low**: limited by memory; normal for generating text.\n"
            "- **Occupancy** need not be high: matrix kernels run well at 10 to 25 %.",
            width=8,
            height=9,
        ),
        TimeSeries(
            title="Utilisation",
            description="Share of the time in which any kernel ran, as nvidia-smi shows it.",
            queries=(_one("gpu:utilisation:ratio"),),
            unit=Unit.RATIO,
            low=0,
            high=1,
        ),
        TimeSeries(
            title="Memory in use",
            description="Share of the memory in use; near the top the next allocation may fail.",
            queries=(_one("gpu:memory_used:ratio"),),
            unit=Unit.RATIO,
            low=0,
            high=1,
            steps=w.FULL,
        ),
        TimeSeries(
            title="Tensor pipes",
            description="Share of cycles in which tensor pipes worked; above 0.9 there is no more.",
            queries=(_one("gpu:tensor_active:ratio"),),
            unit=Unit.RATIO,
            low=0,
            high=1,
        ),
    ),
)
_OWNERS = Table(
    title="Who has it",
    description="Pods, jobs and users that have the GPU or a MIG instance of it; a click leads to "
    "what else they have.",
    queries=(Query(expr=f"gpu_owner:share:ratio{{{_OF}}}", legend="share"),),
    unit=Unit.NONE,
    by=(
        "node",
        "gpu",
        "mig_profile",
        "workload_namespace",
        "workload_pod",
        "workload_job",
        "workload_user",
        "team",
    ),
    columns=(
        Column(name="node", title="Node"),
        Column(name="gpu", title="GPU"),
        Column(name="mig_profile", title="MIG"),
        Column(name="workload_namespace", title="Namespace"),
        Column(
            name="workload_pod",
            title="Pod",
            link=w.to_pod("${__data.fields.Namespace}", "${__value.text}"),
        ),
        Column(name="workload_job", title="Job", link=w.to_job("${__value.text}")),
        Column(name="workload_user", title="User"),
        Column(name="team", title="Team"),
        Column(name="share", title="Share", unit=Unit.RATIO),
    ),
    sort="Share",
    height=6,
)
_HEAT = Row(
    "Heat, power, clocks",
    (
        TimeSeries(
            title="Temperature",
            description="Temperature of the GPU and of its memory, with the board's own limit "
            "where it tells one.",
            queries=(
                _one("gpu:temperature:celsius"),
                _one("gpu:memory_temperature:celsius", "memory " + w.LEGEND),
                _one("gpu:temperature_limit:celsius", "limit " + w.LEGEND),
            ),
            unit=Unit.CELSIUS,
            steps=w.WARM,
        ),
        TimeSeries(
            title="Room before it slows down",
            description="How much warmer the GPU may become; at 0 it slows down.",
            queries=(_one("gpu:temperature_margin:celsius"),),
            unit=Unit.CELSIUS,
            steps=w.MARGIN,
        ),
        TimeSeries(
            title="Power",
            description="Power that the board draws, and what it may draw.",
            queries=(
                _one("gpu:power:watts"),
                _one("gpu:power_limit:watts", "limit " + w.LEGEND),
            ),
            unit=Unit.WATTS,
            low=0,
        ),
        TimeSeries(
            title="SM clock",
            description="Clock of the SMs, and their highest; low on an idle GPU is normal.",
            queries=(
                _one("gpu:sm_clock:hertz"),
                _one("gpu:sm_clock_max:hertz", "highest " + w.LEGEND),
            ),
            unit=Unit.HERTZ,
            low=0,
        ),
        TimeSeries(
            title="Memory clock",
            description="Clock of the memory; constant under load, it says nothing of the work.",
            queries=(_one("gpu:memory_clock:hertz"),),
            unit=Unit.HERTZ,
            low=0,
        ),
        TimeSeries(
            title="Slowed down, by reason",
            description="Share of the last five minutes in which each reason held the clocks down.",
            queries=tuple(
                _one(f"gpu:throttled_{reason}:ratio", f"{text} {w.LEGEND}")
                for reason, text in (
                    ("power_cap", "power limit"),
                    ("thermal_software", "heat, gently"),
                    ("thermal_hardware", "heat, hard"),
                    ("power_brake", "power supply"),
                )
            ),
            unit=Unit.RATIO,
            low=0,
            high=1,
            steps=w.THROTTLED,
        ),
    ),
)
_LINKS = Row(
    "Links",
    (
        TimeSeries(
            title="PCIe to the GPU",
            description="Traffic from the host to the GPU: data that it is fed with.",
            queries=(_one("gpu:pcie_received:bytes_per_second"),),
            unit=Unit.BYTES_PER_SECOND,
            low=0,
        ),
        TimeSeries(
            title="PCIe from the GPU",
            description="Traffic from the GPU to the host: results and checkpoints.",
            queries=(_one("gpu:pcie_sent:bytes_per_second"),),
            unit=Unit.BYTES_PER_SECOND,
            low=0,
        ),
        TimeSeries(
            title="NVLink",
            description="Traffic to other GPUs, both ways and over all links.",
            queries=(_one("gpu:nvlink:bytes_per_second"),),
            unit=Unit.BYTES_PER_SECOND,
            low=0,
        ),
        TimeSeries(
            title="Links, as a share of what they carry",
            description="PCIe by generation and lanes in use, NVLink by the links that are up; "
            "near 1 the link is what is waited for.",
            queries=(
                _one("gpu:pcie_of_limit:ratio", "PCIe " + w.LEGEND),
                _one("gpu:nvlink_of_limit:ratio", "NVLink " + w.LEGEND),
            ),
            unit=Unit.RATIO,
            low=0,
        ),
        TimeSeries(
            title="NVLinks that are up",
            description="Links that are not down, as our exporter tells; it should never change.",
            queries=(_one("gpu:nvlinks_up:count"),),
            unit=Unit.COUNT,
            low=0,
        ),
        TimeSeries(
            title="Errors of links",
            description="PCIe retries, NVLink replays and checksum errors, as they come.",
            queries=(
                _increase("gpu:pcie_replays:total", "PCIe retries " + w.LEGEND),
                _increase("gpu:nvlink_replay_errors:total", "NVLink replays " + w.LEGEND),
                _increase("gpu:nvlink_crc_flit_errors:total", "NVLink checksums " + w.LEGEND),
            ),
            unit=Unit.COUNT,
            low=0,
        ),
    ),
)
_HEALTH = Row(
    "Health",
    (
        TimeSeries(
            title="ECC errors",
            description="Memory errors that were mended, and those that were not, as they come.",
            queries=(
                _increase("gpu:ecc_corrected_volatile:total", "mended " + w.LEGEND),
                _increase("gpu:ecc_uncorrected_volatile:total", "not mended " + w.LEGEND),
            ),
            unit=Unit.COUNT,
            low=0,
        ),
        States(
            title="XID",
            description="When the driver reported which error; "
            "`warpwatch explain xid N` says what it means.",
            queries=(
                Query(
                    expr="max by (node, gpu, xid) "
                    f"((time() - gpu:xid_last:seconds{{{_OF}}}) < bool 120)",
                    legend="XID {{xid}} " + w.LEGEND,
                ),
            ),
            unit=Unit.NONE,
            words={"0": ("none", "green"), "1": ("reported", "red")},
            width=8,
        ),
        States(
            title="Alerts",
            description="Which alerts fired when.",
            queries=(
                Query(
                    expr=f'ALERTS{{alertstate="firing", family!="", {_OF}}}',
                    legend="{{alertname}} " + w.LEGEND,
                ),
            ),
            unit=Unit.NONE,
            words={"1": ("firing", "red")},
            width=8,
        ),
    ),
)

BOARD = Dashboard(
    name="gpu",
    title="GPUs: one GPU",
    description="Everything that is known of a GPU, beside the limits that it has.",
    variables=(w.CLUSTER, w.ONE_NODE, w.GPU),
    alerts=w.firing(_OF),
    rows=(
        Row(
            "Now",
            (
                Stat(
                    title="Activity",
                    description="How much of the GPU is used, by the best that is measured.",
                    queries=(_one("gpu:activity:ratio"),),
                    unit=Unit.RATIO,
                    low=0,
                    high=1,
                ),
                Stat(
                    title="Memory",
                    description="Share of the memory in use.",
                    queries=(_one("gpu:memory_used:ratio"),),
                    unit=Unit.RATIO,
                    low=0,
                    high=1,
                    steps=w.FULL,
                ),
                Stat(
                    title="Temperature",
                    description="Temperature of the GPU.",
                    queries=(_one("gpu:temperature:celsius"),),
                    unit=Unit.CELSIUS,
                    steps=w.WARM,
                ),
                Stat(
                    title="Power of limit",
                    description="Power drawn, as a share of what the board may draw.",
                    queries=(_one("gpu:power_of_limit:ratio"),),
                    unit=Unit.RATIO,
                    low=0,
                    high=1,
                ),
                Stat(
                    title="Errors in an hour",
                    description="XIDs and uncorrected ECC errors of the last hour.",
                    queries=(_one("gpu:errors:increase1h"),),
                    unit=Unit.COUNT,
                    decimals=0,
                    steps=(Step(0, GREEN), Step(0.5, RED)),
                ),
                Stat(
                    title="Can be read",
                    description="Whether our exporter reads it; of others it is not known.",
                    queries=(_one("gpu:collect_success:bool"),),
                    unit=Unit.NONE,
                    words={"0": ("no", "red"), "1": ("yes", "green")},
                    spark=False,
                ),
            ),
        ),
        Row("Who", (_OWNERS,)),
        _USE,
        _HEAT,
        _LINKS,
        _HEALTH,
    ),
)
