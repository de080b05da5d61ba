"""warpwatch config: what the settings are, where each was said, and whether they are right."""

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from warpwatch.config import Resolved

_FILES = (
    click.option("--config", help="Settings file, as for warpwatch exporter."),
    click.option("--config-file", help="Settings file of dcgm-exporter, likewise."),
)


@click.group("config")
def command() -> None:
    """Show and check the exporter's settings, as it would start with them now.

    Flags win over the environment, that over a file, and that over defaults.
    """


@command.command("show")
@_FILES[0]
@_FILES[1]
@click.option("--origin", is_flag=True, help="Say where each setting was said.")
@click.option("--all", "everything", is_flag=True, help="Show those that nobody said, too.")
@click.option("-o", "--output", type=click.Choice(("table", "json")), default="table")
def show(
    config: str | None, config_file: str | None, output: str, *, origin: bool, everything: bool
) -> None:
    """Print the settings that differ from the defaults."""
    told = _resolved(config, config_file)
    shown = [each for each in told.said if everything or each.given]
    if output == "json":
        data = {
            each.flag.key: {"value": each.value, "origin": each.place} if origin else each.value
            for each in shown
        }
        click.echo(json.dumps(data, indent=2))
        return
    if not shown:
        click.echo("all settings are the defaults; see them: warpwatch config show --all")
    width = max((len(each.flag.key) for each in shown), default=0)
    values = [json.dumps(each.value) for each in shown]
    wide = max(map(len, values), default=0)
    for each, value in zip(shown, values, strict=True):
        place = f"  {each.place}" if origin else ""
        click.echo(f"{each.flag.key:<{width}}  {value:<{wide if origin else 0}}{place}".rstrip())


@command.command("validate")
@_FILES[0]
@_FILES[1]
def validate(config: str | None, config_file: str | None) -> None:
    """Check the settings of all tables and the files that they name; nothing is started."""
    from warpwatch.app import checking

    told = _resolved(config, config_file)
    for warning in told.warnings:
        click.echo(f"warning: {warning}", err=True)
    for looked_at in checking.check(told.settings):
        click.echo(f"ok  {looked_at}")
    for looked_at in checking.check_stack(config or ""):
        click.echo(f"ok  {looked_at}")


def _resolved(config: str | None, config_file: str | None) -> "Resolved":
    from warpwatch import config as settings

    return settings.exporter({"config": config, "config_file": config_file})
