"""Which fields to collect: dcgm-exporter's three-column CSV, or the built-in list.

A series is named as its row spells the field, whatever the era of that spelling, so a
list that has served for years keeps every name it ever gave.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from warpwatch.errors import InputError
from warpwatch.fields import spellings
from warpwatch.fields.catalogue import FIELDS
from warpwatch.fields.field import Field, Number

COLUMNS = 3
TYPES = ("gauge", "counter", "label", "untyped", "histogram", "summary")
_SCALARS = ("histogram", "summary")
"""dcgm-exporter takes these words and prints one number; such a family can only be untyped."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One row: a field, under the name and the type that its row gives it."""

    field: Field
    name: str
    type: str
    help: str

    @property
    def is_label(self) -> bool:
        return self.type == "label"


def built_in() -> tuple[Counter, ...]:
    return tuple(
        Counter(field, field.name, str(field.kind), field.help) for field in FIELDS if field.default
    )


def read(text: str, where: str) -> tuple[Counter, ...]:
    """The rows of a CSV; the first fault stops it with its line and column."""
    counters: dict[str, Counter] = {}
    lines: dict[str, int] = {}
    for number, row in _rows(text, where):
        counter = _counter(row, f"{where}, line {number}")
        if counter.name in counters:
            raise InputError(
                f"{where}, line {number}, column 1",
                f"{counter.name} is listed twice, first in line {lines[counter.name]}",
                hint="delete one of the two rows",
            )
        counters[counter.name] = counter
        lines[counter.name] = number
    if not counters:
        # More likely a file that is just being written than somebody's wish for an empty page.
        raise InputError(where, "names no field", hint="add a row: field, type, help")
    return tuple(counters.values())


def _rows(text: str, where: str) -> Iterator[tuple[int, list[str]]]:
    # A row ends with its line here, as it does in every list in the field: a quote that is
    # never closed is then an error of its own line, not of the last one.
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            (row,) = csv.reader([line.strip()], skipinitialspace=True, strict=True)
        except (csv.Error, ValueError) as error:
            raise InputError(
                f"{where}, line {number}",
                f"not a CSV row: {error}",
                hint='a help text that contains a comma or a quote stands in "…", quotes doubled',
            ) from error
        yield number, [cell.strip() for cell in row]


def _counter(row: list[str], place: str) -> Counter:
    if len(row) != COLUMNS:
        more = len(row) > COLUMNS
        raise InputError(
            f"{place}, column {COLUMNS + 1 if more else len(row)}",
            f"{len(row)} columns where there must be three: field, type, help",
            hint='put a help text that contains commas in "…"' if more else "",
        )
    name, word, text = row
    field = spellings.resolve(name)
    if field is None:
        nearest = spellings.nearest(name)
        raise InputError(
            f"{place}, column 1",
            f"unknown field {name!r}",
            hint=f"the nearest name is {nearest}; see: warpwatch explain field {nearest}"
            if nearest
            else "see: warpwatch explain field WORD",
        )
    if word not in TYPES:
        raise InputError(
            f"{place}, column 2", f"unknown type {word!r}", hint=f"one of {', '.join(TYPES[:4])}"
        )
    if field.number is Number.TEXT and word != "label":
        raise InputError(
            f"{place}, column 2",
            f"{name} is a text and cannot be a {word}",
            hint=f"write: {name}, label, {text}",
        )
    if word == "label" and field.derived:
        raise InputError(
            f"{place}, column 2", f"{name} has a value per code or pair and cannot be a label"
        )
    return Counter(field, name, "untyped" if word in _SCALARS else word, text)
