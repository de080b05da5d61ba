"""The catalogue: every metric once, gathered from the families by their module-level names.

A field is one line in a family's module and nothing else; a family is one module and one line here.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType, ModuleType

from warpwatch.fields import (
    base_units,
    clocks,
    connectx,
    cpu,
    derived,
    ecc,
    events,
    fabric,
    identity,
    memory,
    mig,
    nvlink,
    nvlink_links,
    nvswitch,
    pcie,
    power,
    processes,
    profiling,
    rows,
    temperature,
    utilisation,
)
from warpwatch.fields.field import Field


def _declared(family: ModuleType) -> Iterator[Field]:
    for value in vars(family).values():
        if isinstance(value, Field):
            yield value
        elif isinstance(value, tuple):
            yield from (member for member in value if isinstance(member, Field))


FAMILIES: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {
        title: tuple(sorted(_declared(family), key=lambda field: field.id))
        for title, family in (
            ("Clocks", clocks),
            ("Temperature", temperature),
            ("Power", power),
            ("Utilisation", utilisation),
            ("Profiling", profiling),
            ("Memory", memory),
            ("Processes", processes),
            ("Errors and events", events),
            ("ECC", ecc),
            ("Row remapping and page retirement", rows),
            ("PCIe", pcie),
            ("NVLink", nvlink),
            ("NVLink by link", nvlink_links),
            ("Fabric and chip-to-chip", fabric),
            ("NVSwitch", nvswitch),
            ("MIG and vGPU", mig),
            ("Grace CPU", cpu),
            ("ConnectX", connectx),
            ("Base units (DCGM 4.6.1)", base_units),
            ("Derived by the exporter", derived),
            ("Identity", identity),
        )
    }
)

FIELDS: tuple[Field, ...] = tuple(
    sorted((field for family in FAMILIES.values() for field in family), key=lambda field: field.id)
)
BY_ID: Mapping[int, Field] = MappingProxyType({field.id: field for field in FIELDS})
DEFAULT: tuple[Field, ...] = tuple(field for field in FIELDS if field.default)
