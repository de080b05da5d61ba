"""Letters, bars and sparklines, in as many cells as there are."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_BLANK = " "
_CUT = "~"
"""Where there was no room for the rest; there on every terminal."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    spark: str
    """From nothing to all."""
    full: str
    parts: str
    """Of a cell of a bar, from little to nearly all."""
    rest: str
    down: str
    """Sorted from the highest."""
    up: str


BLOCKS = Glyphs("▁▂▃▄▅▆▇█", "━", "╸", "─", "▾", "▴")
ASCII = Glyphs("_.-=+*%#", "|", "", ".", "v", "^")
"""For terminals that know no others."""


def clean(text: str) -> str:
    """Names are other people's: what is no letter must not reach the terminal, lest it obeys."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if each.isprintable() else "?" for each in text)


def cells(text: str) -> int:
    """How many cells of the screen it takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(each) for each in text)


def _cells(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """In exactly so many cells."""
    text = clean(text)
    room = width - cells(text)
    if room < 0:
        text = _cut(text, width - 1) + _CUT if width > 0 else ""
        room = width - cells(text)
    return " " * room + text if right else text + " " * room


def _cut(text: str, width: int) -> str:
    used = 0
    for at, letter in enumerate(text):
        used += _cells(letter)
        if used > width:
            return text[:at]
    return text


def spark(shares: Sequence[float], width: int, glyphs: Glyphs = BLOCKS) -> str:
    """The last of them, each from 0 to 1; what is missing (NaN) is blank, and nothing is not."""
    last = shares[-width:] if width > 0 else ()
    drawn = "".join(
        _BLANK if math.isnan(share) else glyphs.spark[_step(share, len(glyphs.spark) - 1)]
        for share in last
    )
    return drawn.rjust(width)


def _step(share: float, most: int) -> int:
    return max(0, min(most, round(share * most)))


def bar(share: float | None, width: int, glyphs: Glyphs = BLOCKS) -> tuple[str, str]:
    """What is filled, and the rest; of what is missing there is neither."""
    if share is None:
        return "", _BLANK * width
    kinds = len(glyphs.parts) + 1
    full, part = divmod(_step(share, width * kinds), kinds)
    filled = glyphs.full * full + (glyphs.parts[part - 1] if part else "")
    return filled, glyphs.rest * (width - len(filled))
