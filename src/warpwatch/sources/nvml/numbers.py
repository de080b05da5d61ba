"""Values that NVML numbers and gives many at a time: which ones, and how to take them."""

import re
import struct
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from warpwatch.fields import nvlink
from warpwatch.fields.catalogue import FIELDS
from warpwatch.fields.field import Field, Scope
from warpwatch.samples.sample import Reason, Value
from warpwatch.sources.nvml.ask import watts
from warpwatch.sources.nvml.door import Refused, reason
from warpwatch.sources.nvml.prepared import Ready

Wanted = tuple[int, int]
"""NVML's number of a value, and the scope that it is of: a link, all of them, or nothing (0)."""
Answer = int | float | Reason
ALL_LINKS = 0xFFFFFFFF
FUNCTION = "nvmlDeviceGetFieldValues"

_FIELD = re.compile(r"field (\d+)")
LAYOUT = struct.Struct("@24xIiQ")
"""Of `c_nvmlFieldValue_t`: behind what was asked and when, the type of the value, the return code,
and the value as if it were of the most usual type.
"""
_USUAL = 3
_FORMS = tuple(map(struct.Struct, "dILQqiH"))
"""Of the union that holds a value, by the number of its type."""
_OF_LINKS = range(201, 223)
"""Counters of NVLink 5, which are kept link by link and summed up when asked for all of them."""
_RUNNING = frozenset({138, 139})
"""They only grow, and the fields are rates: see `rates`."""

SUMS: Mapping[int, int] = {
    nvlink.NVLINK_ERROR_DL_CRC.id: 163,
    nvlink.NVLINK_ERROR_DL_RECOVERY.id: 162,
    nvlink.NVLINK_ERROR_DL_REPLAY.id: 161,
}
"""Told of single links, and added up by us: that the driver does so is written nowhere."""


def _route(field: Field) -> Wanted | None:
    found = _FIELD.fullmatch(field.nvml)
    if found is None or field.scope is not Scope.GPU or field.id in SUMS:
        return None
    number = int(found[1])
    if number in _RUNNING:
        return None
    return number, ALL_LINKS if number in _OF_LINKS else 0


FIELD_VALUES: Mapping[int, Wanted] = {
    field.id: route for field in FIELDS if (route := _route(field)) is not None
}
"""Our id → NVML's, as the catalogue has it."""


def error_rate(packed: int) -> float:
    """A mantissa of four bits over a power of ten."""
    return (packed >> 8 & 0xF) * 10.0 ** -(packed & 0xFF)


SCALED: Mapping[int, Callable[[Any], Value]] = {
    field.id: watts if field.unit == "W" else error_rate if field.unit == "ratio" else float
    for field in FIELDS
    if field.id in FIELD_VALUES and field.number == "float"
}


def fetch(call: Ready, keys: Sequence[Wanted]) -> dict[Wanted, Answer]:
    """All in one call; if that is refused, so is each."""
    try:
        answers = call()
    except Refused as refusal:
        return dict.fromkeys(keys, refusal.reason)
    # All at once: the bindings' structures take longer to give out one member than the driver
    # takes to answer.
    return {
        key: raw if kind == _USUAL and not code else _answer(kind, code, raw)
        for key, (kind, code, raw) in zip(keys, LAYOUT.iter_unpack(answers), strict=True)
    }


def plainly(id_: int, answer: Answer) -> Value | Reason:
    return answer if isinstance(answer, Reason) else SCALED.get(id_, int)(answer)


def total(answers: Iterable[Answer]) -> Value | Reason:
    """Of what was told. A link that is down may refuse, and then had nothing to add."""
    told, refused = [], Reason.UNSUPPORTED
    for answer in answers:
        if isinstance(answer, Reason):
            refused = answer
        else:
            told.append(int(answer))
    return sum(told) if told else refused


def _answer(kind: int, code: int, raw: int) -> Answer:
    if code:
        return reason(code)
    if kind >= len(_FORMS):
        # Of a type that drivers to come may bring.
        return Reason.FAILED
    number: int | float = _FORMS[kind].unpack_from(raw.to_bytes(8, sys.byteorder))[0]
    return number
