"""warpwatch profile: leave the profiling counters to another tool for a while."""

from collections.abc import Mapping
from pathlib import Path

import click

_SOCKET = click.option(
    "--socket", type=click.Path(path_type=Path), help="Which exporter; the only one by default."
)


@click.group("profile")
def command() -> None:
    """Pause and resume profiling in the exporter that runs here, as dcgmi profile does.

    While it is paused the exporter takes no DCGM_FI_PROF_* field from any GPU, and says so on
    its page: Nsight and the like can have the counters.
    """


@command.command()
@click.option("--for", "lasting", help="How long, e.g. 10m; until it is resumed by default.")
@_SOCKET
def pause(lasting: str | None, socket: Path | None) -> None:
    """Ask no GPU for profiling fields."""
    _ask(socket, {"profile": "pause"} | ({"for": lasting} if lasting else {}))


@command.command()
@_SOCKET
def resume(socket: Path | None) -> None:
    """Ask for them again."""
    _ask(socket, {"profile": "resume"})


@command.command()
@_SOCKET
def status(socket: Path | None) -> None:
    """Say whether profiling is paused, and for how much longer."""
    _ask(socket, {"profile": "status"})


def _ask(socket: Path | None, request: Mapping[str, object]) -> None:
    from warpwatch.app import profiling

    reply = profiling.ask(socket, request)
    if not reply["paused"]:
        click.echo("profiling runs")
    elif reply["left"] is None:
        click.echo("profiling is paused until it is resumed")
    else:
        click.echo(f"profiling is paused for {float(str(reply['left'])):.0f} s more")
