"""What this program was told, as frozen settings: flags over environment over files over defaults.

environment   the only reader of the environment
said          what was said of each setting, and where
file          warpwatch.toml
dcgm_file     the YAML that dcgm-exporter reads
exporter      the exporter's settings, from all of it
routing       who is told of alerts; rules: how they are to be
stack         the settings of what runs around it
"""

from warpwatch.config.environment import (
    Unit,
    api_server,
    cache_directory,
    command,
    hostname,
    node,
    runtime_directory,
    search_path,
    state_directory,
    unit,
    visible_devices,
)
from warpwatch.config.exporter import Resolved, exporter

__all__ = [
    "Resolved",
    "Unit",
    "api_server",
    "cache_directory",
    "command",
    "exporter",
    "hostname",
    "node",
    "runtime_directory",
    "search_path",
    "state_directory",
    "unit",
    "visible_devices",
]
