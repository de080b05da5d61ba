"""Our own families: what the compatible page cannot say, or says wrongly.

Each entry is a family and a function that gives its samples as label pairs and a number.
"""

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from warpwatch import __version__
from warpwatch.exporter.derived import WRITERS
from warpwatch.exporter.tally import CLOCK_EVENTS, Tally
from warpwatch.exporter.view import View
from warpwatch.expo.text import Family, Number, Pair, join, sample, shortest
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Reason
from warpwatch.samples.snapshot import State

Samples = Iterator[tuple[tuple[Pair, ...], Number]]


@dataclass(frozen=True, slots=True)
class Own:
    family: Family
    samples: Callable[[View], Samples]

    def lines(self, view: View) -> Iterator[str]:
        for pairs, value in self.samples(view):
            yield sample(self.family.name, join(pairs), shortest(value))


def _build_info(view: View) -> Samples:
    del view
    yield (("version", __version__), ("python", platform.python_version())), 1


def _source_info(view: View) -> Samples:
    info = view.info
    yield (
        (
            ("source", info.name),
            ("simulated", str(info.simulated).lower()),
            ("driver", info.driver),
            ("detail", info.detail),
        ),
        1,
    )


def _gpus(view: View) -> Samples:
    yield (), sum(isinstance(state.device, Gpu) for state in view.states)


def _duration(view: View) -> Samples:
    if view.snapshot is not None:
        yield (), view.snapshot.duration


def _gpu_states(view: View) -> Iterator[tuple[tuple[Pair, ...], State]]:
    for state in view.states:
        if isinstance(state.device, Gpu):
            yield view.naming.brief(state.device), state


def _success(view: View) -> Samples:
    for pairs, state in _gpu_states(view):
        yield pairs, int(state.success)


def _age(view: View) -> Samples:
    for pairs, state in _gpu_states(view):
        if state.age is not None:
            yield pairs, state.age


def _hung(view: View) -> Samples:
    for pairs, state in _gpu_states(view):
        yield pairs, int(state.hung)


def _tallies(view: View) -> Iterator[tuple[tuple[Pair, ...], Tally]]:
    for pairs, state in _gpu_states(view):
        yield pairs, view.tally(state.device)


def _xids(view: View) -> Samples:
    for pairs, tally in _tallies(view):
        for code in sorted(tally.xid_totals):
            yield (*pairs, ("xid", str(code))), tally.xid_totals[code]


def _xid_times(view: View) -> Samples:
    for pairs, tally in _tallies(view):
        for code in sorted(tally.xid_times):
            yield (*pairs, ("xid", str(code))), tally.xid_times[code]


def _clock_seconds(view: View) -> Samples:
    for pairs, tally in _tallies(view):
        for bit in sorted(tally.clock_seconds):
            yield (*pairs, ("reason", CLOCK_EVENTS[bit])), tally.clock_seconds[bit]


def _gaps(view: View) -> Samples:
    for state in view.states:
        for reading in state.report.readings:
            pairs = view.naming.brief(reading.entity)
            missing = reading.gaps.keys() & view.selection.names.keys()
            for id_ in sorted(missing):
                field = ("field", view.selection.names[id_])
                yield (*pairs, field, ("reason", str(reading.gaps[id_]))), 1
        yield from _derived_gaps(view, state)


def _derived_gaps(view: View, state: State) -> Samples:
    """Families of DCGM's own making that nothing here can fill are said to be missing."""
    if isinstance(state.device, Gpu):
        for metric in view.selection.metrics:
            if metric.derived and metric.field.id not in WRITERS:
                pairs = view.naming.brief(state.device)
                why = ("reason", str(Reason.UNSUPPORTED))
                yield (*pairs, ("field", metric.family.name), why), 1


def _family(name: str, type_: str, text: str, samples: Callable[[View], Samples]) -> Own:
    return Own(Family(f"warpwatch_{name}", type_, text), samples)


FAMILIES: tuple[Own, ...] = (
    _family(
        "build_info", "gauge", "Version of warpwatch and of the Python it runs on.", _build_info
    ),
    _family(
        "source_info",
        "gauge",
        'Where readings come from; with source="none" the detail says why there are none, and simulated="true" marks invented numbers.',
        _source_info,
    ),
    _family("gpus", "gauge", "GPUs that the source knows now.", _gpus),
    _family(
        "collector_duration_seconds",
        "gauge",
        "Time that the last read of all GPUs took.",
        _duration,
    ),
    _family(
        "gpu_collect_success", "gauge", "Whether the last read of the GPU succeeded.", _success
    ),
    _family(
        "gpu_collect_age_seconds",
        "gauge",
        "Age of the GPU's newest reading; absent before the first.",
        _age,
    ),
    _family(
        "gpu_hung",
        "gauge",
        "Whether a read of the GPU has passed its deadline and not returned.",
        _hung,
    ),
    _family(
        "gpu_gap",
        "gauge",
        "A field that was asked for and has no value, with the reason: unsupported, no_permission, not_yet_sampled, timed_out, lost or failed.",
        _gaps,
    ),
    _family(
        "gpu_xid_errors_total",
        "counter",
        "XID errors seen since the exporter started, by code.",
        _xids,
    ),
    _family(
        "gpu_xid_last_timestamp_seconds",
        "gauge",
        "When the XID was last seen, in Unix time.",
        _xid_times,
    ),
    _family(
        "gpu_clock_event_seconds_total",
        "counter",
        "Time during which a reason held the clocks down: the driver's own count where it keeps one, otherwise what was seen since the exporter started.",
        _clock_seconds,
    ),
)
