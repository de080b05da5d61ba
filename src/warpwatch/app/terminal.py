"""Where the pictures for a terminal come from: a source of this machine, or a Prometheus."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from warpwatch import config
from warpwatch.app import attribution
from warpwatch.app.servers import Address, Servers
from warpwatch.app.sources import open_source
from warpwatch.clients.prometheus.client import Missing, Prometheus
from warpwatch.clock import Clock, SystemClock
from warpwatch.errors import Unreachable, UsageError
from warpwatch.exporter.sampler import Pace, Sampler
from warpwatch.exporter.settings import Settings
from warpwatch.samples.snapshot import Snapshot
from warpwatch.sources.base import SourceInfo
from warpwatch.terminal import fleet, listing, local
from warpwatch.terminal.choosing import Item
from warpwatch.terminal.fleet import ANYWHERE, Where
from warpwatch.terminal.history import Id
from warpwatch.terminal.listing import Listing
from warpwatch.terminal.look import Look
from warpwatch.terminal.marks import Glyphs
from warpwatch.terminal.picture import Feed, Picture, Since

T = TypeVar("T")

APART = 0.2
"""Seconds between the two reads that profiling figures take."""
_HERE = Settings(slurm=True, container_labels=True, user_labels=True)
"""Whose work it is, by the processes that are on the GPUs of this machine."""
_FLEET_INTERVAL = 15.0
_PATIENCE = 30.0
"""Seconds for an answer about ten thousand GPUs by a server that has them to watch as well."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see, and whom he wants to be asked."""

    servers: Servers
    source: str = ""
    where: Where = ANYWHERE

    def address(self) -> Address | None:
        """The Prometheus; None where GPUs of this machine are to be read."""
        if self.source:
            if self.servers.prometheus:
                raise UsageError("--source and --prometheus do not go together")
            return None
        return self.servers.known_prometheus()


class Local:
    """What a source of this machine says."""

    def __init__(
        self, name: str, clock: Clock, fields: AbstractSet[int], *, node: str, interval: float
    ) -> None:
        opened = open_source(name, clock, node)
        stages = [attribution.chain(_HERE, clock, here=True)] if opened.here else []
        pace = Pace(interval=interval, stale_after=max(3 * interval, 10.0))
        self.interval = interval
        self._clock, self._node = clock, node
        self._sampler = Sampler(
            opened.source, clock, pace, fields=fields, windows=(1.0, 1.0), stages=stages
        )
        self._read = False

    async def picture(self) -> Picture:
        info, snapshot = await self.look()
        return local.picture(info, snapshot, self._node, self._clock.now())

    async def look(self) -> tuple[SourceInfo, Snapshot | None]:
        if not self._read:
            self._read = True
            await self._sampler.sample()
            await self._clock.sleep(APART)
        await self._sampler.sample()
        inventory = self._sampler.inventory
        info = inventory.info if inventory else SourceInfo("none", detail="no answer of the driver")
        return info, self._sampler.look()

    async def before(self) -> Mapping[tuple[str, str, str, str], list[float]]:
        return {}

    async def aclose(self) -> None:
        await self._sampler.close()


class Fleet:
    """What a Prometheus says."""

    def __init__(self, there: Address, clock: Clock, where: Where, *, interval: float) -> None:
        self.interval = interval
        self.server = Prometheus(there.url, there.access, patience=_PATIENCE)
        self._clock, self._where, self._rows = clock, where, 0

    async def picture(self) -> Picture:
        found = await fleet.picture(self.server, self._clock.now(), self._where, parts=True)
        self._rows = len(found.rows)
        return found

    async def before(self) -> Mapping[tuple[str, str, str, str], list[float]]:
        return await fleet.before(self.server, self._clock.now(), self._rows, self._where)

    async def aclose(self) -> None:
        await self.server.aclose()


def feed(asked: Asked, clock: Clock, interval: float | None) -> Feed:
    """The one that is meant. To be called where the loop runs."""
    there = asked.address()
    if there is not None:
        return Fleet(there, clock, asked.where, interval=interval or _FLEET_INTERVAL)
    return Local(
        asked.source or "auto",
        clock,
        local.wanted(),
        node=config.hostname(),
        interval=interval or 1.0,
    )


def picture(asked: Asked) -> Picture:
    return looked(asked, history=False)[0]


