"""The page at /: what is served, from where, and which fields a board gives, which not, and why."""

from collections.abc import Iterator, Sequence
from html import escape

from warpwatch import __version__
from warpwatch.exporter.attribution.stage import Health
from warpwatch.exporter.derived import WRITERS
from warpwatch.exporter.unknown import unknown
from warpwatch.exporter.view import View
from warpwatch.samples.entity import Gpu, Instance
from warpwatch.samples.sample import Reading, Reason
from warpwatch.samples.snapshot import State

HTML = "text/html; charset=utf-8"

MEANING = {
    Reason.UNSUPPORTED: "this board does not have it",
    Reason.NO_PERMISSION: "the driver refuses it to this user",
    Reason.NOT_YET_SAMPLED: "the first reading is not done yet",
    Reason.TIMED_OUT: "the driver did not answer in time",
    Reason.LOST: "the GPU is lost: off the bus, or in need of a reset",
    Reason.FAILED: "reading failed; see the log",
    Reason.RELEASED: "the driver is let go on request",
    Reason.PAUSED: "profiling is paused; warpwatch profile resume brings it back",
    Reason.NOT_IMPLEMENTED: "not read by this version of warpwatch",
}

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--good:#1a7f37;--bad:#c4320a;--soft:#8881}
@media(prefers-color-scheme:dark){:root{--good:#4ac26b;--bad:#ff8f6b}}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.3rem;margin:0}h2{font-size:1rem;margin:2rem 0 .5rem}p{margin:.4rem 0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;white-space:nowrap;
 vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600}td.no{color:var(--bad)}td.yes{color:var(--good)}
.scroll{overflow-x:auto}
.badge{border-left:4px solid var(--bad);background:var(--soft);padding:.6rem .8rem}
code{font-size:.92em}nav a{margin-right:1rem}
"""


def page(view: View, asked: Sequence[Health] = ()) -> str:
    info = view.info
    return "".join(
        (
            '<!doctype html><html lang="en"><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>warpwatch exporter</title><style>{_STYLE}</style>",
            f"<h1>warpwatch exporter {escape(__version__)}</h1>",
            '<nav><a href="metrics">/metrics</a><a href="-/ready">/-/ready</a>',
            '<a href="-/healthy">/-/healthy</a></nav>',
            *_source(view),
            f"<p>Source <code>{escape(info.name)}</code>",
            f", driver <code>{escape(info.driver)}</code>" if info.driver else "",
            f"; {escape(info.detail)}</p>" if info.detail else "</p>",
            *_lost(view, asked),
            *_devices(view),
            *_capabilities(view),
            "</html>\n",
        )
    )


def _source(view: View) -> Iterator[str]:
    if view.info.simulated:
        yield '<p class="badge"><strong>Simulated data.</strong> No number is of a real GPU.</p>'
    elif not _gpus(view):
        detail = escape(view.info.detail) or "the source knows none"
        yield f'<p class="badge"><strong>No GPU.</strong> {detail}</p>'


def _lost(view: View, asked: Sequence[Health]) -> Iterator[str]:
    readings = [reading for _, reading in view.readings]
    found = list(unknown(view.selection.names, readings, asked))
    if found:
        yield "<h2>Not known</h2><ul>"
        yield from (f"<li>{escape(each.text)}" for each in found)
        yield "</ul>"


def _devices(view: View) -> Iterator[str]:
    gpus = _gpus(view)
    if not gpus:
        return
    yield '<h2>GPUs</h2><div class="scroll"><table>'
    yield "<tr><th>GPU<th>Model<th>UUID<th>Bus<th>MIG<th>Last read"
    for gpu, state in gpus:
        yield f"<tr><td>{gpu.index}<td>{escape(gpu.model)}<td><code>{escape(gpu.uuid)}</code>"
        yield f"<td><code>{escape(gpu.pci_bus_id)}</code><td>{_mig(state)}"
        yield _health(state)
    yield "</table></div>"


def _mig(state: State) -> str:
    profiles = [
        reading.entity.profile
        for reading in state.report.readings
        if isinstance(reading.entity, Instance)
    ]
    return escape(", ".join(profiles)) or "off"


def _health(state: State) -> str:
    if state.success:
        age = f"{state.age:.1f} s ago" if state.age is not None else ""
        return f'<td class="yes">{age}'
    why = MEANING[state.failure] if state.failure else "never"
    return f'<td class="no">{escape(why)}'


def _capabilities(view: View) -> Iterator[str]:
    """A row per field, a column per kind of board, for boards that differ."""
    readings = _representatives(view)
    if not readings:
        return
    yield '<h2>Fields</h2><div class="scroll"><table><tr><th>Field'
    yield from (f"<th>{escape(model)}" for model in readings)
    for id_, name in sorted(view.selection.names.items()):
        yield f"<tr><td><code>{escape(name)}</code>"
        for reading in readings.values():
            reason = reading.gaps.get(id_)
            if reason is None:
                yield '<td class="yes">given' if id_ in reading.values else "<td>of another entity"
            else:
                yield f'<td class="no">{escape(MEANING[reason])}'
    for metric in view.selection.metrics:
        if metric.derived:
            yield f"<tr><td><code>{escape(metric.family.name)}</code>"
            filled = metric.field.id in WRITERS
            cell = 'yes">worked out here' if filled else f'no">{MEANING[Reason.NOT_IMPLEMENTED]}'
            yield f'<td class="{cell}' * len(readings)
    yield "</table></div>"


def _representatives(view: View) -> dict[str, Reading]:
    """One reading for each model; of a lost GPU only where no other of its model answers."""
    found: dict[str, Reading] = {}
    for gpu, state in _gpus(view):
        if gpu.model not in found or not found[gpu.model].values:
            found[gpu.model] = state.report.readings[0]
    return found


def _gpus(view: View) -> list[tuple[Gpu, State]]:
    return [(state.device, state) for _, state in view.gpus if isinstance(state.device, Gpu)]
