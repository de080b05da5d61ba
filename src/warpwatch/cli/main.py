"""The command line's root: finds a command, and turns what went wrong into a message and a code."""

import difflib
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from warpwatch import __version__
from warpwatch.cli.hints import typed
from warpwatch.errors import WarpwatchError

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Entry:
    module: str
    help: str


COMMANDS = {
    "up": Entry("up", "Watch this machine's GPUs, with Prometheus and Alertmanager around them."),
    "down": Entry("down", "Stop what up started."),
    "status": Entry("status", "Say what up started: where, since when, and how it is."),
    "doctor": Entry("doctor", "Find what is broken from the driver to who is told."),
    "top": Entry("top", "Watch GPUs in the terminal, live."),
    "get": Entry("get", "List GPUs, nodes, jobs or alerts."),
    "describe": Entry("describe", "Say all that is known of a GPU, a node or a job."),
    "dmon": Entry("dmon", "Write a line for each GPU again and again, as dcgmi dmon does."),
    "exporter": Entry("exporter", "Serve GPU metrics as dcgm-exporter does."),
    "sim": Entry("sim", "Serve a simulated fleet; put faults into a running one."),
    "record": Entry("record", "Write down what GPUs say, to be replayed later."),
    "config": Entry("config", "Show the exporter's settings and where they were said; check them."),
    "profile": Entry("profile", "Pause profiling in a running exporter, and resume it."),
    "release": Entry("release", "Let a running exporter let go of the driver for a while."),
    "discovery": Entry("discovery", "List GPUs, and which fields they give, which not, and why."),
    "explain": Entry("explain", "Say what a field or an error code means."),
    "console": Entry("console", "Serve the fleet to browsers: what is wrong, where, what to do."),
    "rules": Entry("rules", "Write rules for Prometheus: neutral series, records, alerts."),
    "alertmanager": Entry("alertmanager", "Write who is told of alerts, for Alertmanager."),
    "dashboards": Entry("dashboards", "Write boards for Grafana."),
    "alert": Entry("alert", "List alerts that stand; try out who is told."),
    "silence": Entry("silence", "Silence alerts for a while."),
    "fields": Entry("fields", "Write the files that are made from the catalogue."),
}


class Root(click.Group):
    """Commands are imported when they are asked for: each pays only for itself."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"warpwatch.cli.{entry.module}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            close = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table, so that asking for help imports no command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


@click.command(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="warpwatch %(version)s")
def root() -> None:
    """Monitoring for GPUs and the AI work on them.

    Data goes to standard output, everything else to standard error. Exit codes: 0 ok,
    1 failure, 2 usage, 3 checks found problems, 4 cannot reach a backend, 130 interrupted.
    """


def run(arguments: Sequence[str]) -> int:
    try:
        result = root.main(list(arguments), prog_name="warpwatch", standalone_mode=False)
    except WarpwatchError as error:
        return _complain(error.message, error.hint, error.exit_code)
    except click.ClickException as error:
        error.show(sys.stderr)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    return result if isinstance(result, int) else 0


def _complain(message: str, hint: str, code: int) -> int:
    click.echo(f"warpwatch: {message}", err=True)
    if hint:
        click.echo(f"  next: {typed(hint)}", err=True)
    return code
