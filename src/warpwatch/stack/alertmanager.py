"""Alertmanager: the least configuration it can have, and its command line."""

from collections.abc import Sequence
from pathlib import Path

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
    }


def command(binary: Binary, listen: str, file: Path, data: Path) -> Sequence[str]:
    return [
        str(binary.path),
        f"--config.file={file}",
        f"--storage.path={data}",
        f"--web.listen-address={listen}",
        "--cluster.listen-address=",  # there is one: it talks to nobody, and takes no other port
    ]
