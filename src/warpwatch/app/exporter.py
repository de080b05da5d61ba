"""The exporter, and `up`."""

import asyncio
import dataclasses
import logging
import socket
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from warpwatch import config, control
from warpwatch.app import attribution, faults, profiling, releasing, sockets, systemd
from warpwatch.app.allocation import one_heap, settle
from warpwatch.app.serving import Announce, Beside, Signals, Started, alone, url_of
from warpwatch.app.sources import DEMO, PATIENCE, Opened, first_look, open_source
from warpwatch.clock import Clock, SystemClock
from warpwatch.errors import Unreachable, WarpwatchError
from warpwatch.exporter import listing
from warpwatch.exporter.attribution.stage import Chain
from warpwatch.exporter.listing import Origin
from warpwatch.exporter.service import Exporter
from warpwatch.exporter.settings import Settings
from warpwatch.httpd import address, join_address
from warpwatch.sources.base import Source

if TYPE_CHECKING:
    from warpwatch.httpd.edge import Edge

log = logging.getLogger(__name__)

PORTS_TRIED = 20


def serve(settings: Settings, announce: Announce) -> None:
    """Serves until told to stop."""
    one_heap()
    clock = SystemClock()
    opened = open_source(settings.source, clock, settings.hostname)
    asyncio.run(_serve(settings, opened, clock, announce))


def up(
    settings: Settings, announce: Announce, beside: Beside = alone, *, simulate: bool = True
) -> None:
    """As serve, for someone who wants to see something: where there is no driver the GPUs are
    simulated, unless the source was named, and where the port is taken the next free one is
    used; both are said.
    """
    clock = SystemClock()

    async def main() -> None:
        note, chosen = "", settings
        opened = open_source(settings.source, clock, settings.hostname)
        info = await first_look(opened.source)
        if info.name == "none" and simulate:
            note = f"{info.detail}; so these GPUs are simulated"
            opened = open_source(DEMO, clock, settings.hostname)
        if opened.simulation is not None:
            chosen = dataclasses.replace(settings, kubernetes=True)
        await _serve(chosen, opened, clock, announce, note=note, tries=PORTS_TRIED, beside=beside)

    asyncio.run(main())


async def _serve(
    settings: Settings,
    opened: Opened,
    clock: Clock,
    announce: Announce,
    *,
    note: str = "",
    tries: int = 1,
    beside: Beside = alone,
) -> None:
    signals = Signals()
    unit = config.unit()
    notifier = systemd.Notifier(unit)
    async with AsyncExitStack() as stack:
        parts = assemble(settings, clock, here=opened.here)
        handed = systemd.sockets(unit) if settings.web_systemd_socket else ()
        watching = asyncio.create_task(_watch(parts.origin))
        stack.callback(watching.cancel)
        answered = getattr(parts.origin, "answered", None)
        if answered is not None:
            # Or the first pages would be of another list.
            await answered(PATIENCE)
        exporter, moved = await _start(parts, opened, handed, tries)
        stack.push_async_callback(exporter.stop)
        if opened.simulation is not None:
            simulation = faults.listening(opened.simulation, exporter.port)
            await _listen(simulation, stack, "no faults can be injected here")
        heed = partial(_heed, opened.source, settings.release_seconds, exporter)
        requests = sockets.listening(sockets.EXPORTER, exporter.port, heed)
        await _listen(requests, stack, "profiling cannot be paused here")
        info = await exporter.first_look()
        told = f"exporter is at port {exporter.port}: {moved}" if moved else ""
        notes = "; ".join(filter(None, (note, told)))
        url = url_of(settings.address, exporter.port, secure=exporter.secure)
        started = Started(info.detail, info.simulated, url, notes)
        if not await signals.entered(stack, beside(started)):
            return
        announce(started)
        notifier.say("READY=1", f"STATUS=serving {url}/metrics from: {info.detail}")
        settle()
        alive = asyncio.create_task(notifier.keep(exporter.alive, clock))
        await signals.until_stopped(
            exporter.reload,
            lambda: releasing.release(opened.source, settings.release_seconds, exporter),
        )
        alive.cancel()
        notifier.say("STOPPING=1")


async def _watch(origin: Origin) -> None:
    """A list of counters that has to be fetched."""
    run = getattr(origin, "run", None)
    if run is not None:
        await run()


async def _listen(
    requests: AbstractAsyncContextManager[None], stack: AsyncExitStack, without: str
) -> None:
    """Without a place for its socket, as in a container that is read-only, an exporter still
    serves.
    """
    try:
        await stack.enter_async_context(requests)
    except WarpwatchError as error:
        log.warning("%s: %s (%s)", without, error.message, error.hint)


def _heed(
    source: Source, usual: float, exporter: Exporter, request: control.Request
) -> control.Reply:
    """What can be asked of an exporter that runs."""
    if "release" in request:
        return releasing.handle(source, usual, exporter, request)
    return profiling.handle(exporter, request)


@dataclass(frozen=True, slots=True)
class Parts:
    """What an exporter is made of, whatever its source and whatever port it gets."""

    settings: Settings
    clock: Clock
    origin: Origin
    attribution: Chain
    edge: "Edge | None"

    def exporter(self, listen: str, opened: Opened, handed: Sequence[socket.socket]) -> Exporter:
        simulation = opened.simulation
        return Exporter(
            dataclasses.replace(self.settings, address=listen),
            opened.source,
            self.clock,
            down=lambda: simulation is not None and simulation.exporter_down,
            origin=self.origin,
            attribution=self.attribution,
            edge=self.edge,
            sockets=handed,
        )


def assemble(settings: Settings, clock: Clock, *, here: bool) -> Parts:
    """What can be wrong with the settings is found here, before anything listens; and what is wrong
    in itself before what only this place lacks.
    """
    edge = None
    if settings.web_config_file:
        from warpwatch.httpd.edge import Edge

        edge = Edge(Path(settings.web_config_file), clock)
    origin = listing.origin(settings)
    if settings.configmap:
        from warpwatch.exporter.configmap import ConfigMap

        origin = ConfigMap(attribution.api_server(), clock, settings.configmap_data, origin)
    return Parts(settings, clock, origin, attribution.chain(settings, clock, here=here), edge)


async def _start(
    parts: Parts, opened: Opened, handed: Sequence[socket.socket], tries: int
) -> tuple[Exporter, str]:
    """A started exporter, and what is to be said of its port if that is not the one asked for."""
    host, port = address(parts.settings.address)
    moved = ""
    while True:
        exporter = parts.exporter(join_address(host, port), opened, handed)
        try:
            await exporter.start()
        except Unreachable as error:
            tries -= 1
            port += 1
            if not tries:
                raise
            moved = moved or error.message
        else:
            return exporter, moved
