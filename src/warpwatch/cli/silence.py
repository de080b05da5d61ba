"""warpwatch silence: that nobody is told of an alert for a while."""

from typing import TYPE_CHECKING

import click

from warpwatch.cli import servers, tables
from warpwatch.cli.spans import SPAN

if TYPE_CHECKING:
    from warpwatch.app.servers import Servers

_COLUMNS = ("id", "state", "matchers", "until", "by", "comment")


@click.group("silence")
def command() -> None:
    """Silence alerts for a while, such as those of a node that is being worked on."""


@command.command("add")
@click.argument("matchers", nargs=-1, required=True, metavar="MATCHER...")
@click.option(
    "--for", "lasting", type=SPAN, default="2h", show_default=True, help="E.g. 30m, 8h, 1d."
)
@click.option("-c", "--comment", required=True, help="Why.")
@click.option("--by", default="", help="Who.  [default: you]")
@servers.options("alertmanager")
def add(there: "Servers", matchers: tuple[str, ...], lasting: float, comment: str, by: str) -> None:
    """Silence what fits all matchers: NAME=VALUE (=~, !=, !~), or an alert's name.

    For example: warpwatch silence add node=gpu-7 --for 4h -c "memory is replaced"
    """
    from warpwatch.app import alerting

    wanted = [alerting.matcher(text) for text in matchers]
    address = servers.one_of(there, "alertmanager")
    made = alerting.silence(address, wanted, lasting, comment, by)
    click.echo(made)
    hit = sum(made in each.status.silenced_by for each in alerting.alerts(address, wanted))
    click.echo(f"  silences {hit} of the alerts that stand now", err=True)


@command.command("list")
@click.argument("matchers", nargs=-1, metavar="[MATCHER...]")
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
@tables.form
@servers.options("alertmanager")
def list_(there: "Servers", matchers: tuple[str, ...], output: str, *, everything: bool) -> None:
    """List silences, those that end first at the top."""
    from warpwatch.app import alerting

    wanted = [alerting.matcher(text) for text in matchers]
    found = alerting.silences(servers.one_of(there, "alertmanager"), wanted)
    rows = [
        {
            "id": each.id,
            "state": each.status.state,
            "matchers": " ".join(map(str, each.matchers)),
            "until": each.ends_at[:19].replace("T", " "),
            "by": each.created_by,
            "comment": each.comment,
        }
        for each in sorted(found, key=lambda each: each.ends_at)
        if everything or each.status.state != "expired"
    ]
    tables.show(rows, _COLUMNS, output, "nothing is silenced")


@command.command("expire")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@servers.options("alertmanager")
def expire(there: "Servers", ids: tuple[str, ...]) -> None:
    """End silences."""
    from warpwatch.app import alerting

    alerting.expire(servers.one_of(there, "alertmanager"), ids)
    for each in ids:
        click.echo(each)
