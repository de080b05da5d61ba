"""What is rendered from the rules and committed: the rules themselves, their tables, runbooks."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO

from warpwatch.fields import events, memory, nvlink_links
from warpwatch.fields.field import Field
from warpwatch.rules import alerts, thresholds
from warpwatch.rules.files import HEAD
from warpwatch.rules.model import Alert, Record, duration
from warpwatch.rules.normalise import NEUTRAL
from warpwatch.rules.render import Options, recorded, rendered

COMMAND = "./run fmt"
_MADE = f"<!-- Made by `{COMMAND}` from src/warpwatch/rules; what is changed here is lost. -->\n"
_SEVERITIES = (
    "critical wakes somebody up, warning is looked at in the day, info is told to nobody who does "
    "not ask. On the command line: `warpwatch explain alert NAME`."
)
_FILES = (
    "`deploy/generated/rules/` has them for any Prometheus, Thanos, Mimir or VictoriaMetrics; both "
    "files are needed. `warpwatch rules render` writes them with other thresholds, team labels or "
    "teams. [Alerts](alerts/README.md) have runbooks. An exporter gives all that they read with "
    "`deploy/generated/warpwatch-counters.csv` as its list of counters; with another list what is "
    "not there stays silent."
)

_CHOICE = """`rules render --set NAME=VALUE` for one of them. What is to stay stands in
warpwatch.toml, which `warpwatch up` reads too; a namespace's own number counts before a board's.
`rules thresholds` lists what holds.

```toml
[rules]
interval = "30s"                                   # between evaluations; 60s for thousands of GPUs
team_label = "team"                                # label of pods that says whose they are
teams = {vision = "perception"}                    # by namespace, for pods without one
runbook_url = "https://wiki.example/gpu/{name}"    # {name}, {family} of the alert
dashboard_url = "https://grafana.example/d/{dashboard}?var-node={{ $labels.node }}"

[rules.thresholds]
hot_celsius = 80

[rules.boards."NVIDIA H100 80GB HBM3"]             # as the driver names it
limit_margin_celsius = 8

[rules.namespaces.vision]
idle_ratio = 0.01
error_ratio = 0.1
```
"""


def files() -> Mapping[str, str]:
    """Path below the root of the repository → content."""
    rules = {f"deploy/generated/rules/{name}": text for name, text in rendered(Options())}
    books = {f"docs/alerts/{alert.name}.md": "\n".join(page(alert)) for alert in _alerts()}
    return {
        **rules,
        **books,
        "docs/alerts/README.md": _overview(),
        "docs/rules.md": _series(),
        "deploy/generated/warpwatch-counters.csv": counters(),
    }


def find(name: str) -> Alert | None:
    """By its name, however it is capitalised, with the default thresholds."""
    return next((alert for alert in _alerts() if alert.name.lower() == name.lower()), None)


def names() -> tuple[str, ...]:
    return tuple(alert.name for alert in _alerts())


def fields() -> tuple[Field, ...]:
    """All that the rules read of an exporter."""
    told = [field for neutral in NEUTRAL for field in (*neutral.fields, *neutral.added)]
    more = (events.XID_ERRORS, memory.FB_USED, nvlink_links.NVLINK_GET_STATE)
    return tuple(dict.fromkeys((*told, *more)))


def page(alert: Alert) -> Iterator[str]:
    book = alert.runbook
    yield from (f"# {alert.name}", "", _MADE.strip(), "", alert.summary, "", book.meaning, "")
    yield f"- severity: **{alert.severity}**, family: {alert.family}"
    yield f"- who acts: {book.acts}"
    yield f"- told after: {_wait(alert)}"
    yield from ("", "## First", "")
    yield from (f"{number}. {step}" for number, step in enumerate(book.first, 1))
    yield from ("", "## Over", "", book.over, "", "## Expression", "", "```promql")
    yield from (alert.expr, "```", "")


def _alerts() -> Iterator[Alert]:
    for group in alerts.groups(thresholds.Thresholds()):
        yield from (rule for rule in group.rules if isinstance(rule, Alert))


def _wait(alert: Alert) -> str:
    wait = duration(alert.lasting) if alert.lasting else "at once"
    return f"{wait}, and {duration(alert.keep)} longer than it lasts" if alert.keep else wait


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    heads = tuple(heads)
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _overview() -> str:
    rows = (
        (
            f"[{alert.name}]({alert.name}.md)",
            str(alert.severity),
            duration(alert.lasting) if alert.lasting else "",
            alert.summary,
            alert.family,
        )
        for alert in _alerts()
    )
    return "\n".join(
        (
            "# Alerts",
            "",
            _MADE,
            _SEVERITIES,
            "",
            *_table(("name", "severity", "for", "what", "family"), rows),
            "",
        )
    )


def _series() -> str:
    series = (
        (f"`{rule.name}`", rule.unit or rule.name.split(":")[1].rpartition("_")[2], rule.help)
        for group in recorded(Options())
        for rule in group.rules
        if isinstance(rule, Record)
    )
    numbers = (
        (f"`{name}`", thresholds.plain(default), unit, text)
        for name, default, unit, text in thresholds.table()
    )
    return "\n".join(
        (
            "# Rules",
            "",
            _MADE,
            _FILES,
            "",
            "## Thresholds",
            "",
            _CHOICE,
            "",
            *_table(("name", "default", "unit", "meaning"), numbers),
            "",
            "## Series",
            "",
            *_table(("series", "unit", "meaning"), series),
            "",
        )
    )


def counters() -> str:
    """A list of counters with all that the rules read."""
    out = StringIO()
    out.write(HEAD.replace("warpwatch rules render", COMMAND))
    rows = csv.writer(out, lineterminator="\n")
    rows.writerows((field.name, field.kind.value, field.help) for field in fields())
    return out.getvalue()
