"""warpwatch top: GPUs on the screen, live."""

import shutil
import sys
from typing import TYPE_CHECKING

import click

from warpwatch.cli import servers
from warpwatch.errors import UsageError

if TYPE_CHECKING:
    from warpwatch.app.servers import Servers

_VIEWS = ("gpus", "tiles", "jobs", "processes")
_PIPED = 160
"""Cells of a line where there is no terminal to say how many it has."""


@click.command("top")
@click.option("--view", type=click.Choice(_VIEWS), default="gpus", show_default=True)
@click.option(
    "--sort-by", default="", metavar="KEY", help="A column of that view, such as power or active."
)
@click.option("--filter", "words", default="", help="Only what has these words.")
@click.option("-d", "--delay", type=click.IntRange(100), metavar="MS",
              help="Between two looks.  [default: 1000, of a Prometheus 15000]")  # fmt: skip
@click.option("--node", default="", help="Of this node alone.")
@click.option("--once", is_flag=True, help="Write it once, and end.")
@click.option("--ascii", "plain", is_flag=True, help="Without letters that old terminals lack.")
@click.option("--source", default="", help="Read this, as in warpwatch exporter; no Prometheus.")
@servers.options("prometheus")
def command(
    there: "Servers",
    *,
    view: str,
    sort_by: str,
    words: str,
    delay: int | None,
    node: str,
    source: str,
    once: bool,
    plain: bool,
) -> None:
    """Watch GPUs, whose work is on them, and what they did before.

    By the Prometheus that is given or known; where none is, this machine's driver is read.
    """
    from warpwatch.app import terminal
    from warpwatch.terminal import screen
    from warpwatch.terminal.fleet import Where
    from warpwatch.terminal.look import Look, View
    from warpwatch.terminal.marks import ASCII, BLOCKS

    look = Look(view=View[view.upper()], filter=words)
    if sort_by:
        look = look.ordered(sort_by)
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    glyphs = BLOCKS if unicode and not plain else ASCII
    asked = terminal.Asked(there, source, Where(node))
    if once:
        width = shutil.get_terminal_size((_PIPED, 0)).columns if sys.stdout.isatty() else _PIPED
        picture, before = terminal.looked(asked, history=True)
        for line in screen.once(picture, before, look, width, glyphs):
            click.echo(line)
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("there is no terminal to draw on", hint="top --once, or get gpus")
    terminal.top(asked, look, glyphs, delay / 1000 if delay else None)
