"""Series: that those which rules read are there, and are fresh."""

from warpwatch.doctor.finding import Findings, Link, gpus
from warpwatch.doctor.pipe import NAMES, SEEN, Pipe
from warpwatch.rules.documents import fields
from warpwatch.rules.normalise import NEUTRAL

STALE = 150.0
"""Seconds; a scrape in a minute is usual, and one may fail."""
SHOWN = 8
_NEWEST = " or ".join(f"timestamp({name})" for name in NAMES)
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
    names = {field.name for field in fields()}
    wanted = f'{{__name__=~"{"|".join(sorted(names))}"}}'
    present = {
        each.labels["__name__"]
        for each in (await server.query(f"count by (__name__) ({wanted})")).data
    }
    missing = [
        neutral.series
        for neutral in NEUTRAL
        if not any(field.name in present for field in neutral.fields)
        and not (neutral.added and {field.name for field in neutral.added} <= present)
    ]
    total = len(NEUTRAL)
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        yield link.note(
            f"{len(missing)} of {total} neutral series have no data, and what reads them stays "
            f"silent: {', '.join(missing[:SHOWN])}{more}",
            _LIST,
        )
    else:
        yield link.ok(f"all {total} neutral series have data")
