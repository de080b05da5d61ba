"""Whether settings, and the files that they name, would let a start go well."""

from collections.abc import Iterator

from warpwatch.app import exporter, sources
from warpwatch.clock import Clock, SystemClock
from warpwatch.config.routing import routing
from warpwatch.config.rules import rules
from warpwatch.config.stack import stack
from warpwatch.exporter import devices, listing
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.settings import Settings
from warpwatch.httpd import address
from warpwatch.stack import alertmanager


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


def check_stack(file: str) -> Iterator[str]:
    """The same of what is around an exporter: the other tables of the settings file."""
    around, told, judged = stack(file), routing(file), rules(file)
    jobs = f"{len(around.scrape)} more to scrape" if around.scrape else "nothing more to scrape"
    yield f"stack: Prometheus at {around.prometheus}, {jobs}"
    if told is None:
        yield "routing: nobody is told of alerts"
    else:
        problems = list(alertmanager.secrets(told))
        yield f"routing: {len(told.receivers)} receivers"
        yield from (f"routing, remark: {each}" for each in problems)
    excepted = len(judged.exceptions.boards) + len(judged.exceptions.namespaces)
    yield f"rules: {excepted} boards and namespaces with thresholds of their own"


def _source(settings: Settings, clock: Clock) -> str:
    if settings.source in sources.DRIVER:
        return f"{settings.source} (the driver is not opened here)"
    source = sources.open_source(settings.source, clock, settings.hostname).source
    try:
        return source.inventory().info.detail
    finally:
        source.close()
