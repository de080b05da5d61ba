"""Prometheus: its configuration as data, its command line, and what its version can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from warpwatch.stack import scrape
from warpwatch.stack.binaries import Binary
from warpwatch.stack.scrape import Config, Gpus
from warpwatch.stack.settings import RemoteWrite, Settings
from warpwatch.stack.version import Version


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What a Prometheus is to know of the rest of its stack; empty where that does not run."""

    prometheus: str
    gpus: Gpus
    node_exporter: str = ""
    alertmanager: str = ""
    rules: Path | None = None


DEBIAN = "ds"
"""In the versions of Debian's and Ubuntu's builds, which leave some parts out."""
_SENDS_HEADERS = Version(2, 53)
"""Debian's 2.42 takes the headers of a remote_write and does not send them; its 2.53 does."""


def check(binary: Binary, settings: Settings) -> None:
    """Refuses what this build would take without complaint, and not do."""
    tenants = [each for each in settings.remote_write if each.access.tenant]
    if tenants and DEBIAN in binary.version.build:
        binary.require(
            _SENDS_HEADERS, f"the tenant of {tenants[0].url} (Debian's builds drop its header)"
        )


def jobs(settings: Settings, around: Neighbours) -> list[Config]:
    """What is scraped: our own GPUs first."""
    told = [
        scrape.gpus(around.gpus),
        *scrape.around(around.gpus),
        scrape.own("prometheus", around.prometheus),
    ]
    if around.node_exporter:
        told.append(scrape.own("node", around.node_exporter))
    if around.alertmanager:
        told.append(scrape.own("alertmanager", around.alertmanager))
    return [*told, *map(scrape.job, settings.scrape)]


def config(settings: Settings, around: Neighbours) -> Config:
    interval = settings.scrape_interval
    rules = [str(around.rules / "*.yaml")] if around.rules else []
    told: Config = {
        "global": {
            "scrape_interval": interval,
            "evaluation_interval": interval,
            "external_labels": dict(settings.external_labels),
        },
        "rule_files": [*rules, *settings.rule_files],
        "scrape_configs": jobs(settings, around),
    }
    if around.alertmanager:
        told["alerting"] = {
            "alertmanagers": [{"static_configs": [{"targets": [around.alertmanager]}]}]
        }
    if settings.remote_write:
        told["remote_write"] = list(map(_remote, settings.remote_write))
    return told


def _remote(wanted: RemoteWrite) -> Config:
    told: Config = {"url": wanted.url, **wanted.access.client()}
    if wanted.name:
        told["name"] = wanted.name
    if wanted.access.headers:
        told["headers"] = dict(wanted.access.headers)
    if wanted.keep:
        told["write_relabel_configs"] = [
            {"source_labels": ["__name__"], "regex": wanted.keep, "action": "keep"}
        ]
    return told


def command(
    binary: Binary, settings: Settings, listen: str, file: Path, data: Path
) -> Sequence[str]:
    words = [
        str(binary.path),
        f"--config.file={file}",
        f"--storage.tsdb.path={data}",
        f"--storage.tsdb.retention.time={settings.retention_time}",
        f"--web.listen-address={listen}",
        f"--{'' if settings.wal_compression else 'no-'}storage.tsdb.wal-compression",
    ]
    if settings.retention_size:
        words.append(f"--storage.tsdb.retention.size={settings.retention_size}")
    if settings.receive_remote_write:
        words.append("--web.enable-remote-write-receiver")
    if binary.root is not None and DEBIAN in binary.version.build:
        # Debian keeps the pages of its web interface beside the program, and names where.
        share = binary.root / "usr" / "share" / "prometheus"
        words.append(f"--web.local-assets={share / 'web'}/")
    return words
