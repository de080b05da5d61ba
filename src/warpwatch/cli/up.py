"""warpwatch up: something to look at, from the first command."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from warpwatch import __version__
from warpwatch.cli import servers
from warpwatch.errors import UsageError

if TYPE_CHECKING:
    from warpwatch.app.serving import Started
    from warpwatch.app.stack import Wanted
    from warpwatch.stack.instance import Record
    from warpwatch.stack.settings import Settings

EXPORTER, FLEET = "127.0.0.1:9400", "127.0.0.1:9410"


@click.command("up")
@click.option("--source", help="As in warpwatch exporter.  [default: auto]")
@click.option(
    "--address",
    help=f"Where the page is served.  [default: {EXPORTER}, with --demo {FLEET}]",
)
@click.option(
    "--compat", type=click.Choice(("classic", "4.8.3")), default="classic", show_default=True,
    help="As in warpwatch exporter.",
)  # fmt: skip
@click.option(
    "--demo", is_flag=False, flag_value="plain", type=click.Choice(("plain", "mig")),
    help="A simulated fleet of 16 nodes with 8 GPUs each; --demo=mig partitions some of them.",
)  # fmt: skip
@click.option(
    "--story", is_flag=False, flag_value="all", metavar="[NAME]",
    help="With --demo: play an incident, or all of them one after the other.",
)  # fmt: skip
@click.option("--detach", is_flag=True, help="Go on in the background.")
@click.option("--no-stack", is_flag=True, help="The exporter alone.")
@click.option("--config", "file", default="", help="Settings file, as in warpwatch exporter.")
@click.option("--prometheus", help="Address of one that runs already: none is started.")
@click.option("--alertmanager", help="The same.")
@click.option("--log-file", type=click.Path(path_type=Path), hidden=True)
@click.pass_context
def command(  # noqa: PLR0917  click hands over one argument per option
    context: click.Context,
    /,
    source: str | None,
    address: str | None,
    compat: str,
    demo: str | None,
    story: str | None,
    file: str,
    prometheus: str | None,
    alertmanager: str | None,
    log_file: Path | None,
    *,
    detach: bool,
    no_stack: bool,
    **access: str | None,
) -> None:
    """Watch this machine's GPUs, with Prometheus, Alertmanager and node_exporter.

    Where there is no driver, eight simulated H100s are served instead, and everything says so;
    with a --source, even auto, nothing is simulated that was not asked for.
    Where a port is taken, the next free one is used. Programs are found on PATH, or fetched as
    Debian's or Ubuntu's packages without installing them. What runs already is not started twice.
    """
    from warpwatch import config
    from warpwatch.app import exporter, stack
    from warpwatch.app.demo import Demo

    _log(log_file)
    _check(demo, story, source, no_stack=no_stack)
    address = address or (FLEET if demo else EXPORTER)
    given = {"source": source, "address": address, "compat": compat, "config": file or None}
    settings = config.exporter(given).settings
    # Whoever names the source wants that, and no invented numbers where it is not there.
    simulate = source is None and settings.source == "auto"
    if no_stack:
        exporter.up(settings, _announce_exporter, simulate=simulate)
        return
    chosen = Demo(mig=demo == "mig", story=story or "", say=click.echo) if demo else None
    wanted = _wanted(file, exporter=settings, demo=chosen, simulate=simulate)
    around = _with_existing(wanted.around, prometheus, alertmanager, access)
    if detach:
        log = stack.places().logs / "warpwatch.log"
        stack.up_detached([*_again(context), f"--log-file={log}"], _announce)
    else:
        stack.up(replace(wanted, around=around), _announce)


def _wanted(file: str, **said: Any) -> "Wanted":
    """With what the settings file says of each room."""
    from warpwatch.app.stack import Wanted
    from warpwatch.config.routing import routing
    from warpwatch.config.rules import rules
    from warpwatch.config.stack import stack

    return Wanted(around=stack(file), routing=routing(file), rules=rules(file), **said)


def _check(demo: str | None, story: str | None, source: str | None, *, no_stack: bool) -> None:
    if demo and (source or no_stack):
        raise UsageError(f"--demo does not go with {'--source' if source else '--no-stack'}")
    if story and not demo:
        raise UsageError("--story goes with --demo", hint="give --demo too")


def _log(file: Path | None) -> None:
    from warpwatch.cli import logs

    if file is None:
        logs.to_stderr("text")
    else:
        logs.to_file(file)


for option in servers.access_options("With --prometheus: "):
    option(command)


def _with_existing(
    around: "Settings",
    prometheus: str | None,
    alertmanager: str | None,
    access: dict[str, str | None],
) -> "Settings":
    import msgspec

    from warpwatch.stack.settings import Existing

    given = {name: value for name, value in access.items() if value}
    if prometheus is None:
        if alertmanager or given:
            name = "--alertmanager" if alertmanager else f"--{next(iter(given)).replace('_', '-')}"
            raise UsageError(f"{name} goes with --prometheus", hint="give --prometheus URL too")
        return around
    existing = Existing(prometheus, alertmanager or "", servers.access(access))
    return msgspec.structs.replace(around, existing=existing)


def _again(context: click.Context) -> list[str]:
    """What was given on the command line, to be given once more, but without --detach."""
    words = ["up"]
    for parameter in context.command.params:
        name, value = str(parameter.name), context.params[str(parameter.name)]
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name != "detach":
            option = parameter.opts[0]
            words.append(option if value is True else f"{option}={value}")
    return words


def _announce(record: "Record") -> None:
    from warpwatch.cli import status

    status.show(record)


def _announce_exporter(started: "Started") -> None:
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
