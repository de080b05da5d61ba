"""warpwatch dmon: figures of GPUs, a line each, again and again."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from warpwatch.samples.snapshot import Snapshot
    from warpwatch.sources.base import SourceInfo

_LEAST = 100
"""Milliseconds; below that profiling figures are nonsense."""


@click.command("dmon")
@click.option("-e", "--field-id", "fields", default="", metavar="FIELDS",
              help="Ids, names or tags, such as 155,1002,GPUTL.")  # fmt: skip
@click.option("-d", "--delay", type=click.IntRange(_LEAST), default=1000, show_default=True,
              metavar="MS", help="Between two looks.")  # fmt: skip
@click.option("-c", "--count", type=click.IntRange(0), default=0, metavar="N",
              help="So many looks.  [default: until Ctrl-C]")  # fmt: skip
@click.option("-i", "--gpu-id", "gpus", default="", metavar="GPUS",
              help="Such as 0,2-4.  [default: all]")  # fmt: skip
@click.option("-l", "--list", "list_", is_flag=True, help="Say which tags there are.")
@click.option("--source", default="auto", show_default=True, help="As in warpwatch exporter.")
def command(fields: str, delay: int, count: int, gpus: str, source: str, *, list_: bool) -> None:
    """Write figures of GPUs as `dcgmi dmon` does: a line for each, again and again.

    A value that is missing is N/A: warpwatch discovery says why.
    """
    from warpwatch.app import terminal
    from warpwatch.errors import UsageError
    from warpwatch.fields.catalogue import BY_ID
    from warpwatch.terminal import streaming

    if list_:
        for id_, tag in sorted(streaming.TAGS.items()):
            click.echo(f"{tag:<6} {id_:>5}  {BY_ID[id_].name}")
        return
    chosen = streaming.fields(fields) if fields else streaming.DEFAULT
    stream = streaming.Stream(chosen, streaming.gpus(gpus))
    told: list[str] = []

    def show(info: "SourceInfo", snapshot: "Snapshot") -> None:
        if info.simulated and not told:
            told.append("simulated")
            click.echo("SIMULATED: no such number is of a real GPU", err=True)
        absent = stream.unknown(snapshot)
        if absent:
            raise UsageError(f"there is no GPU {absent[0]}", hint="warpwatch discovery")
        for line in stream.lines(snapshot):
            click.echo(line)

    terminal.stream(
        source, [field.id for field in chosen], interval=delay / 1000, count=count, show=show
    )
