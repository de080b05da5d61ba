"""A site's own opinion on codes: clouds and fleets disagree with the vendor about some of them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from warpwatch.errors import InputError
from warpwatch.xid.columns import Row, row
from warpwatch.xid.entry import Space

_EXAMPLE = 'example: [xid.63] class = "reset"'


@dataclass(frozen=True, slots=True)
class Overrides:
    rows: Mapping[tuple[Space, int], Row] = field(default_factory=dict)


NONE = Overrides()


def load(path: Path) -> Overrides:
    """The file's tables `[xid.N]` and `[sxid.N]`, each with any of the catalogue's columns."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"is not TOML: {error}", hint=_EXAMPLE) from error
    spaces = {space.lower(): space for space in Space}
    rows: dict[tuple[Space, int], Row] = {}
    for name, codes in tables.items():
        if name not in spaces or not isinstance(codes, dict):
            problem = "expected tables [xid.N] and [sxid.N] only"
            raise InputError(f"{path}: {name}", problem, hint=_EXAMPLE)
        for code, columns in codes.items():
            where = f"{path}: {name}.{code}"
            if not (code.isascii() and code.isdecimal()):
                raise InputError(where, "a code is a number", hint=_EXAMPLE)
            rows[spaces[name], int(code)] = row(where, columns)
    return Overrides(rows)
