"""Fields that NVML numbers and gives many at a time: which ones, and how to take their values."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from warpwatch.fields import events, identity
from warpwatch.fields.catalogue import FIELDS
from warpwatch.fields.field import Field, Scope
from warpwatch.samples.sample import Value
from warpwatch.sources.nvml.ask import watts

_FIELD = re.compile(r"field (\d+)")
_MEMBERS = ("dVal", "uiVal", "ulVal", "ullVal", "sllVal", "siVal", "usVal")
"""Of the union that holds a field's value, by the number of its type."""
_ALL_LINKS = 0xFFFFFFFF
_OF_LINKS = range(201, 223)
"""Counters of NVLink 5, which are kept link by link and summed up when asked for all of them."""
_RUNNING = frozenset({138, 139, 161, 162, 163})
"""Of single links, or totals where the field is a rate: not to be passed on as they are."""


def _route(field: Field) -> int | tuple[int, int] | None:
    found = _FIELD.fullmatch(field.nvml)
    if found is None or field.scope is not Scope.GPU or int(found[1]) in _RUNNING:
        return None
    number = int(found[1])
    return (number, _ALL_LINKS) if number in _OF_LINKS else number


FIELD_VALUES: Mapping[int, int | tuple[int, int]] = {
    field.id: route for field in FIELDS if (route := _route(field)) is not None
}
"""Our id → NVML's, as the catalogue has it; with its scope where it wants one."""


def error_rate(packed: int) -> float:
    """A mantissa of four bits over a power of ten."""
    return (packed >> 8 & 0xF) * 10.0 ** -(packed & 0xFF)


SCALED: Mapping[int, Callable[[Any], Value]] = {
    field.id: watts if field.unit == "W" else error_rate if field.unit == "ratio" else float
    for field in FIELDS
    if field.id in FIELD_VALUES and field.number == "float"
}

OF_THE_LIBRARY = frozenset(
    {identity.DRIVER_VERSION.id, identity.NVML_VERSION.id, events.XID_ERRORS.id}
)
"""Answered without asking the GPU: no sign that it lives."""


def number(answer: Any) -> int | float | None:
    """None: of a type that drivers to come may bring."""
    if answer.valueType >= len(_MEMBERS):
        return None
    value: int | float = getattr(answer.value, _MEMBERS[answer.valueType])
    return value
