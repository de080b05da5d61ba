"""One metric: its spellings, its unit, what it means and what it does not."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    GAUGE = "gauge"
    COUNTER = "counter"
    LABEL = "label"


class Number(StrEnum):
    """How DCGM holds the value; integers and doubles print differently on the page."""

    INT = "int"
    FLOAT = "float"
    TEXT = "text"


class Scope(StrEnum):
    """Which entity the field belongs to."""

    GPU = "gpu"
    LINK = "link"
    SWITCH = "switch"
    CPU = "cpu"
    CORE = "core"


DERIVED_FROM = 9000
"""From here on ids are private to exporters, and most such fields are worked out by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    id: int
    name: str
    """The classic spelling, that of dcgm-exporter up to 4.8.2."""
    kind: Kind
    number: Number
    unit: str
    """Of the value under the classic name: `MHz`, `%`, `ratio`, `MiB`, `mJ`, or empty."""
    help: str
    canonical: str = ""
    """The spelling of DCGM 4.6 where it differs."""
    legacy: str = ""
    """The lower-case 1.x spelling, where there was one."""
    aliases: tuple[str, ...] = ()
    """Older names of DCGM's own, which lists may still hold."""
    scope: Scope = Scope.GPU
    per_instance: bool = False
    """Whether a MIG instance has a value of its own; other GPU fields are board-wide."""
    listed: bool = False
    """Whether dcgm-exporter's CSV lists it, be it commented out."""
    default: bool = False
    """Whether it is emitted by default."""
    corrected: Kind | None = None
    """The type that 4.8.3 gives it, where that differs from `kind`."""
    nvml: str = ""
    """How NVML gives it; empty: only DCGM can."""
    traps: tuple[str, ...] = ()
    better: str = ""
    """Name of the field to prefer, and in a word why, where there is one."""

    @property
    def derived(self) -> bool:
        return self.id >= DERIVED_FROM

    @property
    def asked(self) -> bool:
        """Of a source: not so what an exporter works out by itself."""
        return not self.derived or bool(self.nvml)
