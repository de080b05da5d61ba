"""What differs between the generations of dcgm-exporter, as data."""

from collections.abc import Callable
from dataclasses import dataclass

from warpwatch.expo.text import Number, fixed, six_decimals


@dataclass(frozen=True, slots=True)
class Era:
    name: str
    hostname: str
    """Name of the label that carries the node."""
    by_name: bool
    """Families sorted by name; otherwise by field id."""
    number: Callable[[Number], str]
    plain: bool
    """Whether `number` does what % does: integers as they are, doubles with six decimals."""
    corrected: bool
    """Whether types that were wrong are right: windowed counts and rates as gauges."""
    xid_before_first: bool
    """Whether the last-XID gauge stands at 0 before there was one."""
    cpu_serial: bool
    """Whether CPUs carry their serial number as a label."""


ERAS = {
    era.name: era
    for era in (
        Era(
            name="classic",
            hostname="Hostname",
            by_name=False,
            number=fixed,
            plain=True,
            corrected=False,
            xid_before_first=True,
            cpu_serial=False,
        ),
        Era(
            name="4.8.3",
            hostname="hostname",
            by_name=True,
            number=six_decimals,
            plain=False,
            corrected=True,
            xid_before_first=False,
            cpu_serial=True,
        ),
    )
}
