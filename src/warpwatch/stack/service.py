"""The stack as a whole: what is to run is worked out, written down, started, and told of."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

import yaml

from warpwatch import __version__
from warpwatch.clock import Clock
from warpwatch.errors import InputError, WarpwatchError
from warpwatch.rules.routing import render
from warpwatch.rules.routing.settings import Settings as Routing
from warpwatch.stack import (
    alertmanager,
    grafana,
    node_exporter,
    ports,
    prometheus,
    promtool,
    storage,
)
from warpwatch.stack.binaries import Binary, Finder
from warpwatch.stack.instance import Instance, Record, Running, started
from warpwatch.stack.keeper import Keeper, Pace, Spec
from warpwatch.stack.log_file import LogFile
from warpwatch.stack.places import MORE_SPACE, Places
from warpwatch.stack.prometheus import Neighbours
from warpwatch.stack.scrape import Config, Gpus
from warpwatch.stack.settings import Settings
from warpwatch.stack.tools import ALERTMANAGER, GRAFANA, NODE_EXPORTER, PROMETHEUS, PROMTOOL, Tool

log = logging.getLogger(__name__)

SETTLED_WITHIN = 30.0
"""Seconds until it is told what runs, even if something is still starting."""
LOOK_AT_SPACE = 60.0


Last = Callable[[Record], AbstractAsyncContextManager[Running]]
"""A part of this process that is told what runs."""


@dataclass(frozen=True, slots=True)
class _Child:
    """A program, and where it is to listen."""

    binary: Binary
    listen: str


@dataclass(slots=True)
class _Told:
    """What the record is made of, as it comes to be known."""

    exporter: list[Running] = field(default_factory=list)
    keepers: list[tuple[Keeper, _Child]] = field(default_factory=list)
    missing: list[Running] = field(default_factory=list)
    last: list[Running] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    news: dict[str, str] = field(default_factory=dict)
    simulated: bool = False
    complete: bool = False


Tell = Callable[[str, str], None]
"""Puts a note into the record, under a key that a later note may take its place by."""
Background = Callable[[Tell], Coroutine[None, None, None]]
"""Something that goes on beside the stack, once it runs."""


class Stack:
    def __init__(
        self,
        settings: Settings,
        places: Places,
        finder: Finder,
        clock: Clock,
        *,
        rules: Mapping[str, str] = MappingProxyType({}),
        routing: Routing | None = None,
        dashboards: Mapping[str, str] = MappingProxyType({}),
        data: str = "prometheus",
    ) -> None:
        """`rules`, `dashboards`: the text of each file of them, by its name. `data`: where
        Prometheus keeps what it measures.
        """
        self._data = data
        self._settings = settings
        self._places = places
        self._finder = finder
        self._clock = clock
        self._rules = rules
        self._routing = routing
        self._dashboards = dashboards
        self._instance = Instance(places.state)
        self._began = clock.now()
        self._told = _Told()

    @property
    def record(self) -> Record:
        told = self._told
        children = [_running(*each) for each in told.keepers]
        return Record(
            pid=os.getpid(),
            host=socket.gethostname(),
            since=self._began,
            warpwatch=__version__,
            parts=(*told.exporter, *children, *told.missing, *told.last),
            notes=(*told.notes, *told.news.values()),
            simulated=told.simulated,
            complete=told.complete,
        )

    @asynccontextmanager
    async def running(
        self,
        exporter: Running,
        gpus: Gpus,
        *,
        simulated: bool,
        notes: Sequence[str] = (),
        background: Iterable[Background] = (),
        last: Last | None = None,
    ) -> AsyncIterator[None]:
        """Everything around an exporter that runs already; `last` is what needs all of it."""
        told = self._told
        told.exporter.append(exporter)
        told.notes += notes
        told.simulated = simulated
        tasks: list[asyncio.Task[None]] = []
        try:
            children = await self._find()
            for spec in await self._specs(children, gpus):
                out = LogFile(self._places.logs / f"{spec.name}.log")
                keeper = Keeper(spec, self._clock, Pace(), out, self._write)
                told.keepers.append((keeper, children[spec.name]))
                tasks.append(asyncio.create_task(keeper.run(), name=spec.name))
            tasks.append(asyncio.create_task(self._watch_space(), name="space"))
            for task in tasks:
                task.add_done_callback(_tell_of_defect)
            await self._settle()
            async with AsyncExitStack() as rest:
                if last is not None:
                    told.last.append(await rest.enter_async_context(last(self.record)))
                told.complete = True
                self._write()
                for each in background:
                    task = asyncio.create_task(each(self._tell), name=each.__name__)
                    task.add_done_callback(_tell_of_defect)
                    tasks.append(task)
                yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _find(self) -> dict[str, _Child]:
        """What can be run; of what cannot, the reason goes into the record and the rest starts."""
        found: dict[str, _Child] = {}
        taken: frozenset[str] = frozenset()
        if self._settings.existing is not None:
            return found
        wanted = {
            PROMETHEUS: self._settings.prometheus,
            ALERTMANAGER: self._settings.alertmanager,
            NODE_EXPORTER: self._settings.node_exporter,
        }
        if self._finder.here(GRAFANA) or GRAFANA.name in self._settings.archives:
            wanted[GRAFANA] = self._settings.grafana
        results = await asyncio.gather(*map(self._binary, wanted))
        for (tool, listen), binary in zip(wanted.items(), results, strict=True):
            if binary is None:
                continue
            chosen = ports.choose(listen, taken)
            taken |= {chosen.listen}
            found[tool.name] = _Child(binary, chosen.listen)
            if chosen.moved:
                self._told.notes.append(f"{tool.name} is at {chosen.listen}: {chosen.moved}")
        return found

    async def _binary(self, tool: Tool) -> Binary | None:
        try:
            return await self._finder.find(tool)
        except WarpwatchError as error:
            note = f"{error.message} (next: {error.hint})"
            self._told.missing.append(Running(tool.name, "missing", note=note))
            return None

    async def _specs(self, children: dict[str, _Child], gpus: Gpus) -> list[Spec]:
        make: dict[str, Callable[[_Child], Coroutine[None, None, Spec]]] = {
            PROMETHEUS.name: partial(self._prometheus, children=children, gpus=gpus),
            ALERTMANAGER.name: self._alertmanager,
            NODE_EXPORTER.name: self._node_exporter,
            GRAFANA.name: partial(self._grafana, children=children),
        }
        return [await make[name](child) for name, child in children.items()]

    async def _prometheus(self, child: _Child, *, children: dict[str, _Child], gpus: Gpus) -> Spec:
        settings, places = self._settings, self._places
        listening = {name: each.listen for name, each in children.items()}
        around = Neighbours(
            prometheus=child.listen,
            gpus=gpus,
            node_exporter=listening.get(NODE_EXPORTER.name, ""),
            alertmanager=listening.get(ALERTMANAGER.name, ""),
            rules=places.rules,
        )
        prometheus.check(child.binary, settings)
        self._write_rules()
        file, data = places.state / "prometheus.yml", places.data(self._data)
        _write_yaml(file, prometheus.config(settings, around))
        checker = self._finder.here(PROMTOOL)
        if checker is not None:
            await promtool.check(checker, file)
        return Spec(
            PROMETHEUS.name,
            prometheus.command(child.binary, settings, child.listen, file, data),
            child.listen,
            "/-/ready",
            partial(storage.mend, data, places.state / "damaged"),
        )

    def _write_rules(self) -> None:
        """Those of another version, or of other settings, must not stay beside them."""
        for file in self._places.rules.glob("*.yaml"):
            file.unlink()
        for name, text in self._rules.items():
            _write(self._places.rules / name, text)

    async def _alertmanager(self, child: _Child) -> Spec:
        file = self._places.state / "alertmanager.yml"
        told = alertmanager.config(self._settings)
        if self._routing is not None:
            told = alertmanager.routed(self._settings, self._routing, child.binary)
            self._told.notes += alertmanager.secrets(self._routing)
            _write(file.with_name(render.TEMPLATE), render.template())
        _write_yaml(file, told)
        data = self._places.data("alertmanager")
        words = alertmanager.command(child.binary, child.listen, file, data)
        return Spec(ALERTMANAGER.name, words, child.listen, "/-/ready")

    async def _node_exporter(self, child: _Child) -> Spec:
        words = node_exporter.command(child.binary, child.listen)
        return Spec(NODE_EXPORTER.name, words, child.listen, "/")

    async def _grafana(self, child: _Child, *, children: dict[str, _Child]) -> Spec:
        folder = self._places.data("grafana")
        listening = {name: each.listen for name, each in children.items()}
        told = grafana.files(
            folder,
            child.listen,
            listening.get(PROMETHEUS.name, ""),
            listening.get(ALERTMANAGER.name, ""),
            self._dashboards,
        )
        for old in (folder / "dashboards").glob("*.json"):
            old.unlink()
        for file, text in told.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(file, text)
        secret = grafana.password(folder)
        self._told.notes.append(f"grafana: all may look; user admin, password in {secret}")
        words = grafana.command(child.binary, folder)
        return Spec(GRAFANA.name, words, child.listen, "/api/health")

    async def _settle(self) -> None:
        waiting = [asyncio.create_task(keeper.settled.wait()) for keeper, _ in self._told.keepers]
        if waiting:
            await asyncio.wait(waiting, timeout=SETTLED_WITHIN)
        for task in waiting:
            task.cancel()

    async def _watch_space(self) -> None:
        told = ""
        while True:
            remark = self._places.remark
            if remark and not told:
                log.warning("%s (next: %s)", remark, MORE_SPACE)
            told = remark
            await self._clock.sleep(LOOK_AT_SPACE)

    def _tell(self, key: str, note: str) -> None:
        self._told.news[key] = note
        self._write()

    def _write(self) -> None:
        try:
            self._instance.write(self.record)
        except OSError as error:
            log.warning("status cannot be written: %s", error)


def _tell_of_defect(task: asyncio.Task[None]) -> None:
    """Nobody waits for what is to run for ever, so nobody else would hear of its end."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s is not watched any more", task.get_name(), exc_info=error)


def _running(keeper: Keeper, child: _Child) -> Running:
    return Running(
        name=keeper.spec.name,
        state=keeper.state,
        url=f"http://{child.listen}",
        version=str(child.binary.version),
        note=keeper.trouble,
        pid=keeper.pid,
        start=started(keeper.pid) if keeper.pid else 0,
        since=keeper.since,
        restarts=keeper.restarts,
    )


def _write_yaml(file: Path, config: Config) -> None:
    _write(file, yaml.safe_dump(config, sort_keys=False))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            str(file),
            f"cannot be written: {error.strerror}",
            hint=f"look at df -h {file.parent}, or set XDG_STATE_HOME to another disk",
        ) from error
