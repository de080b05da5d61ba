"""The exporter, and `up`."""

import asyncio
import dataclasses
from contextlib import AsyncExitStack

from warpwatch.app import faults
from warpwatch.app.serving import Announce, Started, until_stopped, url_of
from warpwatch.app.sources import DEMO, Opened, first_look, open_source
from warpwatch.clock import Clock, SystemClock
from warpwatch.errors import Unreachable
from warpwatch.exporter.service import Exporter
from warpwatch.exporter.settings import Settings
from warpwatch.httpd import address, join_address

PORTS_TRIED = 20


def serve(settings: Settings, announce: Announce) -> None:
    """Serves until told to stop."""
    clock = SystemClock()
    opened = open_source(settings.source, clock, settings.hostname)
    asyncio.run(_serve(settings, opened, clock, announce))


def up(settings: Settings, announce: Announce) -> None:
    """As serve, for someone who wants to see something: where there is no driver the GPUs are
    simulated, and where the port is taken the next free one is used; both are said.
    """
    clock = SystemClock()

    async def main() -> None:
        note, chosen = "", settings
        opened = open_source(settings.source, clock, settings.hostname)
        info = await first_look(opened.source)
        if info.name == "none":
            note = f"{info.detail}; so these GPUs are simulated"
            opened = open_source(DEMO, clock, settings.hostname)
        if opened.simulation is not None:
            chosen = dataclasses.replace(settings, kubernetes=True)
        await _serve(chosen, opened, clock, announce, note=note, tries=PORTS_TRIED)

    asyncio.run(main())


async def _serve(
    settings: Settings,
    opened: Opened,
    clock: Clock,
    announce: Announce,
    *,
    note: str = "",
    tries: int = 1,
) -> None:
    exporter, moved = await _start(settings, opened, clock, tries)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(exporter.stop)
        if opened.simulation is not None:
            await stack.enter_async_context(faults.listening(opened.simulation, exporter.port))
        info = await exporter.first_look()
        notes = "; ".join(filter(None, (note, moved)))
        url = url_of(settings.address, exporter.port)
        announce(Started(info.detail, info.simulated, url, notes))
        await until_stopped(exporter.reload)


async def _start(
    settings: Settings, opened: Opened, clock: Clock, tries: int
) -> tuple[Exporter, str]:
    """A started exporter, and what is to be said of its port if that is not the one asked for."""
    host, port = address(settings.address)
    simulation = opened.simulation
    moved = ""
    while True:
        exporter = Exporter(
            dataclasses.replace(settings, address=join_address(host, port)),
            opened.source,
            clock,
            down=lambda: simulation is not None and simulation.exporter_down,
        )
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
