"""warpwatch record: what GPUs say, in a file that any other command can be given as a source."""

import math
from pathlib import Path

import click

from warpwatch.cli.spans import SPAN
from warpwatch.errors import UsageError

SHORTEST = 0.1
"""Seconds; below that the profiling counters of the hardware are not valid."""


@click.command("record")
@click.option("--source", default="auto", show_default=True, help="As in warpwatch exporter.")
@click.option("--for", "lasting", type=SPAN, help="How long, e.g. 5m; until Ctrl-C by default.")
@click.option(
    "--interval", type=SPAN, default="1s", show_default=True, help="Between two reads of a GPU."
)
@click.option(
    "--fields", default="default", show_default=True,
    help="default (those that the exporter serves by default), all, or a CSV file as the exporter "
    "takes it.",
)  # fmt: skip
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; compressed when its name ends in .gz.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
def command(
    source: str, lasting: float | None, interval: float, fields: str, output: Path, *, force: bool
) -> None:
    """Write down what GPUs say, to be replayed later.

    Every report goes into the file: values, gaps with their reasons, errors, owners, GPUs that
    come and go. Replay it with --source replay:FILE, here or on another machine.
    """
    from warpwatch import config
    from warpwatch.app import recording
    from warpwatch.cli import logs

    logs.to_stderr("text")
    settings = config.exporter({"source": source}).settings
    written = recording.record(
        settings.source,
        output,
        node=settings.hostname,
        interval=_seconds("--interval", interval),
        lasting=math.inf if lasting is None else _seconds("--for", lasting),
        fields=_fields(fields),
        force=force,
        announce=lambda said: click.echo(f"recording to {output} from: {said}", err=True),
    )
    click.echo(
        f"{output}: {written.reports} readings of {written.devices} devices in "
        f"{written.seconds:.1f} s, {written.events} events, {output.stat().st_size} bytes",
        err=True,
    )
    click.echo(f"  replay   {config.command()} exporter --source replay:{output}", err=True)


def _seconds(flag: str, seconds: float) -> float:
    if seconds < SHORTEST:
        raise UsageError(
            f"{flag} {seconds * 1000:.0f}ms is too short",
            hint=f"give {SHORTEST * 1000:.0f}ms or more",
        )
    return seconds


def _fields(word: str) -> frozenset[int]:
    from warpwatch.exporter import counters, listing
    from warpwatch.exporter.era import ERAS
    from warpwatch.exporter.selection import select
    from warpwatch.fields.catalogue import FIELDS

    match word:
        case "all":
            return frozenset(field.id for field in FIELDS if field.asked)
        case "default":
            return select(counters.built_in(), ERAS["classic"]).read
        case path:
            return listing.load(listing.File(path), ERAS["classic"]).selection.read
