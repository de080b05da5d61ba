"""Delivery: an alert that is only a test, followed until somebody was told of it."""

from collections.abc import Mapping, Sequence

from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.alertmanager.results import NewAlert, stamp
from warpwatch.clients.web import Refused
from warpwatch.clock import Clock
from warpwatch.doctor import routes
from warpwatch.doctor.finding import Findings, Link
from warpwatch.doctor.pipe import Pipe
from warpwatch.errors import InputError, Unreachable
from warpwatch.expo.parse import parse

TEST = "WarpwatchTest"
PATIENCE = 90.0
"""Seconds: a group waits for thirty by default, and a receiver may be slow."""
LOOK = 0.5
_TRIED = "alertmanager_notification_requests_total"
_FAILED = "alertmanager_notification_requests_failed_total"
"""Each try; notifications themselves have failed only once it gives up, minutes later."""

Counts = Mapping[tuple[str, str], float]
"""By name of the counter and integration."""


async def check(pipe: Pipe) -> Findings:
    server = pipe.alertmanager
    if server is None or not pipe.deliver:
        return
    link = Link("delivery", f"{server.url}, by a test alert of severity critical")
    try:
        before = await _counts(server)
    except (Refused, InputError) as error:
        yield link.unknown(f"does not tell of its notifications: {error}", "look for the message")
        return
    if nobody := await _nobody(server):
        yield link.problem(f"critical goes to {', '.join(nobody)}, which tells nobody", routes.SAY)
        return
    now = pipe.clock.now()
    # On a node of its own, so that it is in no group that was told of something lately.
    labels = {"severity": "critical", "node": f"test-{now:.0f}"}
    await server.post([trial(labels, now, 2 * PATIENCE)])
    ended = pipe.clock.monotonic() + PATIENCE
    while pipe.clock.monotonic() < ended:
        since = await _counts(server)
        failed = _grown(before, since, _FAILED)
        if failed:
            yield link.problem(
                f"fails by {', '.join(failed)}",
                "look at Alertmanager's log, and at the receiver's address and secret",
            )
            return
        tried = _grown(before, since, _TRIED)
        if tried and await _still(pipe.clock, server, before):
            yield link.ok(f"delivered by {', '.join(tried)}; look whether {TEST} was seen")
            return
        await pipe.clock.sleep(LOOK)
    yield link.problem(
        f"nobody was told within {PATIENCE:.0f} s",
        "look at the routes above and at silences; without alertname in group_by it waits for "
        "group_interval",
    )


async def _nobody(server: Alertmanager) -> Sequence[str]:
    """The receivers of such an alert, where none of them tells anybody: no need to wait for it."""
    try:
        config = routes.read((await server.status()).config.original)
        receivers = routes.told(config, {"alertname": TEST, "severity": "critical"})
        return () if routes.hearing(config, receivers) else receivers
    except routes.UNREADABLE:
        return ()


def trial(labels: Mapping[str, str], now: float, seconds: float, by: str = "doctor") -> NewAlert:
    """An alert that is only a test, and over by itself."""
    return NewAlert(
        {"alertname": TEST, "family": "test", **labels},
        {
            "summary": "This is a test of who is told; nothing is wrong.",
            "description": f"Handed in by {by}; over by itself {stamp(now + seconds)}.",
        },
        stamp(now),
        stamp(now + seconds),
    )


async def _still(clock: Clock, server: Alertmanager, before: Counts) -> bool:
    """Whether it has not failed a moment later either: a try is counted before its end."""
    await clock.sleep(2 * LOOK)
    return not _grown(before, await _counts(server), _FAILED)


async def _counts(server: Alertmanager) -> Counts:
    page = parse((await server.metrics()).decode(), f"{server.url}/metrics")
    counts: dict[tuple[str, str], float] = {}
    for sample in page.samples:
        if sample.name in {_TRIED, _FAILED}:
            key = (sample.name, sample.labels.get("integration", ""))
            counts[key] = counts.get(key, 0.0) + sample.value
    if not counts:
        raise Unreachable(f"{server.url}/metrics does not count notifications")
    return counts


def _grown(before: Counts, now: Counts, name: str) -> list[str]:
    return sorted(
        way
        for (key, way), count in now.items()
        if key == name and count > before.get((key, way), 0.0)
    )
