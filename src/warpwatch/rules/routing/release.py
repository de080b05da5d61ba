"""Versions of Alertmanager: what a way of telling needs is asked for before it is written."""

import re
from dataclasses import dataclass

from warpwatch.errors import UsageError

Release = tuple[int, int]

OLDEST: Release = (0, 25)
"""Time intervals that switch a route on, in a place on earth; every secret by file."""

_WRITTEN = re.compile(r"v?(\d+)\.(\d+)(?:\.\S*)?")


@dataclass(frozen=True, slots=True)
class Need:
    key: str
    """Of the setting; empty where it is the whole way."""
    since: Release
    what: str


def release(text: str) -> Release:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is not a version of Alertmanager", hint="such as 0.28")
    wanted = int(found[1]), int(found[2])
    if wanted < OLDEST:
        raise UsageError(f"Alertmanager {text} is older than {shown(OLDEST)}, the oldest served")
    return wanted


def shown(wanted: Release) -> str:
    return ".".join(map(str, wanted))
