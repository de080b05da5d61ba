"""Targets: discovered, up, and with labels that say whose work a GPU does."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from warpwatch.clients.prometheus.client import Missing, Prometheus
from warpwatch.clients.prometheus.results import Target, Targets
from warpwatch.doctor.finding import Finding, Findings, Link
from warpwatch.doctor.pipe import SEEN, Pipe

SHOWN = 5
_SELECT = (
    "give it a scrape job (docs/existing-prometheus.md); in Kubernetes compare the labels of the "
    "monitor with `kubectl get prometheus -A -o jsonpath='{..serviceMonitorSelector}"
    "{..podMonitorSelector}'`"
)
_NO_GPUS = ("no target gives series of GPUs", _SELECT)
_NONE = (
    "there is no target at all",
    f"if it started just now, look again in half a minute; otherwise {_SELECT}",
)
_HINTS = {
    "connection refused": "see that the exporter runs there: systemctl status warpwatch-exporter",
    "deadline exceeded": "raise scrape_timeout, and look why it is slow: warpwatch doctor exporter",
    "no route to host": "look at the network and its policies between the two",
    "401": "give the scrape job the name and password of the exporter's web configuration",
    "403": "give the scrape job the rights that the exporter asks for",
    "404": "look at metrics_path of the scrape job",
    "certificate": "give the scrape job a tls_config with the authority of the exporter's",
    "first record does not look like a tls handshake": "set scheme: http in the scrape job",
    "server gave http response to https client": "set scheme: http in the scrape job",
    "malformed http response": "set scheme: https in the scrape job",
}


async def check(pipe: Pipe) -> Findings:
    server = pipe.prometheus
    if server is None:
        return
    link = Link("targets", f"{server.url}/targets")
    seen = (await server.query(f"count by (job, instance) ({SEEN})")).data
    places = {(each.labels.get("job", ""), each.labels.get("instance", "")) for each in seen}
    try:
        found = await server.targets()
    except Missing:
        yield link.unknown(
            "has no list of targets, as Thanos and Mimir do not; series are looked at instead",
            "look at the targets of the Prometheus or the agent that sends to it",
        )
        found = Targets()
    else:
        for finding in _told(link, found, places, pipe):
            yield finding
    if places:
        async for finding in _labels(link, server):
            yield finding


def _told(
    link: Link, found: Targets, places: set[tuple[str, str]], pipe: Pipe
) -> Iterator[Finding]:
    jobs = {job for job, _ in places}
    ours = [each for each in found.active_targets if _is_page(each, pipe)]
    gpus = [each for each in found.active_targets if each.labels.get("job") in jobs]
    gpus += [each for each in ours if each not in gpus]
    known = found.active_targets or found.dropped_targets
    if known and pipe.page is not None and not pipe.path.endswith("/sd") and not ours:
        yield _absent(link, found, pipe)
    if not gpus:
        yield link.problem(*(_NO_GPUS if found.active_targets else _NONE))
        return
    down = [each for each in gpus if each.health == "down"]
    waiting = [each for each in gpus if each.health == "unknown"]
    for each in down[:SHOWN]:
        yield link.problem(f"{each.scrape_url} is down: {each.last_error}", _hint(each.last_error))
    if len(down) > SHOWN:
        yield link.problem(f"{len(down) - SHOWN} more are down", "look at the list of targets")
    if waiting:
        yield link.note(f"{len(waiting)} were not scraped yet", "look again after an interval")
    if len(down) + len(waiting) < len(gpus):
        up = len(gpus) - len(down) - len(waiting)
        yield link.ok(f"{up} of {len(gpus)} exporters of GPUs are up")


def _is_page(target: Target, pipe: Pipe) -> bool:
    """Whether it is the exporter that was looked at; a local one may be scraped by another name."""
    if pipe.page is None:
        return False
    page, scraped = urlsplit(pipe.page.url), urlsplit(target.scrape_url)
    return scraped.port == page.port and (
        scraped.hostname == page.hostname or scraped.hostname in {"localhost", "127.0.0.1"}
    )


def _absent(link: Link, found: Targets, pipe: Pipe) -> Finding:
    place = urlsplit(pipe.page.url).netloc if pipe.page else ""
    for each in found.dropped_targets:
        if each.discovered_labels.get("__address__") == place:
            return link.problem(
                f"{place} is discovered, and dropped by relabel_configs",
                "look at the `keep` and `drop` rules of its scrape job",
            )
    return link.note(f"{place} is not among them", _SELECT)


def _hint(error: str) -> str:
    said = error.lower()
    known = (hint for part, hint in _HINTS.items() if part in said)
    return next(known, "ask the page from that Prometheus' machine: curl URL")


async def _labels(link: Link, server: Prometheus) -> Findings:
    async def count(matcher: str) -> float:
        selector = SEEN.replace("}", f", {matcher}}}")
        found = (await server.query(f"count(count by (UUID) ({selector}))")).data
        return found[0].value if found else 0.0

    if renamed := await count('exported_pod!=""'):
        yield link.note(
            f"of {renamed:g} GPUs the pod is renamed to exported_pod; our rules read both",
            "set honor_labels: true in the scrape job (honorLabels in a ServiceMonitor)",
        )
    if billed := await count('container=~".*(dcgm-exporter|warpwatch).*"'):
        yield link.note(
            f"{billed:g} GPUs seem to be used by the exporter's own pod: those are idle ones",
            "set honor_labels: true, or drop the labels pod, namespace and container of the target",
        )
    twice = await server.query(f"count(count by (UUID) (count by (UUID, instance) ({SEEN})) > 1)")
    if twice.data:
        yield link.note(
            f"{twice.data[0].value:g} GPUs are told of by two exporters; rules count them once",
            "end one of them when you have compared them",
        )
    nameless = 'instance=~"(localhost|127[.].*):.*", Hostname="", hostname=""'
    if lost := await count(nameless):
        yield link.note(
            f"{lost:g} GPUs are of a node that is only called localhost",
            "scrape it by the node's name, or start the exporter with --hostname NAME",
        )
