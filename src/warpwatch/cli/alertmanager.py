"""warpwatch alertmanager: who is told of what, as Alertmanager reads it."""

from pathlib import Path

import click

from warpwatch.cli.writing import write
from warpwatch.errors import UsageError


@click.group("alertmanager")
def command() -> None:
    """Who is told of alerts, and how: the table [routing] of warpwatch.toml."""


@command.command("render")
@click.option(
    "--out", metavar="FILE", help="Write it there, and the template of messages beside it."
)
@click.option("--for", "version", help="Version of Alertmanager.  [default: the oldest served]")
@click.option("--config", "file", default="", help="Settings file, as in warpwatch exporter.")
def render(out: str | None, version: str | None, file: str) -> None:
    """Write alertmanager.yml, to standard output without --out."""
    from warpwatch.config.routing import routing
    from warpwatch.rules.routing.release import OLDEST, release
    from warpwatch.rules.routing.render import TEMPLATE, template, text

    wanted = release(version) if version else OLDEST
    settings = routing(file)
    if settings is None:
        raise UsageError(
            f"{file or 'warpwatch.toml'} has no table [routing]", hint="docs/routing.md shows one"
        )
    told = text(settings, wanted)
    if out is None:
        click.echo(told, nl=False)
        click.echo(f"  next: --out FILE also writes {TEMPLATE}, which it names", err=True)
        return
    write(Path(out), told)
    write(Path(out).with_name(TEMPLATE), template())
    click.echo(f"  next: amtool check-config {out}, then reload Alertmanager", err=True)
