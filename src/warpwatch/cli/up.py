"""warpwatch up: something to look at, from the first command."""

from typing import TYPE_CHECKING

import click

from warpwatch import __version__

if TYPE_CHECKING:
    from warpwatch.app.serving import Started


@click.command("up")
@click.option("--source", default="auto", show_default=True, help="As in warpwatch exporter.")
@click.option(
    "--address", default="127.0.0.1:9400", show_default=True, help="Address to listen on."
)
@click.option(
    "--compat",
    type=click.Choice(("classic", "4.8.3")),
    default="classic",
    show_default=True,
    help="As in warpwatch exporter.",
)
def command(source: str, address: str, compat: str) -> None:
    """Serve this machine's GPUs.

    Where there is no driver, eight simulated H100s are served instead, and everything says so.
    Where the port is taken, the next free one is used.
    """
    from warpwatch import config
    from warpwatch.app import exporter
    from warpwatch.cli import logs

    logs.to_stderr("text")
    given = {"source": source, "address": address, "compat": compat}
    settings = config.exporter(given).settings
    exporter.up(settings, _announce)


def _announce(started: "Started") -> None:
    from warpwatch import config

    rows = [
        ("GPUs", started.source),
        ("page", f"{started.url}/metrics"),
        ("status", f"{started.url}/"),
    ]
    if started.note:
        rows.append(("note", started.note))
    if started.simulated:
        rows.append(("try", f"{config.command()} sim inject xid code=79 --gpu 3"))
    rows.append(("stop", "Ctrl-C"))
    title = "SIMULATED DATA, no number is of a real GPU" if started.simulated else "running"
    click.echo(f"warpwatch {__version__}: {title}")
    for name, text in rows:
        click.echo(f"  {name:<7} {text}")
