"""warpwatch status: what runs of the stack, where, and since when."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from warpwatch.stack.instance import Record, Running

PROBLEM = 3


@click.command("status")
@click.option(
    "-o", "--output", type=click.Choice(("text", "json")), default="text", show_default=True
)
def command(output: str) -> int:
    """Say what runs of the stack, where, since when, and what to try next.

    Ends with 3 where something that should run does not.
    """
    from warpwatch import config
    from warpwatch.app import stack

    record = stack.status()
    if output == "json":
        click.echo(stack.as_json(record))
    elif record is None:
        click.echo(f"nothing runs; start it: {config.command()} up")
    else:
        show(record)
    well = record is not None and all(part.state == "ready" for part in record.parts)
    return 0 if well else PROBLEM


def show(record: "Record") -> None:
    """The block that `up` prints too."""
    from warpwatch import config

    title = "SIMULATED DATA, no number is of a real GPU" if record.simulated else "running"
    click.echo(f"warpwatch {record.warpwatch}: {title}")
    for part in record.parts:
        click.echo(f"  {part.name:<13}  {part.url or '-':<29}  {_state(part)}")
    for note in record.notes:
        click.echo(f"  note           {note}")
    click.echo(f"  since          {_time(record.since)}, process {record.pid} on {record.host}")
    click.echo(f"  logs           {config.state_directory() / 'logs'}")
    for name, line in _next(record):
        click.echo(f"  {name:<13}  {line}")


def _state(part: "Running") -> str:
    """Its note is a complaint, but for what the exporter reads from."""
    restarts = f"started again {part.restarts} times" if part.restarts > 1 else ""
    once = "started again once" if part.restarts == 1 else ""
    return ", ".join(filter(None, (part.version, part.state, restarts, once, part.note)))


def _next(record: "Record") -> list[tuple[str, str]]:
    from warpwatch import config
    from warpwatch.fields.power import POWER_USAGE

    me, urls = config.command(), {part.name: part.url for part in record.parts}
    lines = []
    if urls.get("console"):
        lines.append(("look", urls["console"]))
    elif urls.get("prometheus"):
        graph = f"{urls['prometheus']}/graph?g0.expr={POWER_USAGE.name}&g0.tab=0"
        lines.append(("look", graph))
    if record.simulated:
        node = " --node gpu-0001" if urls["exporter"].endswith("/sd") else ""
        lines.append(("try", f"{me} sim inject xid code=79{node} --gpu 3"))
    return [*lines, ("stop", f"{me} down   (or Ctrl-C where it was started)")]


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
