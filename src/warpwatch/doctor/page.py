"""The page of an exporter: there, of GPUs that can be read, and of real ones."""

import json
from collections import Counter
from collections.abc import Iterator

from warpwatch.clients.web import Refused
from warpwatch.doctor.finding import Finding, Findings, Link, gpus
from warpwatch.doctor.pipe import Pipe
from warpwatch.errors import InputError
from warpwatch.expo.parse import Exposition, parse

_RIGHTS = "run it as root, or grant CAP_SYS_ADMIN: docs/exposing.md says to whom and what for"
_OTHER = "look what listens there, or name the page: --page URL"


async def check(pipe: Pipe) -> Findings:
    if pipe.page is None:
        return
    link = Link("exporter", f"{pipe.page.url}{pipe.path}")
    try:
        text = (await pipe.page.get(await _path(pipe))).decode()
        page = parse(text)
    except Refused as refused:
        yield link.problem(f"answers {refused}", _OTHER)
        return
    except (InputError, UnicodeDecodeError) as error:
        yield link.problem(f"is not a page of metrics: {error}", _OTHER)
        return
    for finding in _look(link, page):
        yield finding


async def _path(pipe: Pipe) -> str:
    """Of a fleet, the page of its first node."""
    if pipe.page is None or not pipe.path.endswith("/sd"):
        return pipe.path
    told = await pipe.page.get(pipe.path)
    try:
        return str(json.loads(told)[0]["labels"]["__metrics_path__"])
    except (ValueError, LookupError, TypeError) as error:
        raise InputError(pipe.path, "is no list of targets with pages") from error


def _look(link: Link, page: Exposition) -> Iterator[Finding]:
    if not page.named("warpwatch_build_info"):
        seen = {s.labels["UUID"] for s in page.samples if "UUID" in s.labels}
        if seen:
            yield link.ok(f"is another exporter's, of {gpus(len(seen))}")
        else:
            yield link.problem("has no series of GPUs", _OTHER)
        return
    (source,) = page.named("warpwatch_source_info")
    count = sum(sample.value for sample in page.named("warpwatch_gpus"))
    if source.labels["source"] == "none" or not count:
        detail = source.labels.get("detail", "") or "the driver tells of none"
        yield link.problem(f"has no GPUs: {detail}", "on that machine: warpwatch doctor exporter")
        return
    yield link.ok(f"{gpus(count)} from {source.labels['source']}")
    if source.labels.get("simulated") == "true":
        yield link.note("these GPUs are simulated: no number is of a real one")
    yield from _failures(link, page)
    yield from _gaps(link, page)


def _failures(link: Link, page: Exposition) -> Iterator[Finding]:
    hung = {s.labels["gpu"] for s in page.named("warpwatch_gpu_hung") if s.value}
    failed = {s.labels["gpu"] for s in page.named("warpwatch_gpu_collect_success") if not s.value}
    for gpu in sorted(hung):
        yield link.problem(
            f"a read of GPU {gpu} does not return", "warpwatch explain alert GPUHung"
        )
    for gpu in sorted(failed - hung):
        yield link.problem(
            f"GPU {gpu} cannot be read", "warpwatch explain alert GPUCollectionFailing"
        )


def _gaps(link: Link, page: Exposition) -> Iterator[Finding]:
    fields: Counter[str] = Counter()
    for reason, _ in {
        (s.labels["reason"], s.labels["field"]) for s in page.named("warpwatch_gpu_gap")
    }:
        fields[reason] += 1
    if fields["no_permission"]:
        yield link.note(f"{fields['no_permission']} fields are refused for want of rights", _RIGHTS)
    rest = {reason: n for reason, n in sorted(fields.items()) if reason != "no_permission"}
    if rest:
        told = ", ".join(f"{n} {reason}" for reason, n in rest.items())
        yield link.note(f"fields that some GPU does not give: {told}", "warpwatch discovery")
