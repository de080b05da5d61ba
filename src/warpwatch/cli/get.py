"""warpwatch get: lists of GPUs, nodes, jobs and alerts."""

import json
from typing import TYPE_CHECKING

import click

from warpwatch.cli import servers, tables

if TYPE_CHECKING:
    from warpwatch.app.servers import Servers
    from warpwatch.terminal.choosing import Item, Value
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
    kind: str,
    output: str,
    node: str,
    namespace: str,
    selectors: tuple[str, ...],
    sort_by: str,
    source: str,
    *,
    no_headers: bool,
    reverse: bool,
    mig: bool,
) -> None:
    """List GPUs, nodes, jobs or alerts, with what is known of each now.

    By the Prometheus that is given or known; where none is, this machine's driver is read.
    """
    from warpwatch.app import terminal
    from warpwatch.terminal import choosing, listing
    from warpwatch.terminal.fleet import Where

    kind = next(name for name, short in KINDS.items() if kind in {name, *short})
    asked = terminal.Asked(there, source, Where(node))
    picture: Picture | None = None
    match kind:
        case "gpus":
            found, picture = terminal.gpus(asked, parts=mig)
            origin = picture.origin
        case "nodes":
            found, picture = terminal.nodes(asked)
            origin = picture.origin
        case "jobs":
            found, picture = terminal.jobs(asked)
            origin = picture.origin
        case _:
            found, origin = terminal.alerts(asked)
    keys = [*(found.items[0] if found.items else found.heads)]
    wanted = [*selectors]
    if namespace and kind != "nodes":
        wanted.append(f"namespace={namespace}")
    if node and kind in {"gpus", "alerts"}:
        wanted.append(f"node={node}")
    test = choosing.selector(wanted, keys)
    items = [item for item in found.items if test(item)]
    if sort_by:
        key = choosing.column(sort_by, {key: found.heads.get(key, key) for key in keys})
        items = choosing.ordered(items, key, reverse=reverse)
    elif reverse:
        items.reverse()
    chosen = listing.Listing(found.kind, found.columns, items)
    if output == "json":
        click.echo(json.dumps(listing.document(chosen, picture, origin), indent=2))
        return
    _warn(picture)
    _print(chosen, output, heads=not no_headers)


def _warn(picture: "Picture | None") -> None:
    """What is no data, and must be known all the same."""
    if picture is not None and picture.simulated:
        click.echo(f"{picture.invented}: no such number is of a real GPU", err=True)
    if picture is not None and picture.note:
        click.echo(f"warpwatch: {picture.note}", err=True)


def _print(found: "Listing", output: str, *, heads: bool) -> None:
    if output == "csv":
        columns = [column.key for column in found.columns]
        text = tables.separated([_flat(item) for item in found.items], columns)
        click.echo(text if heads else text.partition("\n")[2], nl=False)
        return
    if not found.items:
        click.echo(f"no {found.kind}", err=True)
        return
    shown = [
        column
        for column in found.columns
        if (output == "wide" or not column.wide)
        and (column.key != "simulated" or any(item["simulated"] for item in found.items))
    ]
    table = [[column.text(item) for column in shown] for item in found.items]
    for line in tables.aligned([[column.head for column in shown], *table])[0 if heads else 1 :]:
        click.echo(line)


def _flat(item: "Item") -> dict[str, "Value"]:
    """Nothing where something is missing, and several with a semicolon between."""
    return {key: ";".join(v) if isinstance(v, list) else v for key, v in item.items()}
