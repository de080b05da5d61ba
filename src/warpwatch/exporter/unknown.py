"""What is not known for want of a right or of somebody who answers, and how to have it.

The landing page has it at every look; the log has it once, when it begins and when it is over.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from warpwatch.exporter.attribution.stage import Health
from warpwatch.exporter.pause import PROFILING
from warpwatch.samples.sample import Reading, Reason

log = logging.getLogger(__name__)

_PROFILING = (
    "load the driver with NVreg_RestrictProfilingToAdminUsers=0, "
    "or give the exporter the capability SYS_ADMIN"
)
_OTHERS = "run the exporter as root, or with the capability SYS_ADMIN"


@dataclass(frozen=True, slots=True)
class Unknown:
    key: str
    """The same for as long as it is the same that is not known, whatever the text counts."""
    text: str
    logged: bool = False
    """Whoever found out has written it to the log himself."""


def unknown(
    names: Mapping[int, str], readings: Iterable[Reading], asked: Sequence[Health]
) -> Iterator[Unknown]:
    """`names` are those of the fields that were asked for."""
    for each in asked:
        if not each.success:
            yield Unknown(each.name, f"{each.name}: {each.detail}", each.logged)
    refused = {
        id_
        for reading in readings
        for id_, reason in reading.gaps.items()
        if reason is Reason.NO_PERMISSION and id_ in names
    }
    for fields, grant in ((refused & PROFILING, _PROFILING), (refused - PROFILING, _OTHERS)):
        if fields:
            told = ", ".join(sorted(names[id_] for id_ in fields))
            yield Unknown(told, f"the driver refuses to this user {told}: {grant}")


class Herald:
    """Tells the log. What shows in one look alone, such as a process that ended between two
    questions, is not worth a line.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._told: dict[str, str] = {}

    def tell(self, found: Iterable[Unknown]) -> None:
        now = {each.key: each for each in found if not each.logged}
        for key, each in now.items():
            if key in self._seen and key not in self._told:
                self._told[key] = each.text
                log.warning("not known: %s", each.text)
        for key in self._told.keys() - now.keys() - self._seen:
            log.info("known again: %s", self._told.pop(key).partition(": ")[0])
        self._seen = set(now)
