"""From what people write to the field they mean: strictly for lists, generously for questions."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from warpwatch.fields.catalogue import BY_ID, FIELDS
from warpwatch.fields.field import Field
from warpwatch.fields.mistakes import WRONG_NAMES, Mistake

PREFIXES = ("DCGM_FI_DEV_", "DCGM_FI_PROF_", "DCGM_FI_", "DCGM_", "DEV_", "PROF_")


def spellings(field: Field) -> tuple[str, ...]:
    """All names the field ever had, the classic one first."""
    names = (field.name, field.canonical, field.legacy, *field.aliases)
    return tuple(name for name in names if name)


def bare(name: str) -> str:
    """A name in capitals and without the prefix that so many names share."""
    upper = name.strip().upper()
    return next((upper[len(p) :] for p in PREFIXES if upper.startswith(p)), upper)


BY_NAME: Mapping[str, Field] = MappingProxyType(
    {name: field for field in FIELDS for name in spellings(field)}
)


def resolve(name: str) -> Field | None:
    """The field of exactly this name in any era; case counts, as it does for DCGM."""
    return BY_NAME.get(name)


def nearest(name: str) -> str | None:
    """The name that was most likely meant, for the hint of an error."""
    if (mistake := wrong_name(name)) is not None:
        return BY_ID[mistake.field].name
    known = _by_bare()
    if bare(name) in known:
        return known[bare(name)]
    # Only an unknown name needs it, and it is slow to load.
    from difflib import get_close_matches  # noqa: PLC0415

    close = get_close_matches(bare(name), known, n=1, cutoff=0.6)
    return known[close[0]] if close else None


def wrong_name(text: str) -> Mistake | None:
    """The known mistake that this is, whole, or without its prefix unless that makes it right."""
    upper = text.strip().upper()
    if upper in WRONG_NAMES or bare(upper) in _by_bare():
        return WRONG_NAMES.get(upper)
    return WRONG_NAMES.get(f"DCGM_FI_DEV_{upper}")


def search(text: str) -> tuple[Field, ...]:
    """Fields for an id, a name of any era, a part of a name, or a wrong name that is known;
    the best first.
    """
    wanted = bare(text).replace("-", "_").replace(" ", "_")
    if wanted.isdecimal():
        return tuple(field for field in FIELDS if str(field.id) == wanted)
    named = tuple(field for field in FIELDS if wanted in map(bare, spellings(field)))
    if named:
        return named
    found, mistake = _containing(wanted), wrong_name(text)
    if mistake is not None and (meant := BY_ID[mistake.field]) not in found:
        # What tutorials get wrong may be a fragment of names that have nothing to do with it.
        return (meant,)
    return found


@cache
def _by_bare() -> Mapping[str, str]:
    """Names by what is left without prefix; the classic one where a field has several."""
    names: dict[str, str] = {}
    for name in BY_NAME:
        names.setdefault(bare(name), name)
    return names


def _containing(fragment: str) -> tuple[Field, ...]:
    if not fragment:
        return ()
    found = (f for f in FIELDS if any(fragment in bare(name) for name in spellings(f)))
    return tuple(sorted(found, key=_rank))


def _rank(field: Field) -> tuple[bool, bool, bool, int]:
    """What is emitted first; a single link's fields, of which there are hundreds, last."""
    one_link = re.search(r"_L\d+(_|$)", field.name) is not None
    return one_link, not field.default, not field.listed, field.id
