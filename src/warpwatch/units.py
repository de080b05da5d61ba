"""Units, named once: factors between them, and durations as people write them."""

import math
import re

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
LONGEST = 3650 * 86400.0


class Seconds(float):
    """A length of time; a type of its own so that files may write it with a unit."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> "Seconds":
        """ValueError says what is wrong, without the place, which the caller knows."""
        if isinstance(value, str):
            return cls(cls._checked(_read(value), value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return cls(cls._checked(float(value), value))
        raise ValueError(f"a duration such as '30s' is wanted, not {type(value).__name__}")

    @staticmethod
    def _checked(seconds: float, written: object) -> float:
        if not math.isfinite(seconds) or not 0 <= seconds <= LONGEST:
            raise ValueError(f"{written!r} is not between 0 and ten years")
        return seconds


def _read(text: str) -> float:
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is not a duration; write it as '30s', '10m' or '1h30m'")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
