"""Our own families: what the compatible page cannot say, or says wrongly.

A family is a function that gives its samples as labels and a number, and one line in
FAMILIES.
"""

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from warpwatch import __version__
from warpwatch.expo.text import Family, Number, join, sample, shortest
from warpwatch.exporter.derived import WRITERS
from warpwatch.exporter.tally import CLOCK_EVENTS, Tally
from warpwatch.exporter.view import View
from warpwatch.samples.sample import Reason

Samples = Iterator[tuple[str, Number]]


@dataclass(frozen=True, slots=True)
class Own:
    family: Family
    samples: Callable[[View], Samples]
    header: bytes

    def lines(self, view: View) -> Iterator[str]:
        name = self.family.name
        for labels, value in self.samples(view):
            yield sample(name, labels, shortest(value))


def _family(name: str, kind: str, text: str) -> Callable[[Callable[[View], Samples]], Own]:
    return lambda samples: of(Family(f"warpwatch_{name}", kind, text), samples)


def of(family: Family, samples: Callable[[View], Samples]) -> Own:
    return Own(family, samples, family.header)


@_family("build_info", "gauge", "Version of warpwatch and of the Python it runs on.")
def build_info(view: View) -> Samples:
    del view
    yield join((("version", __version__), ("python", platform.python_version()))), 1


@_family(
    "source_info",
    "gauge",
    'Where readings come from: source="none" with the reason, simulated="true" for invented ones.',
)
def source_info(view: View) -> Samples:
    info = view.info
    said = {
        "source": info.name,
        "simulated": str(info.simulated).lower(),
        "driver": info.driver,
        "detail": info.detail,
    }
    yield join(said.items()), 1


@_family("gpus", "gauge", "GPUs that the source knows now.")
def gpus(view: View) -> Samples:
    yield "", len(view.gpus)


@_family("collector_duration_seconds", "gauge", "Time that the last read of all GPUs took.")
def collector_duration(view: View) -> Samples:
    if view.snapshot is not None:
        yield "", view.snapshot.duration


@_family("gpu_collect_success", "gauge", "Whether the last read of the GPU succeeded.")
def collect_success(view: View) -> Samples:
    for labels, state in view.gpus:
        yield labels, int(state.success)


@_family(
    "gpu_collect_age_seconds", "gauge", "Age of the GPU's newest reading; absent before the first."
)
def collect_age(view: View) -> Samples:
    for labels, state in view.gpus:
        if state.age is not None:
            yield labels, state.age


@_family("gpu_hung", "gauge", "Whether a read of the GPU passed its deadline and has not returned.")
def hung(view: View) -> Samples:
    for labels, state in view.gpus:
        yield labels, int(state.hung)


@_family(
    "gpu_gap",
    "gauge",
    "A field that was asked for and has no value, with the reason: unsupported, no_permission, "
    "not_yet_sampled, timed_out, lost, failed, released, paused or not_implemented.",
)
def gap(view: View) -> Samples:
    names = view.selection.names
    for labels, reading in view.readings:
        if reading.gaps:
            for id_ in sorted(reading.gaps.keys() & names.keys()):
                yield _gap(labels.brief, names[id_], reading.gaps[id_]), 1
    # Families of DCGM's own making that nothing here can fill are said to be missing.
    derived = (metric for metric in view.selection.metrics if metric.derived)
    for name in [metric.family.name for metric in derived if metric.field.id not in WRITERS]:
        for brief, _ in view.gpus:
            yield _gap(brief, name, Reason.NOT_IMPLEMENTED), 1


def _gap(labels: str, field: str, reason: Reason) -> str:
    return f'{labels},field="{field}",reason="{reason}"'


@_family("gpu_xid_errors_total", "counter", "XID errors seen since the exporter started, by code.")
def xid_errors(view: View) -> Samples:
    for labels, tally in _tallies(view):
        for code in sorted(tally.xid_totals):
            yield f'{labels},xid="{code}"', tally.xid_totals[code]


@_family("gpu_xid_last_timestamp_seconds", "gauge", "When the XID was last seen, in Unix time.")
def xid_last(view: View) -> Samples:
    for labels, tally in _tallies(view):
        for code in sorted(tally.xid_times):
            yield f'{labels},xid="{code}"', tally.xid_times[code]


@_family(
    "gpu_events_total",
    "counter",
    "Events that the driver reported since the exporter started, by kind. A kind that the GPU is "
    "listened to for starts at 0; one that it cannot report has no series.",
)
def events_seen(view: View) -> Samples:
    for labels, tally in _tallies(view):
        for kind in sorted(tally.events):
            yield f'{labels},kind="{kind}"', tally.events[kind]


@_family(
    "gpu_clock_event_seconds_total",
    "counter",
    "Time during which a reason held the clocks down: the driver's own count where it keeps one, "
    "otherwise what was seen since the exporter started.",
)
def clock_event_seconds(view: View) -> Samples:
    for labels, tally in _tallies(view):
        for bit in sorted(tally.clock_seconds):
            yield f'{labels},reason="{CLOCK_EVENTS[bit]}"', tally.clock_seconds[bit]


FAMILIES: tuple[Own, ...] = (
    build_info,
    source_info,
    gpus,
    collector_duration,
    collect_success,
    collect_age,
    hung,
    gap,
    xid_errors,
    xid_last,
    events_seen,
    clock_event_seconds,
)


def _tallies(view: View) -> Iterator[tuple[str, Tally]]:
    for labels, state in view.gpus:
        yield labels, view.tally(state.device)