def looked(asked: Asked, *, history: bool) -> tuple[Picture, Mapping[Id, Sequence[float]]]:
    """One look, and what was before. That a source has no GPUs is an error."""

    async def main() -> tuple[Picture, Mapping[Id, Sequence[float]]]:
        async with aclosing(feed(asked, SystemClock(), None)) as it:
            seen = await it.picture()
            if not seen.rows and isinstance(it, Local):
                raise _nothing(seen)
            return seen, await it.before() if history else {}

    return asyncio.run(main())


def _nothing(found: Picture) -> Unreachable:
    me = config.command()
    return Unreachable(
        found.note,
        hint=f"ask a Prometheus: --prometheus URL; or start one: {me} up; or look at simulated "
        "GPUs: --source sim",
    )


def found(kind: str, asked: Asked, *, parts: bool) -> tuple[Listing, Picture | None, str]:
    """A list of that kind, what it is of, and who says so."""
    if kind == "alerts":
        standing, url = alerts(asked)
        return standing, None, url
    match kind:
        case "gpus":
            listed, seen = gpus(asked, parts=parts)
        case "nodes":
            listed, seen = nodes(asked)
        case _:
            listed, seen = jobs(asked)
    return listed, seen, seen.origin


def gpus(asked: Asked, *, parts: bool) -> tuple[Listing, Picture]:
    seen = picture(asked)
    return listing.gpus(seen, parts=parts), seen


def nodes(asked: Asked) -> tuple[Listing, Picture]:
    seen = picture(asked)
    told = _asked(asked, lambda server: fleet.nodes(server, asked.where))
    return listing.nodes(seen, told), seen


def jobs(asked: Asked) -> tuple[Listing, Picture]:
    seen = picture(asked)
    # Of a part of its GPUs the rules have worked out nothing.
    told = None if asked.where.node else _asked(asked, fleet.works)
    return listing.jobs(seen, told), seen


def since(asked: Asked, job: Item) -> Since | None:
    """When it got its GPUs; of a source nobody kept that."""
    now = SystemClock().now()
    return _asked(asked, lambda server: fleet.since(server, now, job))


def alerts(asked: Asked) -> tuple[Listing, str]:
    there = asked.address()
    if there is None:
        raise UsageError(
            "alerts are worked out by a Prometheus, and none is asked",
            hint=f"{config.command()} up, or --prometheus URL",
        )

    async def standing(server: Prometheus) -> Listing:
        try:
            return listing.alerts(await server.rules())
        except Missing as error:
            raise Unreachable(
                error.message,
                hint="ask what works out the rules, such as Thanos' or Mimir's ruler; otherwise "
                f"{error.hint}",
            ) from error

    listed = _asked(asked, standing)
    assert listed is not None  # noqa: S101  there is an address
    return listed, there.url


def _asked(asked: Asked, question: Callable[[Prometheus], Awaitable[T]]) -> T | None:
    there = asked.address()
    if there is None:
        return None

    async def main() -> T:
        async with aclosing(Prometheus(there.url, there.access, patience=_PATIENCE)) as server:
            return await question(server)

    return asyncio.run(main())


def stream(
    source: str,
    fields: Sequence[int],
    *,
    interval: float,
    count: int,
    show: Callable[[SourceInfo, Snapshot], None],
) -> None:
    """Reads again and again, each time an interval after the time before, until so many times or
    for ever.
    """

    async def main() -> None:
        clock = SystemClock()
        async with aclosing(
            Local(source, clock, frozenset(fields), node=config.hostname(), interval=interval)
        ) as it:
            due, turn = clock.monotonic(), 0
            while not count or turn < count:
                info, snapshot = await it.look()
                if snapshot is None or not snapshot.states:
                    raise _nothing(local.picture(info, None, config.hostname(), clock.now()))
                show(info, snapshot)
                turn += 1
                due = max(due + interval, clock.monotonic())
                if not count or turn < count:
                    await clock.sleep(due - clock.monotonic())

    asyncio.run(main())


def top(asked: Asked, look: Look, glyphs: Glyphs, interval: float | None) -> None:
    """On the screen, until somebody ends it."""
    try:
        from warpwatch.terminal import live
    except ImportError as error:
        raise UsageError(
            f"the screen needs Textual, which is not installed ({error.name})",
            hint=f"pip install 'warpwatch[tui]', or {config.command()} top --once",
        ) from error

    async def main() -> None:
        clock = SystemClock()
        async with aclosing(feed(asked, clock, interval)) as it:
            await live.run(it, clock, look, glyphs)

    asyncio.run(main())
