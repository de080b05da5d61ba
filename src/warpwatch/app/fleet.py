"""A simulated fleet, served."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from warpwatch.app import faults
from warpwatch.app.serving import Announce, Beside, Signals, Started, alone, url_of
from warpwatch.clock import SystemClock
from warpwatch.expo.plain import page
from warpwatch.exporter import listing
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.fleet import Around, FleetPages
from warpwatch.httpd import Limits, Server
from warpwatch.sources.base import Source

if TYPE_CHECKING:
    from warpwatch.sources.sim.fleet import Fleet, SimNode


@dataclass(frozen=True, slots=True)
class FleetSettings:
    nodes: int
    gpus: int
    boards: tuple[str, ...]
    seed: int
    listen: str
    compat: str
    collectors: str
    mig: bool = False
    """Whether GPUs of boards that can are partitioned."""
    tick: float = 5.0
    """Seconds between two moves of the simulation."""
    counters: str = ""
    """The text of a list, in the place of a file's."""
    begin: float | None = None
    """When it begins, with weeks behind it; without it now, and out of nothing."""


def serve(
    settings: FleetSettings, announce: Announce, beside: Beside = alone, note: str = ""
) -> None:
    """Serves the pages of a whole simulated fleet until told to stop."""
    from warpwatch.sources.sim.fleet import fleet
    from warpwatch.sources.sim.past.rhythm import Rhythm
    from warpwatch.sources.sim.scenario import Timing

    clock = SystemClock()
    era = ERAS[settings.compat]
    origin: listing.Origin = listing.File(settings.collectors)
    if settings.counters:
        origin = listing.Inline("the list of the demonstration", settings.counters)
    selection = listing.load(origin, era).selection
    begin = settings.begin
    simulated = fleet(
        clock=clock,
        nodes=settings.nodes,
        gpus=settings.gpus,
        boards=settings.boards,
        seed=settings.seed,
        mig=settings.mig,
        tick=settings.tick,
        time=None if begin is None else Timing(datetime.fromtimestamp(begin, UTC)),
        rhythm=None if begin is None else Rhythm(begin),
    )
    around: dict[str, Around] = {"hosts": _Hosts(simulated), "programs": _Programs(simulated)}
    pages = FleetPages(map(_Member, simulated.nodes), selection, era, clock, around)
    # Prometheus keeps a connection open to every target.
    limits = Limits(connections=(4 + settings.gpus) * settings.nodes + 100)

    async def main() -> None:
        signals = Signals()
        server = Server(pages.answer, settings.listen, limits)
        await server.start()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(server.stop)
            await stack.enter_async_context(faults.listening(simulated, server.port))
            what = f"{settings.nodes} simulated nodes of {settings.gpus} GPUs"
            url = url_of(settings.listen, server.port)
            started = Started(what, simulated=True, url=url, note=note)
            if await signals.entered(stack, beside(started)):
                announce(started)
                await signals.until_stopped()

    asyncio.run(main())


@dataclass(frozen=True, slots=True)
class _Member:
    """A simulated node as the fleet's pages want it."""

    node: "SimNode"

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def source(self) -> Source:
        return self.node.source

    def labels(self) -> Mapping[str, str]:
        return {"node": self.node.name, "rack": self.node.rack}

    def down(self) -> bool:
        return self.node.down


@dataclass(frozen=True, slots=True)
class _Hosts:
    """What node_exporter would say of each node."""

    fleet: "Fleet"

    def places(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        for node in self.fleet.nodes:
            labels = {"job": "node", "instance": node.name, "node": node.name, "rack": node.rack}
            yield node.name, labels

    def page(self, name: str) -> bytes | None:
        node = self.fleet.named(name)
        return None if node.site.down(name) else page(node.site.of_host(name))


@dataclass(frozen=True, slots=True)
class _Programs:
    fleet: "Fleet"

    def places(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        for _, program in self.fleet.programs():
            yield program.name, program.labels

    def page(self, name: str) -> bytes | None:
        site, program = self.fleet.program(name)
        down = site.down(program.labels.get("node", ""))
        return None if down else page(site.of_program(program))
