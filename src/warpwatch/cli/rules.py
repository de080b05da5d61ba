"""warpwatch rules: what a Prometheus is to work out and to alert about."""

from pathlib import Path

import click

from warpwatch.errors import InputError, UsageError


@click.group("rules")
def command() -> None:
    """Rules for Prometheus, Thanos, Mimir or VictoriaMetrics, with data of any exporter of GPUs."""


@command.command("render")
@click.option("--out", default=".", show_default=True, help="Folder to write the files into.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Another threshold.")
@click.option("--team-label", default="team", show_default=True, help="Pod label of the team.")
@click.option("--team", "teams", multiple=True, metavar="NAMESPACE=TEAM", help="Of a namespace.")
def render(out: str, changes: tuple[str, ...], team_label: str, teams: tuple[str, ...]) -> None:
    """Write prometheus_rules.yaml and prometheus_alerts.yaml."""
    from warpwatch.rules.render import Options, rendered
    from warpwatch.rules.thresholds import changed

    options = Options(
        thresholds=changed(_pairs("--set", changes)),
        team_label=team_label,
        teams=_pairs("--team", teams),
    )
    folder = Path(out)
    for name, text in rendered(options):
        path = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InputError(str(path), f"cannot be written: {error.strerror}") from error
        click.echo(path)
    click.echo("  next: name them under rule_files in prometheus.yml, and reload it", err=True)


@command.command("thresholds")
def thresholds() -> None:
    """List the thresholds, their defaults and what they mean."""
    from warpwatch.rules.thresholds import plain, table

    for name, default, unit, text in table():
        click.echo(f"{name:<26} {plain(default):>10} {unit:<8} {text}")


def _pairs(flag: str, words: tuple[str, ...]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise UsageError(f"{flag} {name}{equals}{value} is not NAME=VALUE")
    return {name: value for name, _, value in pairs}
