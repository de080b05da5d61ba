"""warpwatch rules: what a Prometheus is to work out and to alert about."""

import dataclasses
from pathlib import Path

import click

from warpwatch.cli.writing import write
from warpwatch.errors import UsageError

_NEXT = {
    "prometheus": "name both under rule_files in prometheus.yml and reload it; for Thanos give "
    "them to its ruler, for Mimir to `mimirtool rules load`, for VictoriaMetrics to vmalert -rule",
    "kubernetes": "kubectl apply -f them, with the labels that your Prometheus looks for: "
    "kubectl get prometheus -A -o jsonpath='{..ruleSelector}'",
}


@click.group("rules")
def command() -> None:
    """Rules for Prometheus, Thanos, Mimir or VictoriaMetrics, with data of any exporter of GPUs."""


@command.command("render")
@click.option("--out", default=".", show_default=True, help="Folder to write the files into.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Another threshold.")
@click.option("--team-label", help="Pod label of the team.  [default: team]")
@click.option("--team", "teams", multiple=True, metavar="NAMESPACE=TEAM", help="Of a namespace.")
@click.option(
    "--format", "form", type=click.Choice(tuple(_NEXT)), default="prometheus", show_default=True,
    help="Files of rules, or PrometheusRule objects for its operator.",
)  # fmt: skip
@click.option(
    "--label", "labels", multiple=True, metavar="NAME=VALUE",
    help="Of such objects.  [default: release=kube-prometheus-stack]",
)  # fmt: skip
@click.option("--interval", help="Between two evaluations; 60s for thousands.  [default: 30s]")
@click.option("--config", "file", default="", help="Settings file, as in warpwatch exporter.")
@click.option(
    "--time-scale", type=click.FloatRange(min=1), default=1.0, metavar="N",
    help="Divide all windows and waits by this; only with --demo.",
)  # fmt: skip
@click.option("--demo", is_flag=True, help="Confess that these rules are for a demonstration.")
def render(  # noqa: PLR0917  click hands over one argument per option
    out: str,
    changes: tuple[str, ...],
    team_label: str | None,
    teams: tuple[str, ...],
    form: str,
    labels: tuple[str, ...],
    interval: str | None,
    file: str,
    time_scale: float,
    *,
    demo: bool,
) -> None:
    """Write prometheus_rules.yaml and prometheus_alerts.yaml.

    Thresholds and teams come from [rules] in warpwatch.toml; what is said here counts before that.
    """
    from warpwatch.config.rules import rules
    from warpwatch.rules.render import objects, rendered
    from warpwatch.rules.settings import span
    from warpwatch.rules.thresholds import changed

    if time_scale != 1.0 and not demo:
        raise UsageError(
            "--time-scale makes alerts that are wrong for real GPUs",
            hint="add --demo where that is what it is for",
        )
    if labels and form != "kubernetes":
        raise UsageError("--label is for objects", hint="add --format kubernetes")
    said = rules(file)
    options = dataclasses.replace(
        said,
        thresholds=changed(_pairs("--set", changes), said.thresholds),
        team_label=said.team_label if team_label is None else team_label,
        teams={**said.teams, **_pairs("--team", teams)},
        interval=said.interval if interval is None else span(interval),
        hurry=time_scale,
    )
    if form == "kubernetes":
        named = _pairs("--label", labels) or {"release": "kube-prometheus-stack"}
        files = objects(options, named)
    else:
        files = rendered(options)
    folder = Path(out)
    for name, text in files:
        write(folder / name, text)
    click.echo(f"  next: {_NEXT[form]}", err=True)


@command.command("thresholds")
@click.option("--config", "file", default="", help="Settings file, as in warpwatch exporter.")
def thresholds(file: str) -> None:
    """List the thresholds as they are set, their defaults and what they mean."""
    from warpwatch.config.rules import rules
    from warpwatch.rules.thresholds import plain, table

    said = rules(file)
    for name, default, unit, text in table():
        now = getattr(said.thresholds, name)
        changed = "" if now == default else f" (default {plain(default)})"
        click.echo(f"{name:<26} {plain(now):>10} {unit:<8} {text}{changed}")
    for kind in ("boards", "namespaces"):
        for key, numbers in getattr(said.exceptions, kind).items():
            for name, value in numbers.items():
                click.echo(f"{name:<26} {plain(value):>10} {'':<8} for {kind} {key}")


def _pairs(flag: str, words: tuple[str, ...]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise UsageError(f"{flag} {name}{equals}{value} is not NAME=VALUE")
    return {name: value for name, _, value in pairs}
