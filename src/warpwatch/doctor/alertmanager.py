"""Alertmanager: told by Prometheus, answering, and knowing the alert that always stands."""

from warpwatch.clients.prometheus.client import Missing
from warpwatch.doctor.finding import Findings, Link
from warpwatch.doctor.pipe import Pipe

WATCHDOG = "Watchdog"
RESENT = 120.0
"""Seconds: what Prometheus sent before it knew to whom it sends again after one minute."""
_WIRE = "name it in prometheus.yml under alerting.alertmanagers"


async def wired(pipe: Pipe) -> Findings:
    """Whether Prometheus tells one."""
    if pipe.prometheus is None:
        return
    link = Link("alertmanager", f"{pipe.prometheus.url}/status")
    try:
        told = await pipe.prometheus.alertmanagers()
    except Missing:
        yield link.unknown("does not say whom it tells of alerts")
        return
    urls = [each.url for each in told.active_alertmanagers]
    if urls:
        yield link.ok(f"Prometheus tells {', '.join(urls)}")
    else:
        yield link.problem("Prometheus tells no Alertmanager of its alerts", _WIRE)


async def check(pipe: Pipe) -> Findings:
    if pipe.alertmanager is None:
        yield Link("alertmanager", "--alertmanager").unknown(
            "none is given, and no stack runs here", "warpwatch up, or --alertmanager URL"
        )
        return
    status = await pipe.alertmanager.status()
    link = Link("alertmanager", pipe.alertmanager.url)
    yield link.ok(f"answers: {status.version_info.version}")


async def arrived(pipe: Pipe) -> Findings:
    """Whether the one alert that always stands has come through."""
    if pipe.prometheus is None or pipe.alertmanager is None:
        return
    link = Link("alertmanager", pipe.alertmanager.url)
    since = f'time() - ALERTS_FOR_STATE{{alertname="{WATCHDOG}"}}'
    fires = (await pipe.prometheus.query(since)).data
    there = await pipe.alertmanager.alerts([f'alertname="{WATCHDOG}"'])
    if fires and there:
        yield link.ok(f"{WATCHDOG} has arrived from Prometheus")
    elif fires and fires[0].value < RESENT:
        yield link.note(
            f"{WATCHDOG} fires since {fires[0].value:.0f} s and has not arrived yet",
            "look again in two minutes",
        )
    elif fires:
        yield link.problem(
            f"{WATCHDOG} fires in Prometheus and has not arrived: no alert will", _WIRE
        )
