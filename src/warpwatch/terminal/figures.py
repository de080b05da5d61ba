"""What is told in numbers. A figure is a neutral series, from wherever it comes: of a source it is
worked out as the rules would.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from warpwatch.rules.neutral import Neutral
from warpwatch.rules.normalise import NEUTRAL

Show = Callable[[float], str]

MISSING = "-"


def percent(value: float) -> str:
    return f"{value * 100:.0f}%"


def number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}".rstrip("0")


def degrees(value: float) -> str:
    return f"{value:.0f}C"


def watts(value: float) -> str:
    return f"{value:.0f}W" if value < 10_000 else f"{value / 1000:.1f}kW"


def megahertz(value: float) -> str:
    return f"{value / 1e6:.0f}MHz"


def size(value: float) -> str:
    for unit in ("B", "K", "M", "G"):
        if value < 1000:
            return f"{value:.0f}{unit}" if value >= 100 or unit == "B" else f"{value:.1f}{unit}"
        value /= 1024
    return f"{value:.1f}T"


def rate(value: float) -> str:
    return f"{size(value)}/s"


@dataclass(frozen=True, slots=True)
class Figure:
    series: str
    head: str
    show: Show
    wide: bool = False
    """Only where somebody wants to see more."""

    @property
    def key(self) -> str:
        """As programs read it, with its unit: `power_watts`."""
        return self.series.partition(":")[2].replace(":", "_")

    @property
    def name(self) -> str:
        """As people say it: `memory used`."""
        return self.series.split(":")[1].replace("_", " ")


ACTIVITY = Figure("gpu:activity:ratio", "ACTIVE", percent)
MEMORY = Figure("gpu:memory_used:bytes", "MEMORY", size)
MEMORY_TOTAL = Figure("gpu:memory_total:bytes", "OF", size)
TEMPERATURE = Figure("gpu:temperature:celsius", "TEMP", degrees)
TEMPERATURE_LIMIT = Figure("gpu:temperature_limit:celsius", "HOT-AT", degrees, wide=True)
POWER = Figure("gpu:power:watts", "POWER", watts)
POWER_LIMIT = Figure("gpu:power_limit:watts", "CAP", watts, wide=True)
SM_CLOCK = Figure("gpu:sm_clock:hertz", "SM-CLOCK", megahertz, wide=True)
TENSOR = Figure("gpu:tensor_active:ratio", "TENSOR", percent, wide=True)
DRAM = Figure("gpu:dram_active:ratio", "DRAM", percent, wide=True)

GPU: tuple[Figure, ...] = (
    ACTIVITY,
    Figure("gpu:utilisation:ratio", "UTIL", percent, wide=True),
    Figure("gpu:sm_active:ratio", "SM", percent, wide=True),
    TENSOR,
    DRAM,
    MEMORY,
    MEMORY_TOTAL,
    TEMPERATURE,
    Figure("gpu:memory_temperature:celsius", "MEM-TEMP", degrees, wide=True),
    TEMPERATURE_LIMIT,
    POWER,
    POWER_LIMIT,
    SM_CLOCK,
    Figure("gpu:pcie_received:bytes_per_second", "PCIE-RX", rate, wide=True),
    Figure("gpu:pcie_sent:bytes_per_second", "PCIE-TX", rate, wide=True),
    Figure("gpu:nvlink:bytes_per_second", "NVLINK", rate, wide=True),
    Figure("gpu:throttled:ratio", "SLOWED", percent, wide=True),
    Figure("gpu:errors:increase1h", "ERRORS-1H", number, wide=True),
)

INSTANCE: tuple[Figure, ...] = tuple(
    Figure(f"gpu_instance:{name}", head, show)
    for name, head, show in (
        ("activity:ratio", "ACTIVE", percent),
        ("sm_active:ratio", "SM", percent),
        ("tensor_active:ratio", "TENSOR", percent),
        ("dram_active:ratio", "DRAM", percent),
        ("memory_used:bytes", "MEMORY", size),
    )
)


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure of a place, and how it is made of those of GPUs."""

    figure: Figure
    how: str
    """`count`, `mean`, `sum`, `max` or `idle`; empty where only Prometheus can."""
    of: str = ""
    """The key of the GPUs' figure."""


NODE: tuple[Sum, ...] = (
    Sum(Figure("node:gpus:count", "GPUS", number), "count"),
    Sum(Figure("node:unmetered:sum", "SILENT", number), ""),
    Sum(Figure("node:activity:avg", "ACTIVE", percent), "mean", ACTIVITY.key),
    Sum(Figure("node:sm_active:avg", "SM", percent, wide=True), "mean", "sm_active_ratio"),
    Sum(Figure("node:tensor_active:avg", "TENSOR", percent, wide=True), "mean", TENSOR.key),
    Sum(Figure("node:dram_active:avg", "DRAM", percent, wide=True), "mean", DRAM.key),
    Sum(Figure("node:allocated:sum", "TAKEN", number), ""),
    Sum(Figure("node:idle_allocated:sum", "IDLE", number), ""),
    Sum(Figure("node:memory_used_bytes:sum", "MEMORY", size), "sum", MEMORY.key),
    Sum(Figure("node:memory_total_bytes:sum", "OF", size), "sum", MEMORY_TOTAL.key),
    Sum(Figure("node:temperature_celsius:max", "HOTTEST", degrees), "max", TEMPERATURE.key),
    Sum(Figure("node:power_watts:sum", "POWER", watts), "sum", POWER.key),
    Sum(Figure("node:throttled:avg", "SLOWED", percent, wide=True), ""),
    Sum(Figure("node:nvlink_bytes:sum", "NVLINK", rate, wide=True), "sum",
        "nvlink_bytes_per_second"),
    Sum(Figure("node:errors_increase1h:sum", "ERRORS-1H", number, wide=True), ""),
)  # fmt: skip

WORK: tuple[Sum, ...] = (
    Sum(Figure("workload:gpus:sum", "GPUS", number), "count"),
    Sum(Figure("workload:activity:avg", "ACTIVE", percent), "mean", ACTIVITY.key),
    Sum(Figure("workload:idle_gpus:sum", "IDLE", number), "idle", ACTIVITY.key),
    Sum(Figure("workload:memory_used_bytes:sum", "MEMORY", size), "sum", MEMORY.key),
    Sum(Figure("workload:power_watts:sum", "POWER", watts), "sum", POWER.key),
)

SOURCES: Mapping[str, Neutral] = {
    neutral.series: neutral
    for neutral in NEUTRAL
    if neutral.series in {figure.series for figure in GPU}
    or neutral.name in {"engine_active:ratio", "memory_free:bytes"}
}
"""Those that a source can be asked for."""


def fields() -> Iterator[int]:
    """What to ask of a source, for all of them."""
    for neutral in SOURCES.values():
        yield from (field.id for field in (*neutral.fields, *neutral.added))
