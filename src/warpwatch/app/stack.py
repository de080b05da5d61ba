"""The stack around an exporter: brought up, told of, taken down."""

import asyncio
import dataclasses
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec

from warpwatch import config
from warpwatch.app import console, demo, exporter, fleet, sockets
from warpwatch.app.demo import Demo
from warpwatch.app.serving import Beside, Started
from warpwatch.clients.access import ANYBODY
from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clock import Clock, SystemClock
from warpwatch.dashboards import outputs
from warpwatch.errors import WarpwatchError
from warpwatch.exporter.settings import DEFAULT_COUNTERS
from warpwatch.exporter.settings import Settings as ExporterSettings
from warpwatch.rules import documents
from warpwatch.rules.render import Options, rendered
from warpwatch.rules.routing.settings import Settings as Routing
from warpwatch.stack import detach, ports
from warpwatch.stack.binaries import Finder
from warpwatch.stack.instance import Instance, Record, Running, lives
from warpwatch.stack.places import MORE_SPACE, Places
from warpwatch.stack.scrape import Gpus
from warpwatch.stack.service import Background, Stack
from warpwatch.stack.settings import Existing, Settings

Announce = Callable[[Record], None]

STOPPED_WITHIN = 25.0
"""Seconds: longer than the slowest child is given to end by itself."""
STARTED_WITHIN = 300.0
"""Seconds, since packages may have to be fetched."""
_LOOK = 0.05


