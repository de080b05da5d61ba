"""warpwatch exporter: dcgm-exporter's flags and environment, on our own page."""

import logging
from typing import Any

import click

from warpwatch.exporter.flags import FLAGS, Flag, Sort

log = logging.getLogger("warpwatch")

_TYPES: dict[Sort, click.ParamType[Any]] = {Sort.TEXT: click.STRING, Sort.NUMBER: click.INT}


def _option(flag: Flag) -> click.Option:
    # A default is never given to click: a flag that was given differs from one that was not.
    note = f"  [env: {flag.env}]" if flag.env else ""
    default = f"  [default: {flag.default}]" if flag.default not in ("", False) else ""
    idle = " Accepted without effect." if flag.idle else ""
    text = f"{flag.help}{idle}{default}{note}"
    names = list(flag.names)
    if flag.sort is Sort.SWITCH:
        # As in the original, --flag and --flag=false both work.
        return click.Option(
            names, type=click.BOOL, is_flag=False, flag_value="true", default=None, help=text
        )
    kind = click.Choice(flag.choices) if flag.choices else _TYPES[flag.sort]
    return click.Option(names, type=kind, default=None, help=text)


class _Drop(click.Command):
    """Takes arguments in the forms that the original's parser takes."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [word for arg in args for word in _split(arg)])


def _split(argument: str) -> tuple[str, ...]:
    """`-k=true` and `-collectors=file` as click wants them."""
    name, equals, value = argument.partition("=")
    known = {name for flag in FLAGS for name in flag.names}
    if equals and name in known and not name.startswith("--"):
        return name, value
    if name.startswith("-") and f"-{name}" in known:
        return (f"-{argument}",)
    return (argument,)


def _run(**given: object) -> None:
    from warpwatch import config
    from warpwatch.app import exporter
    from warpwatch.app.serving import Started
    from warpwatch.cli import logs

    told = config.exporter(given)
    settings = told.settings
    logs.to_stderr(settings.log_format, debug=settings.debug)
    for warning in told.warnings:
        log.warning(warning)

    def announce(started: Started) -> None:
        log.info("serving %s/metrics from: %s", started.url, started.source)

    exporter.serve(settings, announce)


command = _Drop(
    "exporter",
    params=list(map(_option, FLAGS)),
    callback=_run,
    help="Serve GPU metrics on /metrics, as dcgm-exporter does: the same names, flags, environment "
    "variables and CSV lists. Flags win over the environment, that over a settings file, and that "
    "over defaults.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
