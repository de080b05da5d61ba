"""Looks at a whole pipe, or at one node, and tells what is found as it is found."""

import asyncio
import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warpwatch import config, procfs
from warpwatch.app import alerting, sources, stack
from warpwatch.app.discovery import discover
from warpwatch.app.servers import Servers
from warpwatch.clients.access import ANYBODY, Access
from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clients.web import Refused, Web
from warpwatch.clock import SystemClock
from warpwatch.doctor import node
from warpwatch.doctor.finding import Finding
from warpwatch.doctor.pipe import Pipe
from warpwatch.doctor.walk import walk
from warpwatch.errors import Unreachable, UsageError, WarpwatchError
from warpwatch.exporter.settings import Settings
from warpwatch.httpd import address
from warpwatch.rules.render import Options

Tell = Callable[[Finding], None]
PATIENCE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    servers: Servers
    rules: Options
    page: str = ""
    grafana: str = ""
    grafana_access: Access = ANYBODY
    deliver: bool = False


def examine(asked: Asked, tell: Tell) -> None:
    async def main() -> None:
        async with AsyncExitStack() as open_:
            pipe = await _pipe(asked, open_)
            async for finding in walk(pipe):
                tell(finding)

    asyncio.run(main())


async def _pipe(asked: Asked, open_: AsyncExitStack) -> Pipe:
    async def opened(server: Any) -> Any:
        return await open_.enter_async_context(aclosing(server))

    servers = asked.servers
    # Who names other servers does not mean the exporter of the stack that happens to run here.
    page = asked.page or ("" if servers.named else _running().get("exporter", ""))
    there, teller = servers.known_prometheus(), servers.known_alertmanager()
    parts = urlsplit(page)
    return Pipe(
        clock=SystemClock(),
        rules=asked.rules,
        page=await opened(Web(f"{parts.scheme}://{parts.netloc}", servers.access))
        if page
        else None,
        path=parts.path or "/metrics",
        prometheus=await opened(Prometheus(there.url, there.access)) if there else None,
        alertmanager=await opened(Alertmanager(teller.url, teller.access)) if teller else None,
        grafana=await opened(Web(asked.grafana, asked.grafana_access)) if asked.grafana else None,
        disk=stack.places().remark if there and there.url == _running().get("prometheus") else "",
        deliver=asked.deliver,
    )


def _running() -> Mapping[str, str]:
    """Addresses of what runs here, by name."""
    record = stack.status()
    return {part.name: part.url for part in record.parts} if record else {}


def examine_node(settings: Settings, tell: Tell) -> None:
    for finding in node.look(_node(settings)):
        tell(finding)


def _node(settings: Settings) -> node.Node:
    found: Mapping[str, Any] = discover(settings.source, settings.hostname)
    of_driver = settings.source in sources.DRIVER
    pods, error = _pods(settings)
    url = _page_url(settings)
    return node.Node(
        source=found["source"]["name"] if found["gpus"] else settings.source,
        detail=found["source"]["detail"],
        driver=found["source"]["driver"],
        boards=tuple(map(_board, found["gpus"])),
        devices=dict(_devices()) if of_driver else None,
        visible=config.visible_devices(),
        privileged=procfs.privileged(),
        user=alerting.user(),
        host_processes=procfs.is_host(),
        wants_kubelet=settings.kubernetes,
        kubelet=settings.pod_resources_kubelet_socket,
        pods=pods,
        kubelet_error=error.message if error else "",
        kubelet_hint=error.hint if error else "",
        page=url,
        page_found=asyncio.run(_answer(url)),
    )


def _board(gpu: Mapping[str, Any]) -> node.Board:
    missing: Mapping[str, Sequence[str]] = gpu["missing"]
    return node.Board(
        index=gpu["gpu"],
        model=gpu["model"],
        failure="" if gpu["answers"] else gpu["failure"] or "no answer",
        refused=missing.get("no_permission", ()),
    )


def _devices() -> Iterator[tuple[str, bool]]:
    for path in sorted(Path("/dev").glob("nvidia*")):
        if path.is_char_device():
            yield str(path), os.access(path, os.R_OK | os.W_OK)


def _pods(settings: Settings) -> tuple[int | None, WarpwatchError | None]:
    from warpwatch.clients.kubelet import lister

    try:
        lister.available()
        asked = lister.Lister(Path(settings.pod_resources_kubelet_socket))
        try:
            return len(asked.pods(PATIENCE)), None
        finally:
            asked.close()
    except (Unreachable, UsageError) as error:
        return None, error


def _page_url(settings: Settings) -> str:
    host, port = address(settings.address)
    local = host if host not in {"", "0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104  compared with
    scheme = "https" if settings.web_config_file else "http"
    return f"{scheme}://[{local}]:{port}" if ":" in local else f"{scheme}://{local}:{port}"


async def _answer(url: str) -> str:
    """What answers there; that it wants a password, or shows a certificate, is an answer too."""
    async with aclosing(Web(url, patience=PATIENCE)) as web:
        try:
            text = (await web.get("/-/ready")).decode(errors="replace")
        except Refused as refused:
            return f"answers {refused}"
        except Unreachable as error:
            if os.strerror(errno.ECONNREFUSED) in error.message:
                return ""
            return f"answers, but not to us: {error.message}"
    return f"answers: {(text.splitlines() or ['nothing'])[0]}"


def as_json(findings: Sequence[Finding]) -> str:
    told = [
        {
            "link": each.link,
            "verdict": str(each.verdict),
            "looked_at": each.looked,
            "found": each.found,
            "next": each.next,
        }
        for each in findings
    ]
    return json.dumps(told, indent=2, ensure_ascii=False)
