"""Whether settings, and the files that they name, would let an exporter start."""

from collections.abc import Iterator

from warpwatch.app import exporter, sources
from warpwatch.clock import Clock, SystemClock
from warpwatch.exporter import devices, listing
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.settings import Settings
from warpwatch.httpd import address


def check(settings: Settings) -> Iterator[str]:
    """What was looked at and found right; what is wrong is raised. All that a start makes is made,
    except that the driver is not opened and nothing is asked or listened on.
    """
    clock = SystemClock()
    host, port = address(settings.address)
    yield f"address: {host or 'every address'}, port {port}"
    yield f"limits: {settings.limits.connections} connections"
    yield f"source: {_source(settings, clock)}"
    devices.parse(settings.devices)
    yield f"devices: {settings.devices}"
    parts = exporter.assemble(settings, clock, here=settings.source in sources.DRIVER)
    listed = listing.load(parts.origin, ERAS[settings.compat])
    number = len(listed.selection.metrics)
    families = f"{number} {'family' if number == 1 else 'families'}"
    yield f"counters: {families} of {parts.origin.where}"
    asked = [each.name for each in parts.attribution.health()]
    yield f"attribution: {', '.join(asked) or 'nobody is asked'}"
    if parts.edge is not None:
        yield f"web configuration: {parts.edge.summary}"


def _source(settings: Settings, clock: Clock) -> str:
    if settings.source in sources.DRIVER:
        return f"{settings.source} (the driver is not opened here)"
    source = sources.open_source(settings.source, clock, settings.hostname).source
    try:
        return source.inventory().info.detail
    finally:
        source.close()
