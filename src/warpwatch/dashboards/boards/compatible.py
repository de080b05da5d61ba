"""What the dashboard 12239 shows, that every tutorial imports: by dcgm-exporter's own names, with
units, with nodes in the legends, and in panels that Grafana still has.
"""

from warpwatch.dashboards import words as w
from warpwatch.dashboards.dashboard import Begin, Dashboard, Row, Variable
from warpwatch.dashboards.panel import Query, Stat, Text, TimeSeries, Unit
from warpwatch.fields import clocks, memory, power, profiling, temperature, utilisation

_NAME = temperature.GPU_TEMP.name
_OF = 'instance=~"$instance", gpu=~"$gpu"'
_LEGEND = "{{instance}} · GPU {{gpu}}"
INSTANCE = Variable(
    name="instance", label="Instance", query=f"label_values({_NAME}, instance)", begin=Begin.FIRST
)
GPU = Variable(
    name="gpu", label="GPU", query=f'label_values({_NAME}{{instance=~"$instance"}}, gpu)'
)


def _one(name: str) -> tuple[Query, ...]:
    return (Query(expr=f"{name}{{{_OF}}}", legend=_LEGEND),)


BOARD = Dashboard(
    name="compatible",
    title="GPUs: as dcgm-exporter's dashboard",
    description="What dashboard 12239 shows, by dcgm-exporter's own names; it needs no rules.",
    variables=(INSTANCE, GPU),
    rows=(
        Row(
            "GPUs",
            (
                TimeSeries(
                    title="GPU Temperature",
                    description="Temperature of each GPU.",
                    queries=_one(_NAME),
                    unit=Unit.CELSIUS,
                    width=18,
                    steps=w.WARM,
                ),
                Stat(
                    title="GPU Avg. Temp",
                    description="Mean temperature of the chosen GPUs.",
                    queries=(Query(expr=f"avg({_NAME}{{{_OF}}})"),),
                    unit=Unit.CELSIUS,
                    width=6,
                    height=8,
                    steps=w.WARM,
                ),
                TimeSeries(
                    title="GPU Power Usage",
                    description="Power that each board draws.",
                    queries=_one(power.POWER_USAGE.name),
                    unit=Unit.WATTS,
                    width=18,
                    low=0,
                ),
                Stat(
                    title="GPU Power Total",
                    description="Power of the chosen boards together.",
                    queries=(Query(expr=f"sum({power.POWER_USAGE.name}{{{_OF}}})"),),
                    unit=Unit.WATTS,
                    width=6,
                    height=8,
                ),
                TimeSeries(
                    title="GPU SM Clocks",
                    description="Clock of the SMs; low on an idle GPU is normal.",
                    queries=_one(clocks.SM_CLOCK.name),
                    unit=Unit.MEGAHERTZ,
                    width=12,
                    low=0,
                ),
                TimeSeries(
                    title="GPU Utilization",
                    description="Share of the time in which any kernel ran, however small.",
                    queries=_one(utilisation.GPU_UTIL.name),
                    unit=Unit.PERCENT,
                    width=12,
                    low=0,
                    high=100,
                ),
                TimeSeries(
                    title="GPU Framebuffer Mem Used",
                    description="Memory in use of each GPU.",
                    queries=_one(memory.FB_USED.name),
                    unit=Unit.MEBIBYTES,
                    width=12,
                    low=0,
                ),
                TimeSeries(
                    title="Tensor Core Utilization",
                    description="Share of cycles in which tensor pipes worked.",
                    queries=_one(profiling.PROF_PIPE_TENSOR_ACTIVE.name),
                    unit=Unit.RATIO,
                    width=12,
                    low=0,
                    high=1,
                ),
                Text(
                    title="How to read this",
                    content="The same panels as dashboard 12239, under the same titles. They ask "
                    "for dcgm-exporter's own names and need no rules. **GPU Utilization says only "
                    "that something ran**: see *GPUs: one GPU* for how much of the chip it used.",
                ),
            ),
        ),
    ),
)
