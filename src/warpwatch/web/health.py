"""What alerts mean for GPUs: which of them need somebody, what is the matter, and where.

An alert of a GPU is that GPU's. One that names a node alone says nothing of any GPU on it, and is
told of beside them. What is silenced is known about: it is shown, and asks for nothing more.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from warpwatch.clients.prometheus.results import Labels
from warpwatch.rules import documents
from warpwatch.rules.model import Severity
from warpwatch.web.fleet import Frame, Index

WASTE = frozenset({"waste", "capacity"})
"""Families of alerts that say nothing of a GPU's health."""
ALWAYS = "Watchdog"
"""Fires when all is well."""
NAMED = 3
"""Nodes that are named before the rest is counted."""


class State(IntEnum):
    """In the order of their weight; the numbers go to browsers."""

    WELL = 0
    UNREAD = 1
    """There is such a GPU, and nothing is known of it now."""
    SILENCED = 2
    WARNING = 3
    CRITICAL = 4


_OF_SEVERITY = {Severity.CRITICAL: State.CRITICAL, Severity.WARNING: State.WARNING}


@dataclass(frozen=True, slots=True)
class Firing:
    labels: Labels
    since: float | None
    silences: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.labels.get("alertname", "")

    @property
    def severity(self) -> str:
        return self.labels.get("severity", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Alerts of one name."""

    alert: str
    severity: str
    family: str
    summary: str
    count: int
    silenced: int
    gpus: int
    nodes: int
    named: tuple[str, ...]
    since: float | None
    first: tuple[Labels, ...]
    """Labels of the first few: what they are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    total: int
    need: int
    """GPUs that need action now."""
    watch: int
    """Those with a warning."""
    silenced: int
    unread: int
    other: int
    """Critical alerts of no GPU: of the monitoring, of a service."""
    uneasy: int
    """Warnings of no GPU."""
    judged: bool
    """Whether alert rules are worked out at all: one of ours fires always."""
    where: tuple[str, ...]
    """Of those in need the first few, as GPU n of node."""
    causes: tuple[Cause, ...]


@cache
def _catalogue() -> Mapping[str, tuple[str, str]]:
    found = {name: documents.find(name) for name in documents.names()}
    return {name: (alert.family, alert.summary) for name, alert in found.items() if alert}


def about(name: str) -> tuple[str, str]:
    """Family and summary of an alert of ours; of another's nothing is known."""
    return _catalogue().get(name, ("", ""))


def touched(labels: Labels, index: Index) -> Collection[int]:
    """The GPUs that an alert is about."""
    uuid = labels.get("uuid") or labels.get("UUID") or ""
    if uuid:
        at = index.place.get(uuid)
        return () if at is None else (at,)
    gpu = labels.get("gpu", "")
    on_node = index.nodes.get(labels.get("node", ""), ()) if gpu else ()
    return [at for at in on_node if index.gpus[at].gpu == gpu]


def states(firing: Iterable[Firing], index: Index, read: Collection[str]) -> bytearray:
    """One per GPU; `read` are those of which something is known."""
    found = bytearray(State.WELL if gpu.uuid in read else State.UNREAD for gpu in index.gpus)
    for alert in firing:
        state = _OF_SEVERITY.get(alert.severity)  # type: ignore[call-overload]
        if state is None or about(alert.name)[0] in WASTE:
            continue
        if alert.silences:
            state = State.SILENCED
        for at in touched(alert.labels, index):
            found[at] = max(found[at], state)
    return found


def frame(found: bytearray) -> Frame:
    return Frame("health", State.WELL, State.CRITICAL, bytes(found))


def judged(firing: Iterable[Firing]) -> bool:
    """Without rules nothing fires either, and that is no sign of health."""
    return any(alert.name == ALWAYS for alert in firing)


def verdict(firing: Collection[Firing], index: Index, found: bytearray) -> Verdict:
    alerts = [alert for alert in firing if alert.name != ALWAYS]
    aside = [alert for alert in alerts if not alert.silences and not touched(alert.labels, index)]
    needy = [at for at, state in enumerate(found) if state == State.CRITICAL]
    return Verdict(
        total=len(index),
        need=len(needy),
        watch=found.count(State.WARNING),
        silenced=found.count(State.SILENCED),
        unread=found.count(State.UNREAD),
        other=sum(alert.severity == Severity.CRITICAL for alert in aside),
        uneasy=sum(
            alert.severity == Severity.WARNING and about(alert.name)[0] not in WASTE
            for alert in aside
        ),
        judged=judged(firing),
        where=tuple(f"GPU {index.gpus[at].gpu} of {index.gpus[at].node}" for at in needy[:NAMED]),
        causes=_causes(alerts, index),
    )


def _causes(alerts: Iterable[Firing], index: Index) -> tuple[Cause, ...]:
    groups: dict[tuple[str, str], list[Firing]] = {}
    for alert in alerts:
        groups.setdefault((alert.name, alert.severity), []).append(alert)
    return tuple(sorted((_cause(group, index) for group in groups.values()), key=_weight))


def _cause(group: list[Firing], index: Index) -> Cause:
    name = group[0].name
    family, summary = about(name)
    gpus = {at for alert in group for at in touched(alert.labels, index)}
    nodes = dict.fromkeys(
        [index.gpus[at].node for at in sorted(gpus)]
        + [node for alert in group if (node := alert.labels.get("node"))]
    )
    since = [alert.since for alert in group if alert.since is not None]
    # Those that nobody has silenced yet come first: they are what is to be done.
    group = sorted(group, key=lambda alert: bool(alert.silences))
    return Cause(
        alert=name,
        severity=group[0].severity,
        family=family,
        summary=summary,
        count=len(group),
        silenced=sum(bool(alert.silences) for alert in group),
        gpus=len(gpus),
        nodes=len(nodes),
        named=tuple(nodes)[:NAMED],
        since=min(since, default=None),
        first=tuple(alert.labels for alert in group[:NAMED]),
    )


def _weight(cause: Cause) -> tuple[object, ...]:
    order = {"critical": 0, "warning": 1, "info": 2}
    open_ones = cause.count > cause.silenced
    return (not open_ones, order.get(cause.severity, 3), -cause.gpus, cause.alert)
