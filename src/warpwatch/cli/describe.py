"""warpwatch describe: one GPU, one node, one job."""

import json
from typing import TYPE_CHECKING

import click

from warpwatch.cli import servers, tables
from warpwatch.errors import InputError

if TYPE_CHECKING:
    from warpwatch.app.servers import Servers
    from warpwatch.terminal.describing import Described
    from warpwatch.terminal.picture import Picture


@click.command("describe")
@click.argument("kind", type=click.Choice(("gpu", "node", "job")), metavar="gpu|node|job")
@click.argument("name")
@click.option("--node", default="", help="Look on this node alone.")
@click.option(
    "-o", "--output", type=click.Choice(("table", "json")), default="table", show_default=True
)
@click.option("--source", default="", help="Read this, as in warpwatch exporter; no Prometheus.")
@servers.options("prometheus")
def command(there: "Servers", *, kind: str, name: str, node: str, output: str, source: str) -> None:
    """Say all that is known of one GPU, node or job; and of what is not known why.

    A GPU by its UUID, as NODE:GPU, or by its number where there is only one such; a job by its
    number, by its pod, or as NAMESPACE/POD.
    """
    from warpwatch.terminal import describing
    from warpwatch.terminal.marks import clean

    # A source is read as a whole anyhow.
    named = node or ("" if source else _node(kind, name))
    try:
        found, picture = _described(there, kind=kind, name=name, node=named, source=source)
    except InputError:
        if node or not named:
            raise
        # It is not where its name says: all are asked for, to tell what there is.
        found, picture = _described(there, kind=kind, name=name, node="", source=source)
    if output == "json":
        click.echo(json.dumps(describing.document(found, picture), indent=2))
        return
    if picture.note:
        click.echo(f"warpwatch: {picture.note}", err=True)
    width = max(len(label) for label, _ in found.pairs)
    for label, text in found.pairs:
        click.echo(f"{label:<{width}}  {clean(text)}")
    if found.below is not None and found.below.items:
        click.echo()
        for line in tables.aligned(found.below.table()):
            click.echo(f"  {line}")


def _node(kind: str, name: str) -> str:
    """Where it is by its name: of ten thousand GPUs one node is soon told of."""
    match kind:
        case "node":
            return name
        case "gpu":
            return name.rpartition(":")[0]
        case _:
            return ""


def _described(
    there: "Servers", *, kind: str, name: str, node: str, source: str
) -> "tuple[Described, Picture]":
    from warpwatch.app import terminal
    from warpwatch.terminal import describing
    from warpwatch.terminal.fleet import Where

    asked = terminal.Asked(there, source, Where(node))
    match kind:
        case "gpu":
            picture = terminal.picture(asked)
            return describing.gpu(name, picture), picture
        case "node":
            nodes, picture = terminal.nodes(asked)
            return describing.node(name, picture, nodes), picture
        case _:
            jobs, picture = terminal.jobs(asked)
            since = terminal.since(asked, describing.one_job(name, jobs))
            return describing.job(name, picture, jobs, since), picture
