"""Assembly: from settings to running objects. The only place that knows concrete sources."""

import asyncio
import dataclasses
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warpwatch import config
from warpwatch.clock import Clock, SystemClock
from warpwatch.errors import InputError, Unreachable, UsageError, WarpwatchError
from warpwatch.exporter.sampler import Pace, Sampler
from warpwatch.exporter.service import Exporter
from warpwatch.exporter.settings import Settings
from warpwatch.httpd import address, join_address
from warpwatch.sources.base import Source

if TYPE_CHECKING:
    from warpwatch.sources.replay.writer import Written
    from warpwatch.sources.sim.control import Target
    from warpwatch.sources.sim.fleet import SimNode
    from warpwatch.sources.sim.source import SimSource

DEMO = "sim:8xH100"
PORTS_TRIED = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Started:
    """What a command tells its user once everything answers."""

    source: str
    simulated: bool
    url: str
    note: str = ""


Announce = Callable[[Started], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    source: Source
    simulation: "SimSource | None" = None
    """The same once more, where it can be told what to suffer."""


def open_source(name: str, clock: Clock, node: str) -> Opened:
    """The source that a name on the command line stands for."""
    kind, _, _ = name.partition(":")
    match kind:
        case "sim":
            from warpwatch.sources.sim import spec
            from warpwatch.sources.sim.source import SimSource

            simulation = SimSource(spec.parse(name), clock, node=node, switches=True)
            return Opened(simulation, simulation)
        case "replay":
            from warpwatch.sources.replay.source import replay

            return Opened(replay(name, clock))
        case "nvml" | "auto" if kind == name:
            return Opened(_driver(clock))
        case _:
            raise UsageError(
                f"--source {name!r} is not known",
                hint="one of auto, nvml, sim, sim:8xH100, sim:4xA100,4xT4, sim:FILE.toml, "
                "replay:FILE",
            )


def _driver(clock: Clock) -> Source:
    """The driver's GPUs; without a usable driver none, and why. Never simulated ones."""
    import pynvml

    from warpwatch.sources.absent import AbsentSource
    from warpwatch.sources.nvml.door import Door, Refused
    from warpwatch.sources.nvml.source import NvmlSource

    try:
        return NvmlSource(Door(pynvml), clock)
    except Refused as refusal:
        return AbsentSource(f"no usable NVIDIA driver: {refusal.message}")


def serve_exporter(settings: Settings, announce: Announce) -> None:
    """Serves until told to stop."""
    clock = SystemClock()
    opened = open_source(settings.source, clock, settings.hostname)
    asyncio.run(_serve_exporter(settings, opened, clock, announce))


def up(settings: Settings, announce: Announce) -> None:
    """As serve_exporter, for someone who wants to see something: where there is no driver the
    GPUs are simulated, and where the port is taken the next free one is used; both are said.
    """
    clock = SystemClock()
    opened = open_source(settings.source, clock, settings.hostname)
    info = opened.source.inventory().info
    note = ""
    if info.name == "none":
        note = f"{info.detail}; so these GPUs are simulated"
        opened = open_source(DEMO, clock, settings.hostname)
    if opened.simulation is not None:
        settings = dataclasses.replace(settings, kubernetes=True)
    asyncio.run(_serve_exporter(settings, opened, clock, announce, note=note, tries=PORTS_TRIED))


async def _serve_exporter(
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
            await stack.enter_async_context(_controlled(opened.simulation, exporter.port))
        info = opened.source.inventory().info
        url = _url(settings.address, exporter.port)
        notes = "; ".join(filter(None, (note, moved)))
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


def _url(listen: str, port: int) -> str:
    return f"http://{join_address(address(listen)[0] or 'localhost', port)}"


@asynccontextmanager
async def _controlled(simulation: "Target", port: int) -> AsyncIterator[None]:
    """Lets `sim inject` reach a simulation while it runs."""
    from warpwatch.sources.sim import control

    path = control_socket(port)
    _own(path.parent)
    async with control.serve(path, simulation):
        yield


def _own(directory: Path) -> None:
    """Makes a directory that is this user's alone, or refuses one that somebody else prepared."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.stat()
    except OSError as error:
        raise InputError(
            str(directory), f"cannot be made: {error.strerror}", hint="set XDG_RUNTIME_DIR"
        ) from error
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise InputError(
            str(directory),
            "others may write in it, or it is another user's",
            hint="remove it, or set XDG_RUNTIME_DIR to a directory of your own",
        )


def control_socket(port: int) -> Path:
    return config.runtime_directory() / f"sim-{port}.sock"


def find_control_socket() -> Path:
    """The socket of the one simulation that runs here."""
    found = sorted(filter(_answers, config.runtime_directory().glob("sim-*.sock")))
    if len(found) == 1:
        return found[0]
    if not found:
        raise Unreachable(
            f"no simulation runs here: none answers under {config.runtime_directory()}/sim-*.sock",
            hint=f"start one: {config.command()} up, or {config.command()} sim --nodes 10",
        )
    names = ", ".join(map(str, found))
    raise WarpwatchError(f"several simulations run here: {names}", hint="choose with --socket")


def _answers(path: Path) -> bool:
    """Whether somebody listens: a simulation that was killed leaves its socket behind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def control(path: Path, request: Mapping[str, object]) -> Mapping[str, object]:
    from warpwatch.sources.sim import control as client

    return client.send(path, request)


@dataclasses.dataclass(frozen=True, slots=True)
class KnownFault:
    name: str
    parameters: tuple[str, ...]
    text: str


_EVERYWHERE = {"gpu", "at", "for"}


def known_faults() -> tuple[KnownFault, ...]:
    """What a simulation can be made to suffer; the texts are those of the modules."""
    import msgspec.structs

    from warpwatch.sources.sim.faults import FAULTS

    return tuple(
        KnownFault(
            fault.name(),
            tuple(
                f"{field.encode_name}="
                + ("…" if field.default is msgspec.NODEFAULT else json.dumps(field.default))
                for field in msgspec.structs.fields(fault)
                if field.encode_name not in _EVERYWHERE
            ),
            " ".join((sys.modules[fault.__module__].__doc__ or "").split()),
        )
        for fault in FAULTS
    )


@dataclasses.dataclass(frozen=True, slots=True)
class FleetSettings:
    nodes: int
    gpus: int
    boards: tuple[str, ...]
    seed: int
    listen: str
    compat: str
    collectors: str


def serve_fleet(settings: FleetSettings, announce: Announce) -> None:
    """Serves the pages of a whole simulated fleet until told to stop."""
    from warpwatch.exporter import listing
    from warpwatch.exporter.era import ERAS
    from warpwatch.exporter.fleet import FleetPages
    from warpwatch.httpd import Limits, Server
    from warpwatch.sources.sim.fleet import fleet

    clock = SystemClock()
    era = ERAS[settings.compat]
    selection = listing.load(settings.collectors, era).selection
    simulated = fleet(
        clock=clock,
        nodes=settings.nodes,
        gpus=settings.gpus,
        boards=settings.boards,
        seed=settings.seed,
    )
    pages = FleetPages(map(_Member, simulated.nodes), selection, era, clock)
    # Prometheus keeps a connection open to every target.
    limits = Limits(connections=2 * settings.nodes + 100)

    async def main() -> None:
        server = Server(pages.answer, settings.listen, limits)
        await server.start()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(server.stop)
            await stack.enter_async_context(_controlled(simulated, server.port))
            what = f"{settings.nodes} simulated nodes of {settings.gpus} GPUs"
            announce(Started(what, simulated=True, url=_url(settings.listen, server.port)))
            await until_stopped()

    asyncio.run(main())


@dataclasses.dataclass(frozen=True, slots=True)
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
        return self.node.source.exporter_down


def record(
    name: str,
    output: Path,
    *,
    node: str,
    interval: float,
    lasting: float,
    fields: frozenset[int],
    force: bool,
    announce: Callable[[str], None],
) -> "Written":
    """Writes down what a source says, until told to stop or for as long as was asked."""
    from warpwatch.sources.replay.recorder import Recorder

    clock = SystemClock()
    source = open_source(name, clock, node).source
    info = source.inventory().info
    if info.name == "none":
        raise Unreachable(info.detail, hint=f"record simulated GPUs: --source {DEMO}")

    async def main() -> "Written":
        recorder = Recorder(source, clock, output, interval=interval, fields=fields, force=force)
        # Only what was not written yet is news to a recorder: all else is stale at once.
        pace = Pace(interval=interval, stale_after=0.0)
        sampler = Sampler(recorder.tap, clock, pace, fields=fields, windows=(1.0, 1.0))
        announce(info.detail)
        try:
            await _unless_stopped(recorder.run(sampler, lasting))
        finally:
            await sampler.close()
            written = recorder.close()
        return written

    return asyncio.run(main())


async def _unless_stopped(work: Coroutine[None, None, None]) -> None:
    tasks = [asyncio.create_task(work), asyncio.create_task(until_stopped())]
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    for task in done:
        task.result()


async def until_stopped(reload: Callable[[], None] | None = None) -> None:
    """Returns at SIGTERM or SIGINT; SIGHUP reloads meanwhile."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if reload is not None:
        loop.add_signal_handler(signal.SIGHUP, reload)
    await stopped.wait()
