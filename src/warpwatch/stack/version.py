"""Versions as these programs print them, to compare."""

import re
from dataclasses import dataclass, field

_PRINTED = re.compile(r"\bversion v?(\d+)\.(\d+)(?:\.(\d+))?(\S*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Version:
    major: int
    minor: int
    patch: int = 0
    build: str = field(default="", compare=False)
    """What follows the numbers, such as `+ds` of Debian's or `-rc.0`."""

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}{self.build}"


def parse(text: str) -> Version | None:
    """From what a program says to `--version`."""
    found = _PRINTED.search(text)
    if found is None:
        return None
    major, minor, patch, build = found.groups()
    return Version(int(major), int(minor), int(patch or 0), build.rstrip(","))
