"""Short forms for declaring fields, so that a family's module reads like a table.

By position stands what every field has: id, classic name, unit, help. By keyword stands
what only some have. A field that is emitted by default is of course listed as well.
"""

from typing import TypedDict, Unpack

from warpwatch.fields.field import Field, Kind, Number, Scope


class Details(TypedDict, total=False):
    canonical: str
    legacy: str
    aliases: tuple[str, ...]
    scope: Scope
    per_instance: bool
    listed: bool
    default: bool
    corrected: Kind
    nvml: str
    traps: tuple[str, ...]
    better: str


def gauge(number: int, name: str, unit: str, text: str, **details: Unpack[Details]) -> Field:
    return Field(
        id=number,
        name=name,
        kind=Kind.GAUGE,
        number=Number.INT,
        unit=unit,
        help=text,
        **_complete(details),
    )


def measure(number: int, name: str, unit: str, text: str, **details: Unpack[Details]) -> Field:
    """A gauge that DCGM holds as a double."""
    return Field(
        id=number,
        name=name,
        kind=Kind.GAUGE,
        number=Number.FLOAT,
        unit=unit,
        help=text,
        **_complete(details),
    )


def ratio(number: int, name: str, text: str, **details: Unpack[Details]) -> Field:
    """A share of a whole, (0 to 1)."""
    return measure(number, name, "ratio", text, **details)


def counter(number: int, name: str, unit: str, text: str, **details: Unpack[Details]) -> Field:
    return Field(
        id=number,
        name=name,
        kind=Kind.COUNTER,
        number=Number.INT,
        unit=unit,
        help=text,
        **_complete(details),
    )


def label(number: int, name: str, text: str, **details: Unpack[Details]) -> Field:
    """A text that becomes a label of the entity's other series."""
    return Field(
        id=number,
        name=name,
        kind=Kind.LABEL,
        number=Number.TEXT,
        unit="",
        help=text,
        **_complete(details),
    )


def _complete(details: Details) -> Details:
    if details.get("default"):
        details["listed"] = True
    return details
