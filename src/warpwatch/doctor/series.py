"""Series: that those which rules read are there, and are fresh."""

from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.doctor.finding import Findings, Link, gpus
from warpwatch.doctor.pipe import NAMES, SEEN, Pipe
from warpwatch.rules.documents import fields
from warpwatch.rules.neutral import Neutral
from warpwatch.rules.normalise import NEUTRAL

STALE = 150.0
"""Seconds; a scrape in a minute is usual, and one may fail."""
SHOWN = 8
_NEWEST = " or ".join(f"timestamp({name})" for name in NAMES)
_LACKING = 'warpwatch_gpu_gap{reason="unsupported"}'
_LIST = "for all of them give the exporter -f deploy/generated/warpwatch-counters.csv"


async def check(pipe: Pipe) -> Findings:
    server = pipe.prometheus
    if server is None:
        return
    link = Link("series", f"{server.url}, series of GPUs")
    found = (await server.query(f"count(count by (UUID) ({SEEN}))")).data
    if not found:
        yield link.problem("there is no series of a GPU", "look at the targets above")
        return
    yield link.ok(gpus(found[0].value))
    age = (await server.query(f"time() - max({_NEWEST})")).data
    if age and age[0].value > STALE:
        yield link.problem(
            f"the newest is {age[0].value:.0f} s old", "see that the clocks of both agree: date -u"
        )
    async for finding in _neutral(link, server):
        yield finding


async def _neutral(link: Link, server: Prometheus) -> Findings:
    """What has no data because nobody reads it, apart from what the boards themselves lack."""
    names = {field.name for field in fields()}
    wanted = f'{{__name__=~"{"|".join(sorted(names))}"}}'
    present = await _labels(server, "__name__", wanted)
    lacking = await _labels(server, "field", _LACKING)
    empty = [each for each in NEUTRAL if not _any(each, present)]
    missing = [each.series for each in empty if not _any(each, lacking)]
    total = len(NEUTRAL)
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        yield link.note(
            f"{len(missing)} of {total} neutral series have no data, and what reads them stays "
            f"silent: {', '.join(missing[:SHOWN])}{more}",
            _LIST,
        )
    elif empty:
        yield link.ok(
            f"{total - len(empty)} of {total} neutral series have data; the others are of what "
            "these boards do not have"
        )
    else:
        yield link.ok(f"all {total} neutral series have data")


async def _labels(server: Prometheus, label: str, selector: str) -> set[str]:
    found = (await server.query(f"count by ({label}) ({selector})")).data
    return {each.labels.get(label, "") for each in found}


def _any(neutral: Neutral, names: set[str]) -> bool:
    """Whether these are enough to make it."""
    added = {field.name for field in neutral.added}
    return any(field.name in names for field in neutral.fields) or (bool(added) and added <= names)
