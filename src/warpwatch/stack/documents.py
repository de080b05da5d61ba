"""Configurations for deploy/compose, made from those that `up` writes."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from warpwatch.dashboards import outputs
from warpwatch.stack import alertmanager, grafana, prometheus, scrape
from warpwatch.stack.prometheus import Neighbours
from warpwatch.stack.scrape import Config, Gpus
from warpwatch.stack.settings import Settings

_HEAD = "# Made by `./run fmt` from src/warpwatch/stack; what is changed here is lost.\n"
_EXPORTER, _FLEET = "exporter", "fleet"
"""Services of the compose file; the one whose profile is not chosen has no address."""


def files() -> Mapping[str, str]:
    """Path below the root of the repository → content."""
    told: dict[str, Config] = {
        "prometheus.yml": _prometheus(),
        "alertmanager.yml": alertmanager.config(Settings()),
        "grafana-datasources.yml": {
            "apiVersion": 1,
            "datasources": grafana.sources("prometheus:9090", "alertmanager:9093"),
        },
        "grafana-dashboards.yml": dict(outputs.provider()),
    }
    return {
        f"deploy/compose/{name}": _HEAD + yaml.safe_dump(config, sort_keys=False)
        for name, config in told.items()
    }


def _prometheus() -> Config:
    around = Neighbours(
        prometheus="127.0.0.1:9090",
        gpus=Gpus(f"{_FLEET}:9410", fleet=True),
        node_exporter="node-exporter:9100",
        alertmanager="alertmanager:9093",
        rules=Path("/etc/prometheus/rules"),
    )
    fleet, *rest = prometheus.jobs(Settings(), around)
    config = prometheus.config(Settings(), around)
    config["scrape_configs"] = [
        scrape.by_name(_EXPORTER, 9400),
        {**fleet, "job_name": _FLEET},
        *rest,
    ]
    return config
