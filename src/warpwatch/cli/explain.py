"""`warpwatch explain`: a metric, an error code or an alert, without leaving the terminal."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from warpwatch.rules.model import Alert

Facts = Mapping[str, str | int | bool | list[str]]

_WIDTH = 96
_LIST = 30
_FIRST_SXID = 10000

_output = click.option(
    "-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True
)
_overrides = click.option(
    "--overrides",
    type=click.Path(path_type=Path, dir_okay=False),
    help="TOML file with a site's own opinion on codes.",
)


@click.group("explain")
def command() -> None:
    """Explain a metric, an error code or an alert."""


@command.command("field")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@_output
def explain_field(names: tuple[str, ...], output: str) -> None:
    """Explain fields by id, by a name of any era, or by a part of a name.

    A part that fits several fields gives a list of them, one line each.
    """
    from warpwatch.fields.describe import describe, summary
    from warpwatch.fields.spellings import search

    own = [facts for name in names if (facts := _own(name)) is not None]
    found = {name: search(name) for name in names if _own(name) is None}
    for name, fields in found.items():
        if not fields:
            raise _unknown(name)
    if output == "json":
        _print_json([*own, *(describe(field) for fields in found.values() for field in fields)])
        return
    for facts in own:
        _print_facts(facts)
    for number, (name, fields) in enumerate(found.items()):
        if number:
            click.echo()
        _print_remark(name)
        if len(fields) > 1:
            click.echo("\n".join(map(summary, fields[:_LIST])))
            _print_rest(name, len(fields) - _LIST)
            continue
        _print_facts(describe(fields[0]))


@command.command("xid")
@click.argument("code", type=click.IntRange(min=0))
@_overrides
@_output
def explain_xid(code: int, overrides: Path | None, output: str) -> None:
    """Explain an XID of a GPU; five digits are taken for an SXid of an NVSwitch."""
    _explain(code, overrides, output, switch=code >= _FIRST_SXID)


@command.command("sxid")
@click.argument("code", type=click.IntRange(min=0))
@_overrides
@_output
def explain_sxid(code: int, overrides: Path | None, output: str) -> None:
    """Explain an SXid of an NVSwitch."""
    _explain(code, overrides, output, switch=True)


@command.command("alert")
@click.argument("name")
@_output
def explain_alert(name: str, output: str) -> None:
    """Explain an alert: what it means, who acts, what to do first."""
    import difflib

    from warpwatch.errors import InputError
    from warpwatch.rules import documents

    alert = documents.find(name)
    if alert is None:
        near = difflib.get_close_matches(name, documents.names(), n=1, cutoff=0.4)
        guess = f"; did you mean {near[0]}?" if near else ""
        hint = f"warpwatch explain alert {near[0] if near else 'GPUHot'}"
        raise InputError(f"alert {name}", f"there is none of this name{guess}", hint=hint)
    if output == "json":
        _print_json(_alert_facts(alert))
    else:
        _print_facts(_alert_facts(alert))


def _alert_facts(alert: "Alert") -> Facts:
    return {
        "alert": alert.name,
        "severity": str(alert.severity),
        "family": alert.family,
        "what": alert.summary,
        "meaning": alert.runbook.meaning,
        "who acts": alert.runbook.acts,
        "first": list(alert.runbook.first),
        "over": alert.runbook.over,
        "expression": alert.expr,
    }


def _explain(code: int, path: Path | None, output: str, *, switch: bool) -> None:
    from warpwatch.xid.catalogue import sxid, xid
    from warpwatch.xid.describe import describe
    from warpwatch.xid.overrides import NONE, load

    overrides = NONE if path is None else load(path)
    facts = describe((sxid if switch else xid)(code, overrides), overrides)
    if output == "json":
        _print_json(facts)
    else:
        _print_facts(facts)


def _own(name: str) -> Facts | None:
    """A family of warpwatch's, which stands in no catalogue of DCGM's."""
    if not name.startswith("warpwatch_"):
        return None
    from warpwatch.exporter.listing import RELOAD
    from warpwatch.exporter.own import FAMILIES

    for family in (*(entry.family for entry in FAMILIES), RELOAD):
        if family.name == name:
            made = "the exporter, on every page beside the compatible families"
            return {"name": name, "type": family.type, "meaning": family.help, "made by": made}
    return None


def _unknown(name: str) -> Exception:
    from warpwatch.errors import InputError
    from warpwatch.fields.spellings import nearest

    problem = "no metric has this id, this name or this in its name"
    guess = nearest(name)
    if guess is None:
        return InputError(f"field {name}", problem, hint="warpwatch explain field gpu")
    hint = f"warpwatch explain field {guess}"
    return InputError(f"field {name}", f"{problem}; did you mean {guess}?", hint=hint)


def _print_remark(name: str) -> None:
    from warpwatch.fields.spellings import resolve, wrong_name

    if (mistake := wrong_name(name)) is not None:
        click.echo(_wrapped(f"{mistake.wrong} does not exist: {mistake.why}.") + "\n")
    elif (field := resolve(name)) is not None and name in field.aliases:
        click.echo(_wrapped(f"{name} is an older name of {field.name}.") + "\n")


def _print_rest(name: str, rest: int) -> None:
    if rest > 0:
        click.echo(f"and {rest} more: say more than {name}, or use -o json for all", err=True)


def _print_json(value: Facts | Sequence[Facts]) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _print_facts(facts: Facts) -> None:
    margin = max(map(len, facts)) + 2
    for key, value in facts.items():
        lines = value if isinstance(value, list) else [_word(value)]
        hang = 2 if len(lines) > 1 else 0
        for number, line in enumerate(lines):
            click.echo(f"{'' if number else key:<{margin}}{_wrapped(line, margin, hang=hang)}")


def _word(value: str | int) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _wrapped(text: str, margin: int = 0, *, hang: int = 0) -> str:
    """The text in lines that end within the page; those after the first begin at the margin, and
    further in where the text is one of several.
    """
    import textwrap

    width = _WIDTH - margin - hang
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * (margin + hang)}".join(lines)
