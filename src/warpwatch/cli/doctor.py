"""warpwatch doctor: where the pipe from a driver to a receiver is broken, and what to do."""

from typing import TYPE_CHECKING

import click

from warpwatch.cli import servers
from warpwatch.cli.hints import typed

if TYPE_CHECKING:
    from warpwatch.app.doctor import Tell
    from warpwatch.app.servers import Servers
    from warpwatch.doctor.finding import Finding

PROBLEM = 3
_MARKS = {"ok": "ok", "note": "note", "unknown": "?", "problem": "PROBLEM"}
_COLOURS = {"ok": "green", "note": "yellow", "unknown": "yellow", "problem": "red"}

_output = click.option(
    "-o", "--output", type=click.Choice(("text", "json")), default="text", show_default=True
)


@click.group("doctor", invoke_without_command=True)
@click.option("--page", default="", metavar="URL", help="Page of an exporter to begin with.")
@servers.options("prometheus", "alertmanager")
@click.option("--grafana", default="", metavar="URL", help="Look at its data sources, too.")
@click.option("--grafana-token-file", default="", help="Token of a service account of Grafana's.")
@click.option("--test-alert", is_flag=True, help="Hand in a test alert, and follow it.")
@_output
@click.pass_context
def command(  # noqa: PLR0917  click hands over one argument per option
    context: click.Context,
    there: "Servers",
    page: str,
    grafana: str,
    grafana_token_file: str,
    output: str,
    *,
    test_alert: bool,
) -> int:
    """Walk the pipe link by link: exporter, targets, series, rules, alerts, receivers.

    Without flags it looks at the stack that runs here. Ends with 3 where something is broken;
    for each broken link it says what was looked at, what was found, and what to do next.
    """
    if context.invoked_subcommand is not None:
        return 0
    from warpwatch.app import doctor
    from warpwatch.clients.access import Access
    from warpwatch.config.rules import rules

    asked = doctor.Asked(
        servers=there,
        rules=rules(there.file),
        page=page,
        grafana=grafana,
        grafana_access=Access(bearer_token_file=grafana_token_file),
        deliver=test_alert,
    )
    told: list[Finding] = []
    doctor.examine(asked, _teller(told, output))
    return _ended(told, output)


@command.command("exporter")
@click.option("--source", help="As in warpwatch exporter.  [default: auto]")
@click.option("--address", help="Where the exporter is to be.  [default: :9400]")
@click.option("--kubernetes", is_flag=True, default=None, help="Whether pods are to be told of.")
@click.option("--config", help="Settings file, as in warpwatch exporter.")
@_output
def exporter(
    source: str | None,
    address: str | None,
    config: str | None,
    output: str,
    *,
    kubernetes: bool | None,
) -> int:
    """The same for this node's exporter: driver, library, rights, processes, kubelet."""
    from warpwatch import config as settings
    from warpwatch.app import doctor

    given = {"source": source, "address": address, "kubernetes": kubernetes, "config": config}
    told: list[Finding] = []
    doctor.examine_node(settings.exporter(given).settings, _teller(told, output))
    return _ended(told, output)


def _teller(told: "list[Finding]", output: str) -> "Tell":
    def tell(finding: "Finding") -> None:
        told.append(finding)
        if output == "text":
            _print(finding)

    return tell


def _print(finding: "Finding") -> None:
    mark = click.style(f"{_MARKS[finding.verdict]:<7}", fg=_COLOURS[finding.verdict])
    click.echo(f"{mark}  {finding.link:<12}  {finding.looked}: {finding.found}")
    if finding.next:
        click.echo(f"{'':<23}next: {typed(finding.next)}")


def _ended(told: "list[Finding]", output: str) -> int:
    from warpwatch.app import doctor
    from warpwatch.doctor.finding import Verdict

    problems = sum(each.verdict is Verdict.PROBLEM for each in told)
    if output == "json":
        click.echo(doctor.as_json(told))
    else:
        one = "1 problem" if problems == 1 else f"{problems} problems"
        click.echo(f"\n{one if problems else 'no problem'} in {len(told)} findings")
    return PROBLEM if problems else 0
