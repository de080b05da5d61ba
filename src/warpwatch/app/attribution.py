"""Which stages tell whose work is on a GPU, by the settings; and what they need to be there."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from warpwatch import config
from warpwatch.clock import Clock
from warpwatch.errors import UsageError
from warpwatch.exporter.attribution.stage import Chain, Stage
from warpwatch.exporter.settings import KUBELET_SOCKET, Settings

if TYPE_CHECKING:
    from warpwatch.clients.kubernetes.api import Api

log = logging.getLogger(__name__)


def chain(settings: Settings, clock: Clock, *, here: bool) -> Chain:
    """`here`: the source tells of this machine. Simulated GPUs bring their owners with them, and
    the kubelet is asked about them only if its socket was named.
    """
    allowed = _allowed(settings.kubernetes_pod_label_allowlist_regex)
    stages: list[Stage] = []
    if settings.kubernetes and (here or settings.pod_resources_kubelet_socket != KUBELET_SOCKET):
        stages += _kubernetes(settings, clock, allowed)
    if settings.hpc_job_mapping_dir:
        from warpwatch.exporter.attribution.job_files import JobFiles

        folder = Path(settings.hpc_job_mapping_dir)
        stages.append(JobFiles(folder, clock, settings.interval, settings.job_files_stale))
    if here and settings.reads_processes:
        stages += _processes(settings, clock)
    return Chain(stages)


def _kubernetes(settings: Settings, clock: Clock, allowed: str) -> Iterator[Stage]:
    from warpwatch.clients.kubelet import lister
    from warpwatch.exporter.attribution.kubelet import Kubelet

    lister.available()
    socket = Path(settings.pod_resources_kubelet_socket)
    resources = frozenset(filter(None, settings.nvidia_resource_names.split(",")))
    node = config.node()
    api = None
    if settings.asks_for_pods or settings.kubernetes_enable_dra:
        if not node:
            log.warning("NODE_NAME is not set, so the pods of the whole cluster are followed")
        api = api_server()
    resolve = None
    if api is not None and settings.kubernetes_enable_dra:
        from warpwatch.exporter.attribution.slices import Slices

        slices = Slices(api, clock, node)
        resolve = slices.resolve
        yield slices
    yield Kubelet(
        lister.Lister(socket), clock, settings.interval, resources=resources, resolve=resolve
    )
    if api is not None and settings.asks_for_pods:
        from warpwatch.exporter.attribution.pods import Pods

        yield Pods(api, clock, node, allowed)


def _processes(settings: Settings, clock: Clock) -> Iterator[Stage]:
    from warpwatch.exporter.processes import Names
    from warpwatch.procfs import Register, environment

    root = Path(settings.path_procfs)
    yield Names(Register(root).look)
    if settings.tells_tenants or settings.shares_gpus:
        from warpwatch.exporter.attribution.tenants import Tenants, Wanted

        wanted = Wanted(
            jobs=settings.slurm, containers=settings.container_labels, users=settings.user_labels
        )
        name = None
        if settings.container_labels and settings.container_runtime_socket:
            from warpwatch.clients.containers.runtime import Runtime
            from warpwatch.exporter.attribution.containers import Containers

            runtime = Runtime(settings.container_runtime_socket, clock)
            containers = Containers(runtime, clock, settings.interval)
            name = containers.name
            yield containers
        yield Tenants(
            wanted,
            environment=lambda pid: environment(pid, root),
            **({"name": name} if name else {}),
        )


def api_server() -> "Api":
    try:
        from warpwatch.clients.kubernetes.api import Api
    except ImportError as error:
        raise UsageError(
            "asking the API server needs httpx2, which is not installed",
            hint="pip install 'warpwatch[k8s]'",
        ) from error
    from warpwatch.clients.kubernetes.access import in_cluster

    found = config.api_server()
    return Api(in_cluster(found.host, found.port, found.account))


def _allowed(expressions: str) -> str:
    """One expression of several that are separated by commas."""
    parts = [part for part in expressions.split(",") if part]
    for part in parts:
        try:
            re.compile(part)
        except re.error as error:
            raise UsageError(
                f"--kubernetes-pod-label-allowlist-regex: {part!r} is not a regular expression: "
                f"{error}"
            ) from error
    return "|".join(f"(?:{part})" for part in parts)
