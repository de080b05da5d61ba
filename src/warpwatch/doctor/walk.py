"""All links in their order. One that does not answer is told of, and the rest is looked at."""

from contextlib import aclosing

from warpwatch.doctor import (
    alertmanager,
    delivery,
    grafana,
    page,
    prometheus,
    routes,
    rules,
    series,
    targets,
)
from warpwatch.doctor.finding import Findings, Link
from warpwatch.doctor.pipe import Check, Pipe
from warpwatch.errors import Unreachable

CHECKS: tuple[tuple[str, Check], ...] = (
    ("exporter", page.check),
    ("prometheus", prometheus.check),
    ("targets", targets.check),
    ("series", series.check),
    ("rules", rules.check),
    ("alertmanager", alertmanager.wired),
    ("alertmanager", alertmanager.check),
    ("alertmanager", alertmanager.arrived),
    ("routes", routes.check),
    ("delivery", delivery.check),
    ("grafana", grafana.check),
)


async def walk(pipe: Pipe) -> Findings:
    silent: set[str] = set()
    for name, check in CHECKS:
        try:
            async with aclosing(check(pipe)) as findings:
                async for finding in findings:
                    yield finding
        except Unreachable as error:
            where, _, why = error.message.partition(": ")
            server = where.partition("/api/")[0]
            if server not in silent:  # what it is asked next it does not answer either
                yield Link(name, where).problem(why, error.hint or "see its log")
            silent.add(server)
