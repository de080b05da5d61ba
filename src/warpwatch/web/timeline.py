"""What happened, read off series: alerts, error codes, slowdowns, work that begins and ends.

A series says at each step whether something holds; here that becomes a span with a begin and an
end, either of which is open where the range cuts it off.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from warpwatch.clients.prometheus.results import Labels, Series
from warpwatch.rules.model import Severity
from warpwatch.rules.owners import INFO
from warpwatch.rules.thresholds import Thresholds
from warpwatch.web.health import ALWAYS, about
from warpwatch.web.snapshot import named
from warpwatch.xid.catalogue import xid
from warpwatch.xid.entry import XidClass

MOST = 500
"""Events of one answer: the gravest, then the newest."""
_GAP = 1.5
"""Steps without a value that do not end a span: rules may be worked out a little later."""
_WORK = ("workload_namespace", "workload_pod", "workload_job", "workload_user")
_WEIGHT = {"critical": 0, "warning": 1, "info": 2, "none": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    kind: str
    """`alert`, `xid`, `throttle` or `work`."""
    title: str
    text: str
    severity: str
    start: float | None
    """None: it held already when the range began."""
    end: float | None
    """None: it holds still, or for a moment's event where `start` is all."""
    labels: Labels
    moment: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """Which part of the fleet is looked at: all of it by default."""

    node: str = ""
    uuid: str = ""
    """Of a GPU the node is told too, for what is told of the whole of it."""

    def matchers(self, *more: str) -> str:
        said = [
            f"{name}={quoted(value)}"
            for name, value in (("uuid", self.uuid), ("node", "" if self.uuid else self.node))
            if value
        ]
        both = ",".join((*said, *more))
        return f"{{{both}}}" if both else ""


def quoted(value: str) -> str:
    """As a string of PromQL, whose escapes are those of JSON."""
    return msgspec.json.encode(value).decode()


def questions(where: Where) -> tuple[str, ...]:
    limit = Thresholds().throttled_ratio
    slowed = where.matchers('__name__=~"gpu:throttled_(thermal_.*|power_brake):ratio"')
    stands = ('alertstate="firing"', f'alertname!="{ALWAYS}"')
    firing = f"ALERTS{where.matchers(*stands)}"
    if where.uuid and where.node:
        # What is told of the whole node is told of its GPUs too.
        of_node = Where(node=where.node).matchers(*stands, 'gpu=""', 'uuid=""')
        firing += f" or ALERTS{of_node}"
    return (
        f"max by (alertname, severity, node, gpu, uuid) ({firing})",
        f"max by (node, gpu, uuid, xid) (gpu:xid_last:seconds{where.matchers()})",
        f"max by (node, gpu, uuid) ({slowed} > {limit})",
        f"count by ({', '.join(_WORK)}) ({INFO}{where.matchers()})",
    )


def events(
    answers: Sequence[Iterable[Series]], start: float, end: float, step: float
) -> tuple[Event, ...]:
    """`answers` to the questions, in their order."""
    alerts, codes, slowed, work = answers
    found = [
        *_alerts(alerts, start, end, step),
        *_codes(codes, start, end),
        *_slowed(slowed, start, end, step),
        *_work(work, start, end, step),
    ]
    found.sort(key=lambda event: (_WEIGHT.get(event.severity, 3), -(event.start or 0.0)))
    kept = found[:MOST]
    return tuple(sorted(kept, key=lambda event: event.start or 0.0))


def spans(
    series: Series, start: float, end: float, step: float
) -> Iterator[tuple[float | None, float | None]]:
    times = [time for time, _ in series.points]
    first = 0
    for at, time in enumerate(times):
        if at + 1 < len(times) and times[at + 1] - time <= _GAP * step:
            continue
        begins = times[first] if times[first] - start > _GAP * step else None
        ends = time if end - time > _GAP * step else None
        yield begins, ends
        first = at + 1


def _alerts(answer: Iterable[Series], start: float, end: float, step: float) -> Iterator[Event]:
    for series in answer:
        name = series.labels.get("alertname", "")
        for begins, ends in spans(series, start, end, step):
            yield Event(
                kind="alert",
                title=name,
                text=about(name)[1],
                severity=series.labels.get("severity", "none"),
                start=begins,
                end=ends,
                labels=series.labels,
            )


_CLASSES = {
    XidClass.REBOOT: Severity.CRITICAL,
    XidClass.RESET: Severity.CRITICAL,
    XidClass.INFO: Severity.INFO,
}


def _codes(answer: Iterable[Series], start: float, end: float) -> Iterator[Event]:
    for series in answer:
        code = series.labels.get("xid", "")
        entry = xid(int(code)) if code.isdecimal() else None
        for time in sorted({float(text) for _, text in series.points}):
            if start <= time <= end:
                yield Event(
                    kind="xid",
                    title=f"XID {code}",
                    text=entry.short if entry is not None else "",
                    severity=str(_CLASSES.get(entry.class_, Severity.WARNING)) if entry else "none",
                    start=time,
                    end=None,
                    labels=series.labels,
                    moment=True,
                )


def _slowed(answer: Iterable[Series], start: float, end: float, step: float) -> Iterator[Event]:
    for series in answer:
        for begins, ends in spans(series, start, end, step):
            yield Event(
                kind="throttle",
                title="Slowed",
                text="clocks held down by heat or by the power supply",
                severity=str(Severity.WARNING),
                start=begins,
                end=ends,
                labels=series.labels,
            )


def _work(answer: Iterable[Series], start: float, end: float, step: float) -> Iterator[Event]:
    """Only what begins or ends: work that goes on is no event."""
    for series in answer:
        for begins, ends in spans(series, start, end, step):
            if begins is None and ends is None:
                continue
            yield Event(
                kind="work",
                title=named(series.labels),
                text="began" if ends is None else ("ended" if begins is None else "ran"),
                severity="none",
                start=begins,
                end=ends,
                labels=series.labels,
            )
