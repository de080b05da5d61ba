"""Scrape jobs, as Prometheus reads them."""

from collections.abc import Iterator
from dataclasses import dataclass

from warpwatch.stack.settings import Job, Kubernetes

Config = dict[str, object]


@dataclass(frozen=True, slots=True)
class Gpus:
    """Our own exporter, or a simulated fleet."""

    target: str
    """host:port"""
    secure: bool = False
    fleet: bool = False
    """Whether the targets are many, and told under /sd."""


def gpus(found: Gpus) -> Config:
    """Honouring labels: a page says whose work a GPU does, and that is not the exporter's pod."""
    scheme = "https" if found.secure else "http"
    told: Config = {"job_name": "gpus", "honor_labels": True}
    if found.fleet:
        url = f"{scheme}://{found.target}/sd"
        return told | {"http_sd_configs": [{"url": url, "refresh_interval": "30s"}]}
    told |= {"scheme": scheme, "static_configs": [{"targets": [found.target]}]}
    if found.secure:
        # The exporter is in this process: what is shown to others need not convince ourselves.
        told["tls_config"] = {"insecure_skip_verify": True}
    return told


def by_name(host: str, port: int) -> Config:
    """Exporters behind a name of a network of containers; none while nobody has the name."""
    return {
        "job_name": "gpus",
        "honor_labels": True,
        "dns_sd_configs": [{"names": [host], "type": "A", "port": port}],
    }


AROUND = ("hosts", "programs")
"""What a simulated fleet has beside GPUs, each told under /sd/ and its name."""


def around(found: Gpus) -> Iterator[Config]:
    """Their targets say themselves what job they are of."""
    if not found.fleet:
        return
    scheme = "https" if found.secure else "http"
    for name in AROUND:
        url = f"{scheme}://{found.target}/sd/{name}"
        yield {"job_name": name, "http_sd_configs": [{"url": url, "refresh_interval": "10s"}]}


def own(name: str, target: str) -> Config:
    return {"job_name": name, "static_configs": [{"targets": [target]}]}


def job(wanted: Job) -> Config:
    told: Config = {
        "job_name": wanted.job,
        "honor_labels": wanted.honor_labels,
        "metrics_path": wanted.path,
        "scheme": wanted.scheme,
        **wanted.access.client(),
    }
    if wanted.interval is not None:
        told["scrape_interval"] = wanted.interval
    relabel: list[Config] = []
    if wanted.targets:
        told["static_configs"] = [{"targets": list(wanted.targets)}]
    elif wanted.files:
        told["file_sd_configs"] = [{"files": list(wanted.files)}]
    elif wanted.http_sd:
        told["http_sd_configs"] = [{"url": wanted.http_sd, **wanted.access.client()}]
    elif wanted.kubernetes is not None:
        told["kubernetes_sd_configs"] = [_discovery(wanted.kubernetes)]
        relabel += _from_kubernetes(wanted.kubernetes, whose=not wanted.honor_labels)
    relabel += [{"target_label": name, "replacement": to} for name, to in wanted.labels.items()]
    return told | ({"relabel_configs": relabel} if relabel else {})


def _discovery(wanted: Kubernetes) -> Config:
    told: Config = {"role": wanted.role}
    if wanted.namespaces:
        told["namespaces"] = {"names": list(wanted.namespaces)}
    if wanted.selector:
        told["selectors"] = [{"role": wanted.role, "label": wanted.selector}]
    return told


def _from_kubernetes(wanted: Kubernetes, *, whose: bool) -> Iterator[Config]:
    """`whose`: the series are of the pod that is scraped, and not told of by it."""
    port = {"pod": "pod_container_port_name", "endpoints": "endpoint_port_name"}[wanted.role]
    if wanted.port:
        yield {
            "source_labels": [f"__meta_kubernetes_{port}"],
            "regex": wanted.port,
            "action": "keep",
        }
    labels = {"kubernetes_node": "pod_node_name"}
    if whose:
        labels |= {"namespace": "namespace", "pod": "pod_name", "container": "pod_container_name"}
    for label, source in labels.items():
        yield {"source_labels": [f"__meta_kubernetes_{source}"], "target_label": label}
