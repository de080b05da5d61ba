"""warpwatch release: let a running exporter let go of the driver for a while."""

from pathlib import Path

import click


@click.command("release")
@click.option("--for", "lasting", help="How long, e.g. 5m; as --release-seconds says by default.")
@click.option(
    "--socket", type=click.Path(path_type=Path), help="Which exporter; the only one by default."
)
def command(lasting: str | None, socket: Path | None) -> None:
    """Have the exporter that runs here let go of the driver, and take it again by itself.

    Meanwhile a GPU can be reset, MIG be switched, or the driver be unloaded. The page goes on, and
    says so. To ask again starts the time anew.
    """
    from warpwatch.app import releasing

    reply = releasing.ask(socket, lasting)
    if reply["released"]:
        click.echo(f"the driver is let go for {float(str(reply['for'])):g} s")
    else:
        click.echo("nothing was done: what this exporter reads from holds no driver")
