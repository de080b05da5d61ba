"""What a neutral series is, and the expression that makes it of what exporters say.

A series says its unit, and its source says the unit that it has: the factor between them is
never typed. Device-wide values that are repeated for each MIG instance or pod count once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from warpwatch.fields.field import Field
from warpwatch.rules.model import Record
from warpwatch.rules.source import GPU, INSTANCE, joined, placed, replaced

SLICES = 7
"""Compute slices of a GPU that is divided."""
_SIZES = (1, 2, 3, 4, 7)
"""Of these an instance may have so many."""

_FACTORS: Mapping[tuple[str, str], str] = {
    ("MHz", "hertz"): "* 1e6",
    ("%", "ratio"): "/ 100",
    ("ratio", "ratio"): "",
    ("mJ", "joules"): "/ 1e3",
    ("W", "watts"): "",
    ("C", "celsius"): "",
    ("MiB", "bytes"): "* 1048576",
    ("KB/s", "bytes_per_second"): "* 1e3",
    ("MB/s", "bytes_per_second"): "* 1e6",
    ("bytes/s", "bytes_per_second"): "",
    ("ns", "seconds"): "/ 1e9",
}
"""From a field's unit to ours."""
_PLAIN = ("", "total", "bool", "code", "generation", "lanes")


def in_unit(value: float, field: Field, unit: str) -> float:
    """The same as the rules do, for whoever reads a field itself."""
    sign, _, factor = _FACTORS.get((field.unit, unit), "").partition(" ")
    match sign:
        case "*":
            return value * float(factor)
        case "/":
            return value / float(factor)
        case _:
            return value


_SELDOM = ("total", "bool", "code", "generation", "lanes")


class Reach(StrEnum):
    DEVICE = "device"
    """Of the whole GPU, however often it is repeated."""
    SUM = "sum"
    """Of a GPU that is divided the sum over its instances."""
    SHARE = "share"
    """Likewise, each instance by its slices of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neutral:
    name: str
    """Without the level: `temperature:celsius`."""
    unit: str
    help: str
    fields: tuple[Field, ...] = ()
    """The first that an exporter has counts; the later ones stand in for it."""
    added: tuple[Field, ...] = ()
    """Fields that make it together, in place of those."""
    reach: Reach = Reach.DEVICE
    matchers: str = ""
    extra: tuple[str, ...] = ()
    """Labels beside those of the GPU."""
    of_work: bool = False
    """Whether it says what a GPU does, and not how it is."""

    @property
    def seldom(self) -> bool:
        """Whether it changes seldom, or only grows: a limit, a state, a count of errors."""
        what, unit = self.name.split(":")
        return unit in _SELDOM or what.endswith(("_limit", "_max"))

    @property
    def series(self) -> str:
        return f"gpu:{self.name}"

    def records(self) -> Iterator[Record]:
        if self.reach is Reach.DEVICE:
            yield self._record(self.series, self._device())
            return
        part = f"gpu_instance:{self.name}"
        yield self._record(part, self._instances(), f"{self.help} Of a MIG instance by itself.")
        yield self._record(self.series, _sum(part) if self.reach is Reach.SUM else _share(part))

    def _record(self, name: str, expr: str, text: str = "") -> Record:
        return Record(name=name, expr=expr, unit=self.unit, help=text or self.help)

    def _device(self) -> str:
        labels = ", ".join((*GPU, *self.extra))
        if self.added:
            return " + ".join(self._one(field, labels) for field in self.added)
        return " or ".join(self._one(field, labels) for field in self.fields)

    def _one(self, field: Field, labels: str) -> str:
        selector = f"{field.name}{{{self.matchers}}}" if self.matchers else field.name
        return f"max by ({labels}) ({joined(selector)}){self._factor(field)}"

    def _instances(self) -> str:
        (field,) = self.fields
        ids = replaced(joined(field.name), "mig_id", "GPU_I_ID")
        named = replaced(ids, "mig_profile", "GPU_I_PROFILE")
        return f"max by ({', '.join(INSTANCE)}) ({named}){self._factor(field)}"

    def _factor(self, field: Field) -> str:
        if self.unit in _PLAIN and field.unit in {"", "lanes"}:
            return ""
        factor = _FACTORS[field.unit, self.unit]
        return f" {factor}" if factor else ""


def _sum(part: str) -> str:
    return f"sum by ({', '.join(GPU)}) ({part})"


def _share(part: str) -> str:
    return f"sum by ({', '.join(GPU)}) ({by_slices(lambda matcher: f'{part}{{{matcher}}}')})"


def by_slices(of: Callable[[str], str]) -> str:
    """Each with what it is of the whole GPU: of a MIG instance its slices."""
    whole = of('mig_profile=""')
    sizes = {size: f'mig_profile=~"{size}g[.].*"' for size in _SIZES}
    return " or ".join(
        (whole, *(f"{of(of_size)} * {n} / {SLICES}" for n, of_size in sizes.items()))
    )


def of_ours(
    name: str, series: str, text: str, unit: str = "", extra: tuple[str, ...] = ()
) -> Record:
    """Of our exporter's own families, which are there even for a GPU that cannot be read."""
    labels = ", ".join(("cluster", "node", "gpu", "uuid", *extra))
    named = replaced(placed(series), "uuid", "UUID")
    return Record(name=f"gpu:{name}", expr=f"max by ({labels}) ({named})", help=text, unit=unit)
