"""The console: served by itself, or beside a stack that runs already."""

import asyncio
import dataclasses
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warpwatch.addresses import loopback
from warpwatch.app.serving import Announce, Signals, Started, url_of
from warpwatch.clients.access import ANYBODY, Access
from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clock import Clock, SystemClock
from warpwatch.errors import InputError, UsageError, WarpwatchError
from warpwatch.httpd import address
from warpwatch.stack import ports
from warpwatch.stack.instance import Running
from warpwatch.web.service import Console
from warpwatch.web.settings import Settings

if TYPE_CHECKING:
    from warpwatch.httpd.edge import Edge


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a user says on the command line."""

    prometheus: str
    alertmanager: str = ""
    access: Access = ANYBODY
    web_config: Path | None = None
    insecure: bool = False
    console: Settings = dataclasses.field(default_factory=Settings)


def serve(asked: Asked, announce: Announce) -> None:
    """Until told to stop."""

    async def main() -> None:
        signals = Signals()
        clock = SystemClock()
        async with running(asked, clock) as url:
            announce(Started(f"Prometheus at {asked.prometheus}", simulated=False, url=url))
            await signals.until_stopped()

    asyncio.run(main())


@asynccontextmanager
async def running(asked: Asked, clock: Clock) -> AsyncIterator[str]:
    """The console's address, for as long as it is served."""
    edge = _edge(asked.web_config, clock)
    settings = _guarded(asked, edge)
    bounds = settings.bounds
    prometheus = Prometheus(asked.prometheus, asked.access, patience=bounds.seconds)
    alertmanager = Alertmanager(asked.alertmanager, asked.access) if asked.alertmanager else None
    console = Console(settings, prometheus, alertmanager, clock, edge)
    try:
        await console.start()
        try:
            url = url_of(settings.listen, console.port, secure=settings.secure)
            yield url + settings.prefix
        finally:
            await console.stop()
    finally:
        await prometheus.aclose()
        if alertmanager is not None:
            await alertmanager.aclose()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What runs already, and where the console is to be."""

    prometheus: str
    alertmanager: str
    grafana: str
    access: Access
    listen: str
    token: Path
    """Where the operators' token is kept; made where there is none."""


@asynccontextmanager
async def beside(there: Beside, clock: Clock) -> AsyncIterator[Running]:
    """As a part of something larger, which goes on without it."""
    async with AsyncExitStack() as stack:
        try:
            chosen = ports.choose(there.listen)
            asked = Asked(
                prometheus=there.prometheus,
                alertmanager=there.alertmanager,
                access=there.access,
                console=Settings(
                    listen=chosen.listen,
                    grafana=there.grafana,
                    operator_token_file=_secret(there.token),
                ),
            )
            url = await stack.enter_async_context(running(asked, clock))
        except WarpwatchError as error:
            part = Running("console", "missing", note=f"{error.message} (next: {error.hint})")
        else:
            note = f"to silence there: the token in {there.token}"
            told = "; ".join(filter(None, (chosen.moved, note)))
            part = Running("console", "ready", url, note=told, since=clock.now())
        yield part


def _secret(path: Path) -> Path:
    """A file that its owner alone may read."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    except OSError as error:
        raise InputError(str(path), f"cannot be written: {error.strerror}") from error
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(24) + "\n")
    return path


def _edge(path: Path | None, clock: Clock) -> "Edge | None":
    if path is None:
        return None
    from warpwatch.httpd.edge import Edge

    return Edge(path, clock)


def _guarded(asked: Asked, edge: "Edge | None") -> Settings:
    """On a network nobody looks without having shown who he is, nor in clear text unasked."""
    settings = asked.console
    here = loopback(address(settings.listen)[0])
    secure = edge is not None and edge.tls is not None
    passwords = edge is not None and edge.asks
    if not here and not secure and not asked.insecure:
        raise UsageError(
            f"{settings.listen} can be reached from a network, and would be served in clear text",
            hint="give --web-config-file with tls_server_config, or --insecure behind a proxy "
            "that has TLS; --listen 127.0.0.1:9480 is this machine's alone",
        )
    if not here and not passwords and settings.token_file is None:
        raise UsageError(
            f"{settings.listen} can be reached from a network, and anybody could look",
            hint="give --token-file FILE, or --web-config-file with basic_auth_users",
        )
    guarded = not here or passwords or settings.token_file is not None
    return dataclasses.replace(settings, secure=secure, passwords=passwords, open_hosts=guarded)