def places() -> Places:
    return Places(config.state_directory(), config.cache_directory())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All that was said of a stack."""

    exporter: ExporterSettings
    around: Settings
    routing: Routing | None = None
    rules: Options = field(default_factory=Options)
    demo: Demo | None = None
    simulate: bool = True
    """Where there is no driver."""


def up(wanted: Wanted, announce: Announce) -> None:
    """Runs it until told to stop; where it runs already, that is told instead."""
    where = places()
    where.make()
    instance = Instance(where.state)
    with instance.hold() as mine:
        if not mine:
            announce(_running_already(instance))
            return
        _clear(instance)
        if wanted.demo is not None:
            demo.chosen(wanted.demo.story)
            wanted = dataclasses.replace(wanted, around=demo.around(wanted.around))
        stack = _stack(wanted, where)

        def tell(_: Started) -> None:
            announce(stack.record)

        if wanted.demo is None:
            listed = _listed(wanted.exporter)
            exporter.up(listed, tell, _beside(stack, wanted), simulate=wanted.simulate)
            return
        chosen = ports.choose(wanted.exporter.address)
        simulated = dataclasses.replace(
            demo.FLEET,
            listen=chosen.listen,
            compat=wanted.exporter.compat,
            mig=wanted.demo.mig,
            counters=documents.counters(),
            begin=float(int(SystemClock().now())),
        )
        moved = f"exporter is at {chosen.listen}: {chosen.moved}" if chosen.moved else ""
        fleet.serve(simulated, tell, _beside(stack, wanted, simulated), note=moved)


def _listed(settings: ExporterSettings) -> ExporterSettings:
    """With all that the rules beside it read, unless a list of counters was named."""
    if settings.counters or settings.configmap or settings.collectors != DEFAULT_COUNTERS:
        return settings
    return dataclasses.replace(settings, counters=documents.counters())


def _stack(wanted: Wanted, where: Places) -> Stack:
    around, rules = wanted.around, wanted.rules
    if wanted.demo is not None:
        rules = dataclasses.replace(rules, hurry=demo.HURRY)
    return Stack(
        around,
        where,
        _finder(wanted, where),
        SystemClock(),
        rules=dict(rendered(rules)),
        routing=wanted.routing,
        dashboards=outputs.boards(),
        data=demo.DATA if wanted.demo is not None else "prometheus",
    )


def _finder(wanted: Wanted, where: Places) -> Finder:
    around = wanted.around
    return Finder(where.binaries, config.search_path(), around.archives, download=around.download)


def _beside(stack: Stack, wanted: Wanted, simulated: fleet.FleetSettings | None = None) -> Beside:
    there = wanted.around.existing

    @asynccontextmanager
    async def beside(started: Started) -> AsyncIterator[None]:
        page = f"{started.url}/{'metrics' if simulated is None else 'sd'}"
        part = Running("exporter", "ready", page, note=started.source)
        gpus = Gpus(
            started.url.partition("://")[2],
            secure=started.url.startswith("https:"),
            fleet=simulated is not None,
        )
        notes = [started.note] if started.note else []
        background: list[Background] = []
        if wanted.demo is not None and simulated is not None:
            if there is None:
                notes.append(f"rules judge {demo.HURRY:g} times faster than for real GPUs")
            background += demo.background(
                wanted.demo,
                simulated,
                socket=sockets.path(sockets.SIMULATION, int(started.url.rpartition(":")[2])),
                where=places(),
                finder=_finder(wanted, places()),
                clock=SystemClock(),
                ours=there is None,
            )
        if there is not None:
            notes += await _told_of_existing(there, gpus)
        async with stack.running(
            part,
            gpus,
            simulated=started.simulated,
            notes=notes,
            background=background,
            last=partial(_console, wanted.around),
        ):
            yield

    return beside


@asynccontextmanager
async def _console(around: Settings, record: Record) -> AsyncIterator[Running]:
    """Over the Prometheus that was started or named; without one there is nothing to look at."""
    there = around.existing
    urls = {part.name: part.url for part in record.parts if part.state != "missing"}
    prometheus = there.prometheus if there else urls.get("prometheus", "")
    if not prometheus:
        yield Running("console", "missing", note="there is no Prometheus to look at")
        return
    beside = console.Beside(
        prometheus=prometheus,
        alertmanager=there.alertmanager if there else urls.get("alertmanager", ""),
        grafana=urls.get("grafana", ""),
        access=there.access if there else ANYBODY,
        listen=around.console,
        token=places().state / "console.token",
    )
    async with console.beside(beside, SystemClock()) as part:
        yield part


async def _told_of_existing(there: Existing, gpus: Gpus) -> list[str]:
    """That they answer, and what they are to be given."""
    async with aclosing(Prometheus(there.prometheus, there.access)) as server:
        notes = [_answers("prometheus", server.url, (await server.build()).version)]
    if there.alertmanager:
        async with aclosing(Alertmanager(there.alertmanager, there.access)) as teller:
            version = (await teller.status()).version_info.version
            notes.append(_answers("alertmanager", teller.url, version))
    job = "http_sd_configs" if gpus.fleet else "static_configs"
    notes.append(f"nothing is started: let it scrape {gpus.target} ({job}, honor_labels: true)")
    return notes


def _answers(name: str, url: str, version: str) -> str:
    return f"{name} at {url} answers: {version or 'of a version that it does not tell'}"


def _running_already(instance: Instance) -> Record:
    record = instance.read()
    if record is None:
        raise WarpwatchError(
            f"another `up` is starting here, process {instance.holder()}",
            hint=f"wait for it: {config.command()} status",
        )
    told = f"this runs already, so nothing was started; to change it: {config.command()} down"
    return msgspec.structs.replace(record, notes=(*record.notes, told))


def up_detached(words: Sequence[str], announce: Announce) -> None:
    """The same in the background; returns once it runs. `words` is the command line of that."""
    where = places()
    where.make()
    instance = Instance(where.state)
    if instance.holder():
        announce(_running_already(instance))
        return
    out = where.logs / "up.out"
    process = detach.start([sys.executable, "-m", "warpwatch", *words], out)

    async def main() -> None:
        clock = SystemClock()
        ended = clock.monotonic() + STARTED_WITHIN
        while clock.monotonic() < ended and process.poll() is None:
            record = instance.read()
            if record is not None and record.pid == process.pid and record.complete:
                announce(record)
                return
            await clock.sleep(_LOOK)
        if process.poll() == 0:  # it found that another was quicker
            announce(_running_already(instance))
            return
        said, hint = _last(out)
        rest = f"the rest of it is in {out} and beside it"
        raise WarpwatchError(f"it did not start: {said}", hint=hint or rest)

    asyncio.run(main())


def _last(out: Path) -> tuple[str, str]:
    """What it complained of last, and what it said to do next."""
    lines = out.read_text(encoding="utf-8", errors="replace").splitlines()
    said = [number for number, line in enumerate(lines) if line.startswith("warpwatch: ")]
    if not said:
        return (lines or ["it said nothing"])[-1], ""
    complaint, *after = lines[said[-1] :]
    hints = [line.removeprefix("  next: ") for line in after if line.startswith("  next: ")]
    return complaint.removeprefix("warpwatch: "), "".join(hints[:1])


def status() -> Record | None:
    """What runs; None where nothing does."""
    where = places()
    instance = Instance(where.state)
    record = instance.read() if instance.holder() else None
    if record is None or not where.remark:
        return record
    # Where it matters most, the one that runs could not write it down.
    told = f"{where.remark} (next: {MORE_SPACE})"
    return msgspec.structs.replace(record, notes=(*record.notes, told))


def down(*, wipe: bool) -> tuple[int, tuple[Path, ...]]:
    """The process that was stopped, or 0; and what was removed from the disk."""
    where = places()
    instance = Instance(where.state)
    holder = instance.holder()
    if holder:
        asyncio.run(_stop(instance, holder, SystemClock()))
    _clear(instance)
    if not wipe:
        return holder, ()
    with suppress(OSError):  # sockets of other programs of ours may be there
        config.runtime_directory().rmdir()
    return holder, where.wipe()


def _clear(instance: Instance) -> None:
    """Of one that has ended: its record, and its children should the kernel not have ended them."""
    record = instance.read()
    for part in record.parts if record else ():
        if lives(part):
            with suppress(ProcessLookupError):
                os.killpg(part.pid, signal.SIGKILL)
    instance.forget()


async def _stop(instance: Instance, pid: int, clock: Clock) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise WarpwatchError(f"process {pid} is another user's") from error
        ended = clock.monotonic() + STOPPED_WITHIN
        while clock.monotonic() < ended:
            if not instance.holder():
                return
            await clock.sleep(_LOOK)
    raise WarpwatchError(f"process {pid} does not end, not even by SIGKILL")


def as_json(record: Record | None) -> str:
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode()
