"""The DCGM_EXP_* families and the last-XID gauge: what dcgm-exporter works out by itself.

Each entry writes the sample lines of one field; what is not listed here comes from the
source as it stands.
"""

from collections.abc import Callable, Iterator, Mapping

from warpwatch.expo.text import Pair, sample
from warpwatch.exporter.tally import CLOCK_EVENTS, Tally
from warpwatch.exporter.view import Row, View
from warpwatch.fields import derived, events
from warpwatch.fields.field import Scope
from warpwatch.samples.entity import Gpu, Instance

Writer = Callable[[View, str], Iterator[str]]


def _gpu_rows(view: View) -> Iterator[tuple[Row, Tally]]:
    for row in view.rows[Scope.GPU]:
        if not row.whole:
            continue
        match row.entity:
            case Gpu() as gpu:
                yield row, view.tally(gpu)
            case Instance(gpu=gpu):
                yield row, view.tally(gpu)
            case _:
                raise TypeError(row.entity)


def _last_xid(view: View, name: str) -> Iterator[str]:
    from warpwatch.xid import describe  # noqa: PLC0415  the catalogue is read when a code is named

    for row, tally in _gpu_rows(view):
        read = row.values.get(events.XID_ERRORS.id)
        code = tally.last_xid or int(read or 0)
        # A source that cannot hear of XIDs must not be shown as one that heard none.
        if code or (read is not None and view.era.xid_before_first):
            error = ("err_code", str(code)), ("err_msg", describe.short(code))
            yield sample(name, row.labels.with_attributes(*error), str(code))


def _window(seconds: float) -> Pair:
    return "window_size_in_ms", str(round(seconds * 1000))


def _xids_in_window(view: View, name: str) -> Iterator[str]:
    for row, tally in _gpu_rows(view):
        window = _window(tally.xid_window)
        recent = tally.recent_xids()
        for code in sorted(recent):
            yield sample(
                name, row.labels.with_fields(window, ("xid", str(code))), str(recent[code])
            )
        if not recent:
            yield sample(name, row.labels.with_fields(window), "0")


def _xids_in_total(view: View, name: str) -> Iterator[str]:
    for row, tally in _gpu_rows(view):
        for code in sorted(tally.xid_totals):
            labels = row.labels.with_fields(("xid", str(code)))
            yield sample(name, labels, str(tally.xid_totals[code]))


def _clock_events_in_window(view: View, name: str) -> Iterator[str]:
    for row, tally in _gpu_rows(view):
        window = _window(tally.clock_window)
        for bit, samples in sorted(tally.recent_clock_events().items()):
            event = ("clock_event", CLOCK_EVENTS[bit])
            yield sample(name, row.labels.with_fields(event, window), str(samples))


def _clock_events_in_total(view: View, name: str) -> Iterator[str]:
    for row, tally in _gpu_rows(view):
        for bit in sorted(tally.clock_edges):
            labels = row.labels.with_fields(("clock_event", CLOCK_EVENTS[bit]))
            yield sample(name, labels, str(tally.clock_edges[bit]))


_LINK_STATUS = (
    "OK",
    "ChipsetNotSupported",
    "GPUNotSupported",
    "TopologyNotSupported",
    "DisabledByRegKey",
    "NotSupported",
    "Unknown",
)


def link_status(status: int) -> str:
    return _LINK_STATUS[status] if 0 <= status < len(_LINK_STATUS) else _LINK_STATUS[-1]


def _peers(view: View, name: str) -> Iterator[str]:
    for labels, reading in view.readings:
        for peer in reading.peers:
            pair = ("link_status", link_status(peer.status)), ("peer_gpu", str(peer.gpu))
            yield sample(name, labels.with_fields(*pair), str(peer.status))


WRITERS: Mapping[int, Writer] = {
    events.XID_ERRORS.id: _last_xid,
    derived.EXP_XID_ERRORS_COUNT.id: _xids_in_window,
    derived.EXP_XID_ERRORS_TOTAL.id: _xids_in_total,
    derived.EXP_CLOCK_EVENTS_COUNT.id: _clock_events_in_window,
    derived.EXP_CLOCK_EVENTS_TOTAL.id: _clock_events_in_total,
    derived.EXP_P2P_STATUS.id: _peers,
}
