"""Alertmanager: its configuration, the least one where nobody has chosen; its command line."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from warpwatch.errors import InputError
from warpwatch.rules.routing import inhibition, render
from warpwatch.rules.routing.settings import Settings as Routing
from warpwatch.stack.binaries import Binary
from warpwatch.stack.scrape import Config
from warpwatch.stack.settings import Settings


def config(settings: Settings) -> Config:
    """Alerts are grouped and shown; they reach somebody where a webhook is named."""
    receiver: Config = {"name": "default"}
    if settings.webhook:
        receiver["webhook_configs"] = [{"url": settings.webhook, "send_resolved": True}]
    return {
        "route": {
            "receiver": "default",
            "group_by": ["cluster", "alertname", "node"],
            "group_wait": "10s",
            "group_interval": "1m",
            "repeat_interval": "4h",
        },
        "receivers": [receiver],
        "inhibit_rules": [dict(rule) for rule in inhibition.rules(Routing().node_down)],
    }


def routed(settings: Settings, routing: Routing, binary: Binary) -> Config:
    """As the user's [routing] has it, if this version can do that."""
    if settings.webhook:
        raise InputError(
            "stack.webhook",
            "does not go with [routing], which says who is told",
            hint='make it a way of a receiver there: by = "webhook"',
        )
    return render.config(routing, (binary.version.major, binary.version.minor))


def secrets(routing: Routing) -> Iterator[str]:
    """Refuses one that is not there, and remarks on one that others can read."""
    for place, way in routing.ways():
        for key, path in way.secrets.items():
            where = f"routing.{place}.{key}"
            if not os.access(path, os.R_OK):
                raise InputError(where, f"{path} cannot be read", hint=f"ls -l {path}")
            if Path(path).stat().st_mode & 0o077:
                yield f"{where}: others can read {path} (next: chmod 600 {path})"


def command(binary: Binary, listen: str, file: Path, data: Path) -> Sequence[str]:
    return [
        str(binary.path),
        f"--config.file={file}",
        f"--storage.path={data}",
        f"--web.listen-address={listen}",
        "--cluster.listen-address=",  # there is one: it talks to nobody, and takes no other port
    ]
