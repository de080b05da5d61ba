"""All links in their order. One that does not answer is told of, and the rest is looked at."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

from warpwatch.clients.prometheus.client import Missing
from warpwatch.doctor import (
    alertmanager,
    delivery,
    disk,
    grafana,
    page,
    prometheus,
    routes,
    rules,
    series,
    targets,
)
from warpwatch.doctor.finding import Finding, Findings, Link, Verdict
from warpwatch.doctor.pipe import Check, Pipe
from warpwatch.errors import Unreachable

CHECKS: tuple[tuple[str, Check], ...] = (
    ("exporter", page.check),
    ("prometheus", prometheus.check),
    ("disk", disk.check),
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


SETTLED = 30.0
"""Seconds from its start until a Prometheus knows targets and neighbours, and has read them."""
_SETTLING = {"targets", "series", "alertmanager"}


async def walk(pipe: Pipe) -> Findings:
    silent: set[str] = set()
    lenient = await _lenient(pipe)
    for name, check in CHECKS:
        try:
            async with aclosing(check(pipe)) as findings:
                async for finding in findings:
                    yield lenient(finding)
        except Unreachable as error:
            where, _, why = error.message.partition(": ")
            server = where.partition("/api/")[0]
            if server not in silent:  # what it is asked next it does not answer either
                yield Link(name, where).problem(why, error.hint or "see its log")
            silent.add(server)


async def _lenient(pipe: Pipe) -> Callable[[Finding], Finding]:
    """Of a server that has only just started nothing is broken because it is not there yet."""
    if pipe.prometheus is None:
        return _as_it_is
    try:
        began = (await pipe.prometheus.runtime()).start_time
    except (Missing, Unreachable):  # some do not tell; that one does not answer is told by the walk
        return _as_it_is
    age = pipe.clock.now() - began.timestamp() if began else SETTLED
    if age >= SETTLED:
        return _as_it_is

    def excused(finding: Finding) -> Finding:
        if finding.verdict is not Verdict.PROBLEM or finding.link not in _SETTLING:
            return finding
        told = f"{finding.found}, {max(age, 0.0):.0f} s after Prometheus started"
        return replace(
            finding, verdict=Verdict.NOTE, found=told, next=f"look again in {SETTLED:.0f} s"
        )

    return excused


def _as_it_is(finding: Finding) -> Finding:
    return finding
