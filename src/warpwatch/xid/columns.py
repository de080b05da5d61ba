"""From TOML to entries: the same columns in our catalogue and in a file of local overrides."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from warpwatch.errors import InputError
from warpwatch.xid.entry import Bucket, Part, XidClass

Row = Mapping[str, Any]
"""Columns by attribute of an entry, each of the attribute's type."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def _numbers(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(item) is int for item in value):
        raise TypeError("a list of codes")
    return tuple(value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("a list of texts")
    return tuple(value)


def _one_of(words: type[XidClass] | type[Bucket] | type[Part]) -> Callable[[object], str]:
    def read(value: object) -> str:
        for word in words:
            if word == value:
                return word
        raise TypeError("one of " + ", ".join(word for word in words if word))

    return read


COLUMNS: Mapping[str, Callable[[object], Any]] = MappingProxyType(
    {
        "short": _text,
        "meaning": _text,
        "class": _one_of(XidClass),
        "immediate": _one_of(Bucket),
        "follow_up": _one_of(Bucket),
        "part": _one_of(Part),
        "architectures": _texts,
        "driver_154": _text,
        "related": _numbers,
        "note": _text,
        "source": _text,
    }
)


def attribute(column: str) -> str:
    return "class_" if column == "class" else column


def row(where: str, columns: object) -> Row:
    """The columns of one code, checked; `where` says whose they are."""
    if not isinstance(columns, dict):
        raise InputError(where, "expected a table of columns", hint=f"columns: {_known()}")
    checked: dict[str, Any] = {}
    for column, value in columns.items():
        if column not in COLUMNS:
            raise InputError(f"{where}.{column}", "no such column", hint=f"columns: {_known()}")
        try:
            checked[attribute(column)] = COLUMNS[column](value)
        except TypeError as expected:
            raise InputError(f"{where}.{column}", f"expected {expected}, got {value!r}") from None
    return MappingProxyType(checked)


def _known() -> str:
    return ", ".join(COLUMNS)
