"""Whether settings, and the files that they name, would let an exporter start."""

from collections.abc import Iterator
from pathlib import Path

from warpwatch.clock import SystemClock
from warpwatch.exporter import devices, listing
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.settings import Settings
from warpwatch.httpd import address


def check(settings: Settings) -> Iterator[str]:
    """What was looked at and found right; what is wrong is raised."""
    host, port = address(settings.address)
    yield f"address: {host or 'every address'}, port {port}"
    yield f"limits: {settings.limits.connections} connections"
    devices.parse(settings.devices)
    yield f"devices: {settings.devices}"
    origin = listing.origin(settings)
    listed = listing.load(origin, ERAS[settings.compat])
    yield f"counters: {len(listed.selection.metrics)} families from {origin.where}"
    if settings.web_config_file:
        from warpwatch.httpd.edge import Edge

        edge = Edge(Path(settings.web_config_file), SystemClock())
        yield f"web configuration: {edge.summary}"
