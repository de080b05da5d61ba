"""warpwatch fields: what is made from the catalogue."""

from pathlib import Path

import click

from warpwatch.errors import WarpwatchError


@click.group("fields")
def command() -> None:
    """Write the files that are made from the catalogue."""


@command.command()
@click.option("--out", default=".", type=click.Path(file_okay=False), help="Root of the checkout.")
@click.option("--check", is_flag=True, help="Write nothing; fail if a file is not up to date.")
def render(out: str, *, check: bool) -> None:
    """Lists, rules and configurations for deploy/, tables and runbooks for docs/."""
    from warpwatch.dashboards import documents as dashboards
    from warpwatch.exporter import documents
    from warpwatch.rules import documents as rules
    from warpwatch.stack import documents as stack

    stale = [
        (Path(out, name), text)
        for each in (documents, rules, stack, dashboards)
        for name, text in each.files().items()
        if not (path := Path(out, name)).exists() or path.read_text(encoding="utf-8") != text
    ]
    if check and stale:
        names = ", ".join(str(path) for path, _ in stale)
        raise WarpwatchError(f"not up to date: {names}", hint=documents.COMMAND)
    for path, text in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote {path}")
