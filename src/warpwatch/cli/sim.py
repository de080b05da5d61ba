"""warpwatch sim: a fleet to scrape without having one, and faults for what is simulated."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warpwatch.errors import UsageError
from warpwatch.exporter.settings import DEFAULT_COUNTERS

if TYPE_CHECKING:
    from warpwatch.app.serving import Started

_SOCKET = click.option(
    "--socket", type=click.Path(path_type=Path), help="Which simulation; the only one by default."
)


@click.group("sim", invoke_without_command=True)
@click.option("--nodes", default=10, show_default=True, help="How many nodes.")
@click.option("--gpus", default=8, show_default=True, help="GPUs on each.")
@click.option(
    "--board", "boards", multiple=True, default=("H100",), show_default=True,
    help="Kind of GPU; given several times, racks take them in turn.",
)  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="Another seed, another fleet.")
@click.option(
    "--tick", type=click.FloatRange(0.1, 60), default=5.0, show_default=True,
    help="How often the simulation moves on, in seconds.",
)  # fmt: skip
@click.option("--listen", default="127.0.0.1:9410", show_default=True, help="Address to listen on.")
@click.option(
    "--compat", type=click.Choice(("classic", "4.8.3")), default="classic", show_default=True,
    help="Which generation of dcgm-exporter the pages look like.",
)  # fmt: skip
@click.option(
    "--collectors", "-f", default=DEFAULT_COUNTERS, show_default=True,
    help="CSV file of the fields to serve; the built-in list where the default does not exist.",
)  # fmt: skip
@click.pass_context
def command(  # noqa: PLR0917  click hands over one argument per option
    context: click.Context,
    nodes: int,
    gpus: int,
    boards: tuple[str, ...],
    seed: int,
    tick: float,
    listen: str,
    compat: str,
    collectors: str,
) -> None:
    """Serve a simulated fleet; put faults into a running simulation."""
    if context.invoked_subcommand is not None:
        return
    from warpwatch.app import fleet
    from warpwatch.cli import logs

    logs.to_stderr("text")
    settings = fleet.FleetSettings(nodes, gpus, boards, seed, listen, compat, collectors, tick=tick)
    fleet.serve(settings, _announce)


def _announce(started: "Started") -> None:
    from warpwatch import config

    click.echo(f"SIMULATED DATA: {started.source}")
    click.echo(f"  targets  {started.url}/sd   (http_sd_configs of Prometheus)")
    click.echo(f"  index    {started.url}/")
    click.echo(f"  try      {config.command()} sim inject lost --node gpu-0001 --gpu 3")
    click.echo("  stop     Ctrl-C")


@command.command(hidden=True)
@click.option("--now", type=float, required=True, help="When the living fleet began.")
@click.option("--since", type=float, required=True)
@click.option("--until", type=float, required=True)
@click.option("--mig", is_flag=True)
@click.argument("out", type=click.Path(path_type=Path))
@click.pass_context
def history(
    context: click.Context, now: float, since: float, until: float, out: Path, *, mig: bool
) -> None:
    """Write what a simulated fleet did, as rules would have recorded it, for promtool."""
    from warpwatch.app import past
    from warpwatch.app.fleet import FleetSettings

    given = context.parent.params if context.parent else {}
    settings = FleetSettings(
        given["nodes"], given["gpus"], given["boards"], given["seed"], "", "classic", "", mig
    )
    click.echo(f"{past.write(settings, now, since, until, out)} samples", err=True)


@command.command()
@click.argument("fault")
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--node", help="Which node of a fleet.")
@click.option("--gpu", type=int, help="Which GPU of the node.  [default: 0]")
@click.option("--program", help="Which program of a fleet, for faults of programs.")
@click.option("--for", "lasting", help="How long, e.g. 2m; until it is cleared by default.")
@click.option("--at", "after", help="After how long, e.g. 30s; now by default.")
@_SOCKET
def inject(
    fault: str,
    parameters: tuple[str, ...],
    *,
    node: str | None,
    gpu: int | None,
    program: str | None,
    lasting: str | None,
    after: str | None,
    socket: Path | None,
) -> None:
    """Put FAULT into a running simulation, e.g. inject xid code=79 --gpu 3.

    `warpwatch sim faults` lists what there is.
    """
    request: dict[str, object] = {"fault": fault, **_parameters(parameters)}
    optional = {"node": node, "gpu": gpu, "program": program, "for": lasting, "at": after}
    request |= {key: value for key, value in optional.items() if value is not None}
    reply = _send(socket, request)
    click.echo(f"fault {reply['id']}: {_sentence(reply)}")


@command.command()
@_SOCKET
def active(socket: Path | None) -> None:
    """The faults that are planned or active in a running simulation."""
    faults = _send(socket, {"list": True})["faults"]
    if not isinstance(faults, list) or not faults:
        click.echo("none", err=True)
        return
    for fault in faults:
        click.echo(f"{fault['id']:>4}  {_sentence(fault)}")


@command.command()
@click.argument("number", type=int)
@_SOCKET
def clear(number: int, socket: Path | None) -> None:
    """End the fault of this NUMBER."""
    struck = _send(socket, {"clear": number}).get("struck", True)
    click.echo(f"fault {number} is over" if struck else f"fault {number} is off: it never struck")


@command.command()
def faults() -> None:
    """What can be injected, with its parameters."""
    from warpwatch.app.faults import known_faults

    for fault in known_faults():
        click.echo(" ".join((fault.name, *fault.parameters)))
        click.echo(click.wrap_text(fault.text, 78, "    ", "    "))


def _send(socket: Path | None, request: Mapping[str, object]) -> Mapping[str, object]:
    from warpwatch.app import faults

    return faults.ask(socket, request)


def _parameters(words: tuple[str, ...]) -> dict[str, object]:
    found: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"{word!r} is not NAME=VALUE", hint="e.g. code=79")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _sentence(fault: Mapping[str, object]) -> str:
    begins, ends = fault["begins"], fault["ends"]
    until = f"until {_time(ends)}" if ends is not None else "until it is cleared"
    gpu = "" if fault["gpu"] is None else f" GPU {fault['gpu']}"
    place = f"{fault['program'] or fault['node']}{gpu}"
    return f"{fault['fault']} on {place} from {_time(begins)} {until}"


def _time(seconds: object) -> str:
    moment = datetime.fromtimestamp(float(str(seconds)), UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
