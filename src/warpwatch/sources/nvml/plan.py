"""Who is asked for what at a read: worked out once for a set of fields, and not at each read."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from warpwatch.fields import derived
from warpwatch.fields.catalogue import BY_ID
from warpwatch.fields.events import XID_ERRORS
from warpwatch.samples.sample import Reason, Value
from warpwatch.sources.nvml.ask import Read
from warpwatch.sources.nvml.calls.identity import LASTING
from warpwatch.sources.nvml.calls.table import CALLS
from warpwatch.sources.nvml.gpm import METRICS
from warpwatch.sources.nvml.links import ABOUT_LINKS, OF_LINKS
from warpwatch.sources.nvml.memory import Memory
from warpwatch.sources.nvml.numbered import OF_GPU
from warpwatch.sources.nvml.tenants import KINDS

XID = XID_ERRORS.id
PEERS = derived.EXP_P2P_STATUS.id
_ANSWERED = CALLS.keys() | OF_GPU | METRICS.keys() | KINDS.keys() | OF_LINKS | {PEERS, XID}


@dataclass(frozen=True, slots=True)
class Plan:
    fields: AbstractSet[int]
    version: int
    """Of the memory that it was made from."""
    values: Mapping[int, Value]
    """Remembered, and so not asked for."""
    gaps: Mapping[int, Reason]
    """Likewise, or of fields that nobody here can answer."""
    without_links: Mapping[int, Reason]
    """Gaps of a GPU that has no links to have these fields."""
    asked: AbstractSet[int]
    calls: tuple[tuple[int, Read], ...]
    metrics: AbstractSet[int]
    tenants: AbstractSet[int]
    lasting: tuple[int, ...]
    """To be remembered, once they are known."""
    about_links: bool


def plan(fields: AbstractSet[int], memory: Memory[Value | Reason]) -> Plan:
    version = memory.version
    known = {id_: what for id_ in fields if (what := memory.recall(id_)) is not None}
    asked = fields - known.keys()
    gaps = {id_: what for id_, what in known.items() if isinstance(what, Reason)}
    return Plan(
        fields=fields,
        version=version,
        values={id_: what for id_, what in known.items() if not isinstance(what, Reason)},
        gaps=gaps | {id_: _unanswered(id_) for id_ in asked - _ANSWERED},
        without_links=dict.fromkeys(asked & OF_LINKS, Reason.UNSUPPORTED),
        asked=asked,
        calls=tuple((id_, CALLS[id_]) for id_ in sorted(asked & CALLS.keys())),
        metrics=asked & METRICS.keys(),
        tenants=asked & KINDS.keys(),
        lasting=tuple(asked & LASTING),
        about_links=bool(asked & ABOUT_LINKS),
    )


def _unanswered(id_: int) -> Reason:
    return Reason.NOT_IMPLEMENTED if BY_ID[id_].nvml else Reason.UNSUPPORTED
