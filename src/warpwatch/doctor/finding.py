"""What was looked at, what was found, and the next thing to do."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    NOTE = "note"
    """Works, and not everybody would want it so."""
    UNKNOWN = "unknown"
    """Could not be looked at, with the reason."""
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    link: str
    """Of the pipe."""
    verdict: Verdict
    looked: str
    """At what: an address, a file, a question."""
    found: str
    next: str = ""
    """What to run, or where to look."""


Findings = AsyncGenerator[Finding, None]


@dataclass(frozen=True, slots=True)
class Link:
    """Makes the findings of one link, about one thing."""

    name: str
    looked: str

    def ok(self, found: str) -> Finding:
        return Finding(self.name, Verdict.OK, self.looked, found)

    def note(self, found: str, then: str = "") -> Finding:
        return Finding(self.name, Verdict.NOTE, self.looked, found, then)

    def unknown(self, found: str, then: str = "") -> Finding:
        return Finding(self.name, Verdict.UNKNOWN, self.looked, found, then)

    def problem(self, found: str, then: str) -> Finding:
        return Finding(self.name, Verdict.PROBLEM, self.looked, found, then)


def gpus(number: float) -> str:
    return f"{number:g} GPU{'' if number == 1 else 's'}"
