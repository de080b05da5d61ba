"""Rules: loaded, of this version, without errors, in time, and with results."""

from collections.abc import Iterator, Sequence

from warpwatch.clients.prometheus.client import Missing, Prometheus
from warpwatch.clients.prometheus.results import Group
from warpwatch.doctor.finding import Finding, Findings, Link
from warpwatch.doctor.pipe import SEEN, Pipe
from warpwatch.rules import normalise, source
from warpwatch.rules.render import TIME_SCALE, alerting, recorded

SHOWN = 5
SLOW = 0.5
"""Of its interval that a group takes."""
_FIRST = normalise.groups()[0].name
"""All others read what this one records."""
_LOAD = "warpwatch rules render --out DIR, and name both files under rule_files"


async def check(pipe: Pipe) -> Findings:
    server = pipe.prometheus
    if server is None:
        return
    link = Link("rules", f"{server.url}/rules")
    try:
        groups = await server.rules()
    except Missing:
        yield link.unknown("has no list of rules", "ask the ruler: --prometheus URL of it")
        return
    wanted = [
        rule.name
        for group in (*recorded(pipe.rules), *alerting(pipe.rules))
        for rule in group.rules
    ]
    loaded = {rule.name for group in groups for rule in group.rules}
    missing = [name for name in wanted if name not in loaded]
    if len(missing) == len(wanted):
        yield link.problem("none of ours is loaded", _LOAD)
        return
    if missing:
        some = ", ".join(missing[:SHOWN])
        yield link.problem(
            f"{len(missing)} of {len(wanted)} are not loaded, those of another version are: {some}",
            _LOAD,
        )
    else:
        yield link.ok(f"all {len(wanted)} are loaded")
    for finding in _health(link, groups):
        yield finding
    async for finding in _results(link, server):
        yield finding


def _health(link: Link, groups: Sequence[Group]) -> Iterator[Finding]:
    bad = [rule for group in groups for rule in group.rules if rule.health == "err"]
    for rule in bad[:SHOWN]:
        yield link.problem(
            f"{rule.name} fails: {rule.last_error}",
            "warpwatch explain alert PrometheusRuleFailures",
        )
    if len(bad) > SHOWN:
        yield link.problem(f"{len(bad) - SHOWN} more fail", "look at the list of rules")
    for group in groups:
        if group.interval and group.evaluation_time > SLOW * group.interval:
            yield link.note(
                f"group {group.name} takes {group.evaluation_time:.1f} s of its "
                f"{group.interval:g} s",
                "docs/scaling.md: when one Prometheus is not enough",
            )


async def _results(link: Link, server: Prometheus) -> Findings:
    scale = (await server.query(TIME_SCALE)).data
    if scale:
        yield link.note(
            f"they judge {scale[0].value:g} times faster than for real GPUs: a demonstration"
        )
    gpus = (await server.query(f"count(count by (UUID) ({SEEN}))")).data
    named = (await server.query(f"count({source.NAME})")).data
    if not gpus:
        return
    if not named:
        yield link.problem(
            f"{source.NAME} has no data though GPUs are scraped: no alert can fire",
            f"wait for one evaluation; then look at the errors of group {_FIRST}",
        )
    elif named[0].value < gpus[0].value:
        yield link.note(
            f"{source.NAME} knows {named[0].value:g} of {gpus[0].value:g} GPUs",
            "look again after an evaluation",
        )
    else:
        yield link.ok(f"{source.NAME} knows {named[0].value:g} GPUs")
