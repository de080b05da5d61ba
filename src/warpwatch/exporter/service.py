"""The exporter as an object: start, port, reload, stop; the same in a test and in production."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warpwatch.clock import Clock
from warpwatch.expo.negotiate import accepts_gzip, text_format
from warpwatch.exporter import devices, listing, processes
from warpwatch.exporter.attribution import families
from warpwatch.exporter.attribution.stage import Chain
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.identity import Naming
from warpwatch.exporter.listing import Origin
from warpwatch.exporter.own import Own
from warpwatch.exporter.page import Press, compress
from warpwatch.exporter.pause import Pause
from warpwatch.exporter.sampler import Pace, Sampler
from warpwatch.exporter.settings import Settings
from warpwatch.exporter.sharing import Sharing
from warpwatch.exporter.unknown import Herald, unknown
from warpwatch.exporter.view import Arranger, View
from warpwatch.httpd import Request, Response, Server, plain
from warpwatch.sources.base import Source, SourceInfo

if TYPE_CHECKING:
    from warpwatch.httpd.edge import Edge

WATCH_SECONDS = 1.0
TELL_SECONDS = 10.0
FIRST_LOOK_SECONDS = 5.0
STALLED_SECONDS = 15.0
"""Beyond the interval: a cycle has deadlines, so that one which takes longer is stuck."""

_PROBE = {"X-Reload-In-Progress": "false", "X-Registry-Available": "true"}
"""dcgm-exporter says this with its probe; here a reload never leaves a moment without a page."""

NOBODYS = Chain(())
"""Nobody is asked whose work it is."""

_UNKNOWN = SourceInfo("none", detail="not looked at yet")
_SILENT = SourceInfo("none", detail="no answer yet: a driver that hangs gives none")


@dataclass(frozen=True, slots=True)
class _Body:
    """A page made for one snapshot and one list of counters."""

    key: tuple[int, int, int]
    plain: bytes


class Exporter:
    def __init__(
        self,
        settings: Settings,
        source: Source,
        clock: Clock,
        *,
        down: Callable[[], bool] = lambda: False,
        origin: Origin | None = None,
        attribution: Chain = NOBODYS,
        edge: "Edge | None" = None,
        sockets: Sequence[socket.socket] = (),
    ) -> None:
        """`down` lets a simulator play an exporter that does not answer."""
        self._down = down
        self._settings = settings
        self._clock = clock
        self._era = ERAS[settings.compat]
        also = processes.FIELDS if settings.reads_processes else ()
        self._listing = listing.load(origin or listing.origin(settings), self._era, also)
        self._attribution = attribution
        self._naming = Naming(
            self._era,
            "" if settings.no_hostname else settings.hostname,
            old_namespace=settings.use_old_namespace,
            dashes_in_model=settings.replace_blanks_in_model_name,
            pods=settings.kubernetes,
            tenants=settings.attributes,
            users=settings.user_labels,
            pod_labels=settings.kubernetes_enable_pod_labels,
            pod_uid=settings.kubernetes_enable_pod_uid,
        )
        self._extra = tuple(self._extras())
        self._sharing = Sharing(
            on_series=settings.workload_labels != "info",
            virtual=settings.shares_gpus,
        )
        self._choice = devices.parse(settings.devices, once=settings.device_values_once)
        self._edge = edge
        self._source = source
        self.pause = Pause(clock)
        """Of profiling."""
        self._server = Server(
            self._answer, settings.address, settings.limits, edge=edge, sockets=sockets
        )
        self._sampler: Sampler | None = None
        self._arranger: Arranger | None = None
        self._press = Press(self._listing.selection, self._era)
        self._tasks: list[asyncio.Task[None]] = []
        self._body: _Body | None = None
        self._squeezed: _Body | None = None

    @property
    def secure(self) -> bool:
        return self._edge is not None and self._edge.tls is not None

    @property
    def port(self) -> int:
        return self._server.port

    async def start(self) -> None:
        settings = self._settings
        self._sampler = Sampler(
            self._source,
            self._clock,
            Pace(interval=settings.interval, stale_after=settings.stale_after),
            fields=self._listing.selection.read,
            windows=(
                settings.xid_count_window_size / 1000,
                settings.clock_events_count_window_size / 1000,
            ),
            chosen=self._choice.reads,
            stages=self._attribution.stages,
            pause=self.pause,
        )
        await self._server.start(self._clock)
        self._tasks = [
            asyncio.create_task(self._attribution.run(self._clock), name="attribution"),
            asyncio.create_task(self._sampler.run(), name="sampler"),
            asyncio.create_task(self._watch(), name="watch counters"),
            asyncio.create_task(self._tell(), name="tell what is not known"),
        ]
        if settings.dump_enabled:
            self._tasks.append(asyncio.create_task(self._dump(), name="dump"))

    def _extras(self) -> Iterator[Own]:
        """Families that there are only with some settings."""
        settings = self._settings
        if settings.processes:
            yield from processes.FAMILIES
        if settings.attributes and settings.workload_labels != "series":
            yield from families.workloads(self._naming.labels_of_pod)
        if self._attribution.stages:
            yield from families.stages(self._attribution.health)

    def alive(self) -> bool:
        """Whether cycles still end, as often as the interval lets them."""
        return self._running.rested < self._settings.interval + STALLED_SECONDS

    async def first_look(self) -> SourceInfo:
        """What the source says of itself, once it has been read or has had its time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._running.looked.wait(), FIRST_LOOK_SECONDS)
        return self._info(self._running)

    @staticmethod
    def _info(sampler: Sampler) -> SourceInfo:
        if sampler.inventory is not None:
            return sampler.inventory.info
        return _SILENT if sampler.looked.is_set() else _UNKNOWN

    async def stop(self) -> None:
        await self._server.stop()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._sampler is not None:
            await self._sampler.close()

    def reload(self) -> None:
        if self._edge is not None:
            self._edge.follow()
        if self._listing.reload() and self._sampler is not None:
            self._sampler.fields = self._listing.selection.read

    def hurry(self) -> None:
        """What was just changed is to show soon, however long the interval."""
        self._running.hurry()

    async def _watch(self) -> None:
        while True:
            await self._clock.sleep(WATCH_SECONDS)
            if self._listing.changed():
                self.reload()

    async def _tell(self) -> None:
        herald = Herald()
        while True:
            await self._clock.sleep(TELL_SECONDS)
            snapshot = self._running.look()
            if snapshot is not None:
                readings = [each for state in snapshot.states for each in state.report.readings]
                asked = self._attribution.health()
                herald.tell(unknown(self._listing.selection.names, readings, asked))

    async def _dump(self) -> None:
        from warpwatch.exporter.dumps import Dumps, Seen  # noqa: PLC0415  for who wants them

        settings = self._settings
        dumps = Dumps(
            Path(settings.dump_directory),
            self._clock,
            hours=settings.dump_retention,
            compress=settings.dump_compression,
        )

        def look() -> Seen | None:
            snapshot, inventory = self._running.look(), self._running.inventory
            if snapshot is None or inventory is None:
                return None
            return Seen(inventory.info, snapshot, self._attribution.health())

        await dumps.run(look)

    async def _answer(self, request: Request) -> Response:
        match request.path:
            case "/metrics":
                return self._metrics(request)
            case "/health":
                return self._health()
            case "/-/healthy":
                return plain("warpwatch exporter is alive\n")
            case "/-/ready":
                return self._ready()
            case "/":
                return self._landing()
            case _:
                return plain("not found; there are /metrics, /-/healthy, /-/ready and /\n", 404)

    def _landing(self) -> Response:
        from warpwatch.exporter import landing  # noqa: PLC0415  Prometheus never asks for it

        page = landing.page(self._view(), self._attribution.health())
        return Response(page.encode(), content_type=landing.HTML)

    def _health(self) -> Response:
        """dcgm-exporter's probe; says nothing of GPUs unless it was told to."""
        if self._settings.health_require_gpus and not self._view().gpus:
            return Response(b"no GPUs\n", 503, headers=_PROBE)
        return Response(b"OK\n", headers=_PROBE)

    def _ready(self) -> Response:
        if self._running.look() is None:
            return plain("the first reading is not done yet\n", 503)
        return plain("warpwatch exporter is ready\n")

    def _metrics(self, request: Request) -> Response:
        if self._down():
            return plain("this exporter is down, by an injected fault\n", 503)
        body = self._page()
        headers = {"vary": "accept, accept-encoding"}
        content = body.plain
        if accepts_gzip(request.headers.get("accept-encoding", "")):
            content = self._compressed(body).plain
            headers["content-encoding"] = "gzip"
        chosen = text_format(request.headers.get("accept", ""))
        return Response(content, content_type=chosen.content_type, headers=headers)

    def _page(self) -> _Body:
        key = (*self._running.moment, self._listing.generation)
        if self._body is None or self._body.key != key:
            view = self._view()  # which sees to it that the press is of the list in force
            self._body = _Body(
                key, self._press.print(view, (*self._listing.families(), *self._extra))
            )
        return self._body

    def _compressed(self, body: _Body) -> _Body:
        if self._squeezed is None or self._squeezed.key != body.key:
            self._squeezed = _Body(body.key, compress(body.plain))
        return self._squeezed

    def _view(self) -> View:
        sampler = self._running
        if self._arranger is None or self._arranger.selection is not self._listing.selection:
            self._press = Press(self._listing.selection, self._era)
            self._arranger = Arranger(
                self._listing.selection,
                self._naming,
                sampler.tally,
                self._choice,
                self._sharing,
            )
        return self._arranger.view(self._info(sampler), sampler.look())

    @property
    def _running(self) -> Sampler:
        if self._sampler is None:
            raise RuntimeError("the exporter has not been started")
        return self._sampler
