"""warpwatch get: lists of GPUs, nodes, jobs and alerts."""

import json
from typing import TYPE_CHECKING

import click

from warpwatch.cli import servers, tables

if TYPE_CHECKING:
    from warpwatch.app.servers import Servers
    from warpwatch.terminal.listing import Listing
    from warpwatch.terminal.picture import Picture

KINDS = {
    "gpus": ("gpu", "g"),
    "nodes": ("node", "no"),
    "jobs": ("job", "j", "workloads"),
    "alerts": ("alert", "al"),
}
_NAMES = [*KINDS, *(name for names in KINDS.values() for name in names)]


@click.command("get", epilog="Keys to sort and to select by are those of -o json.")
@click.argument("kind", type=click.Choice(_NAMES), metavar="gpus|nodes|jobs|alerts")
@tables.wide_form
@click.option("--no-headers", is_flag=True, help="Of tables and CSV.")
@click.option("--node", default="", help="Of this node alone.")
@click.option("-n", "--namespace", default="", help="Of work in this namespace alone.")
@click.option(
    "-l",
    "--selector",
    "selectors",
    multiple=True,
    metavar="KEY=VALUE",
    help="What has it; also !=, =~, !~, and several with commas between.",
)
@click.option("--sort-by", default="", metavar="KEY", help="Highest first, words from A.")
@click.option("--reverse", is_flag=True, help="The other way round.")
@click.option("--mig", is_flag=True, help="GPUs with their MIG instances below them.")
@click.option("--source", default="", help="Read this, as in warpwatch exporter; no Prometheus.")
@servers.options("prometheus")
def command(
    there: "Servers",
    *,
    kind: str,
    output: str,
    node: str,
    namespace: str,
    selectors: tuple[str, ...],
    sort_by: str,
    source: str,
    no_headers: bool,
    reverse: bool,
    mig: bool,
) -> None:
    """List GPUs, nodes, jobs or alerts, with what is known of each now.

    By the Prometheus that is given or known; where none is, this machine's driver is read.
    """
    from warpwatch.app import terminal
    from warpwatch.terminal import listing
    from warpwatch.terminal.fleet import Where

    kind = next(name for name, short in KINDS.items() if kind in {name, *short})
    found, picture, origin = terminal.found(
        kind, terminal.Asked(there, source, Where(node)), parts=mig
    )
    wanted = [*selectors]
    if namespace and kind != "nodes":
        wanted.append(f"namespace={namespace}")
    if node and kind == "alerts":
        wanted.append(f"node={node}")
    chosen = listing.chosen(found, wanted, sort_by, reverse=reverse)
    if output == "json":
        click.echo(json.dumps(listing.document(chosen, picture, origin), indent=2))
        return
    _warn(picture)
    if output == "csv":
        _csv(chosen, heads=not no_headers)
    elif chosen.items:
        table = tables.aligned(chosen.table(wide=output == "wide"))
        for line in table[1 if no_headers else 0 :]:
            click.echo(line)
    else:
        click.echo(f"no {kind}", err=True)


def _warn(picture: "Picture | None") -> None:
    """What is no data, and must be known all the same."""
    if picture is not None and picture.simulated:
        click.echo(f"{picture.invented}: no such number is of a real GPU", err=True)
    if picture is not None and picture.note:
        click.echo(f"warpwatch: {picture.note}", err=True)


def _csv(found: "Listing", *, heads: bool) -> None:
    """Nothing where something is missing, and several with a semicolon between."""
    rows = [
        {key: ";".join(v) if isinstance(v, list) else v for key, v in item.items()}
        for item in found.items
    ]
    text = tables.separated(rows, [column.key for column in found.columns])
    click.echo(text if heads else text.partition("\n")[2], nl=False)
