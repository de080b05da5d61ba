"""The catalogue of codes, read from the files beside it when first asked."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from warpwatch.xid.columns import row
from warpwatch.xid.entry import Bucket, Space, XidClass, XidEntry
from warpwatch.xid.overrides import NONE, Overrides

_IMPLIED: Mapping[XidClass, Bucket] = {
    XidClass.REBOOT: Bucket.RESTART_BM,
    XidClass.RESET: Bucket.RESET_GPU,
    XidClass.APPLICATION: Bucket.RESTART_APP,
    XidClass.INFO: Bucket.IGNORE,
}
"""What a site that changes a class alone wants done."""


def xid(code: int, overrides: Overrides = NONE) -> XidEntry:
    """What is known of a GPU's code. An unknown code warns and never takes a node away."""
    return _entry(Space.XID, code, overrides)


def sxid(code: int, overrides: Overrides = NONE) -> XidEntry:
    """What is known of an NVSwitch's code."""
    return _entry(Space.SXID, code, overrides)


@cache
def entries(space: Space) -> Mapping[int, XidEntry]:
    """All codes of the catalogue, in order."""
    name = space.lower()
    tables = tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    rows = (entry for table in tables[name] for entry in _expand(space, table))
    return {entry.code: entry for entry in sorted(rows, key=lambda entry: entry.code)}


def _entry(space: Space, code: int, overrides: Overrides) -> XidEntry:
    known = entries(space).get(code) or _unknown(space, code)
    changes = overrides.rows.get((space, code))
    if not changes:
        return known
    implied = _IMPLIED.get(changes.get("class_", known.class_), known.immediate)
    immediate = implied if "class_" in changes else known.immediate
    overridden = tuple(name.rstrip("_") for name in changes)
    return replace(known, **{"immediate": immediate, **changes}, overridden=overridden)


def _unknown(space: Space, code: int) -> XidEntry:
    return XidEntry(
        space=space,
        code=code,
        short="Unknown Error",
        meaning="Not in the catalogue: newer than it, or not meant for data centres.",
        class_=XidClass.WARN,
        immediate=Bucket.CONTACT_SUPPORT,
        follow_up=Bucket.CONTACT_SUPPORT,
        source="none",
    )


def _expand(space: Space, table: Mapping[str, Any]) -> Iterator[XidEntry]:
    """One entry per code of a table; `unit` has the word in which they differ."""
    codes: list[int] = table["codes"]
    units: list[str] = table.get("unit", [""] * len(codes))
    columns = {name: value for name, value in table.items() if name not in {"codes", "unit"}}
    for code, unit in zip(codes, units, strict=True):
        checked = dict(row(f"{space.lower()}.toml: {code}", columns))
        checked["short"] = checked["short"].replace("{unit}", unit)
        checked["meaning"] = checked["meaning"].replace("{unit}", unit)
        yield XidEntry(space=space, code=code, **checked)
