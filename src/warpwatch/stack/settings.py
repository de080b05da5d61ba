"""What may be chosen of a stack: the table [stack] of warpwatch.toml, and flags of `up`."""

from typing import Annotated, Literal

import msgspec

from warpwatch.clients.access import ANYBODY, Access
from warpwatch.errors import InputError
from warpwatch.httpd import address
from warpwatch.stack.archive import Archive
from warpwatch.stack.tools import TOOLS

Duration = Annotated[str, msgspec.Meta(pattern=r"^(\d+(ms|s|m|h|d|w|y))+$")]
Size = Annotated[str, msgspec.Meta(pattern=r"^(\d+(B|KB|MB|GB|TB|PB|EB))?$")]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_][\w.-]*$")]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Kubernetes(_Table, frozen=True):
    """Which pods, or endpoints of services, are scraped."""

    role: Literal["pod", "endpoints"] = "pod"
    namespaces: tuple[str, ...] = ()
    """All of them where none is named."""
    selector: str = ""
    """Of labels, such as `app=nvidia-dcgm-exporter`."""
    port: str = ""
    """Its name; every port where none is named."""


class Job(_Table, frozen=True):
    """Something else to scrape: exactly one way to find it."""

    job: Name
    targets: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    http_sd: str = ""
    kubernetes: Kubernetes | None = None
    path: str = "/metrics"
    scheme: Literal["http", "https"] = "http"
    interval: Duration | None = None
    honor_labels: bool = False
    """For exporters that say whose work a GPU does: their labels win over the target's."""
    labels: dict[str, str] = {}
    access: Access = ANYBODY


class RemoteWrite(_Table, frozen=True):
    url: str
    name: str = ""
    keep: str = ""
    """Names of the series that are sent, as a regular expression; all of them where it is empty."""
    access: Access = ANYBODY


class Existing(_Table, frozen=True):
    """Servers that somebody else runs: nothing is started in their place."""

    prometheus: str
    alertmanager: str = ""
    access: Access = ANYBODY


class Settings(_Table, frozen=True):
    prometheus: str = "127.0.0.1:9090"
    alertmanager: str = "127.0.0.1:9093"
    node_exporter: str = "127.0.0.1:9100"
    grafana: str = "127.0.0.1:3000"
    console: str = "127.0.0.1:9480"
    scrape_interval: Duration = "15s"
    retention_time: Duration = "15d"
    retention_size: Size = ""
    """No bound but the disk's where it is empty."""
    wal_compression: bool = True
    receive_remote_write: bool = False
    """Whether the Prometheus takes what others send to it."""
    external_labels: dict[str, str] = {}
    rule_files: tuple[str, ...] = ()
    """Beside those of warpwatch."""
    webhook: str = ""
    """Where Alertmanager sends everything; nowhere where it is empty."""
    download: bool = True
    """Whether packages may be fetched."""
    archives: dict[str, Archive] = {}
    scrape: tuple[Job, ...] = ()
    remote_write: tuple[RemoteWrite, ...] = ()
    existing: Existing | None = None


RESERVED = ("gpus", "node", "prometheus", "alertmanager", "hosts", "programs")
"""Jobs that a stack has by itself."""


def check(settings: Settings, where: str) -> None:
    """What types cannot say."""
    for listen in (
        settings.prometheus,
        settings.alertmanager,
        settings.node_exporter,
        settings.grafana,
        settings.console,
    ):
        address(listen)
    known = [tool.name for tool in TOOLS]
    for name in settings.archives:
        if name not in known:
            raise InputError(
                f"{where}.archives.{name}", "is no program of the stack", hint=", ".join(known)
            )
    seen = set(RESERVED)
    for number, job in enumerate(settings.scrape):
        _check_job(job, f"{where}.scrape[{number}]", seen)
        seen.add(job.job)
    for number, remote in enumerate(settings.remote_write):
        remote.access.check(f"{where}.remote_write[{number}].access")
    if settings.existing is not None:
        settings.existing.access.check(f"{where}.existing.access")


def _check_job(job: Job, where: str, seen: set[str]) -> None:
    ways = [job.targets, job.files, job.http_sd, job.kubernetes]
    if sum(map(bool, ways[:3])) + (job.kubernetes is not None) != 1:
        raise InputError(where, "must give one of targets, files, http_sd and kubernetes")
    if job.job in seen:
        raise InputError(f"{where}.job", f"{job.job!r} is there already", hint="name it otherwise")
    job.access.check(f"{where}.access")
    if job.access.tenant:
        raise InputError(
            f"{where}.access.tenant",
            "is for servers that keep series of many; a scrape has none",
            hint="leave it out",
        )
