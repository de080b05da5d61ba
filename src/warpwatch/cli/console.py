"""warpwatch console: a fleet in a browser, over any Prometheus that has our rules."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warpwatch.cli import servers
from warpwatch.cli.spans import SPAN
from warpwatch.errors import UsageError

if TYPE_CHECKING:
    from warpwatch.app.servers import Servers
    from warpwatch.app.serving import Started

log = logging.getLogger("warpwatch")

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("console")
@servers.options("prometheus", "alertmanager")
@click.option("--listen", default="127.0.0.1:9480", show_default=True, help="Where it is served.")
@click.option(
    "--web-config-file", type=_FILE, help="TLS and passwords, in the file that exporters share."
)
@click.option("--token-file", type=_FILE, help="Only who shows this token may look.")
@click.option(
    "--operator-token-file", type=_FILE, help="Who shows this one may silence; else nobody may."
)
@click.option("--insecure", is_flag=True, help="Serve a network without TLS: a proxy has it.")
@click.option("--path-prefix", default="/", show_default=True, help="Path under a reverse proxy.")
@click.option(
    "--host", "hosts", multiple=True, metavar="NAME",
    help="A name under which browsers call it, where nobody has to show who he is.",
)  # fmt: skip
@click.option("--grafana", default="", metavar="URL", help="Link numbers to this Grafana.")
@click.option(
    "--refresh", type=SPAN, default="5s", show_default=True, help="Between two looks at the fleet."
)
@click.option("--log-format", type=click.Choice(("text", "json")), default="text", hidden=True)
def command(  # noqa: PLR0917  click hands over one argument per option
    there: "Servers",
    listen: str,
    web_config_file: Path | None,
    token_file: Path | None,
    operator_token_file: Path | None,
    path_prefix: str,
    hosts: tuple[str, ...],
    grafana: str,
    refresh: float,
    log_format: str,
    *,
    insecure: bool,
) -> None:
    """Serve the console: every GPU, what is wrong with it, and what to do.

    It reads neutral series and alerts, those of `warpwatch rules render`, from any Prometheus; from
    that of [stack.existing] or of the stack that runs here where none is given. On
    a network it wants TLS or --insecure, and a token or passwords. It is read-only unless
    operators have a token.
    """
    from warpwatch.app import console
    from warpwatch.cli import logs
    from warpwatch.web.settings import Settings

    logs.to_stderr(log_format)
    prometheus, alertmanager = servers.one_of(there, "prometheus"), there.known_alertmanager()
    settings = Settings(
        listen=listen,
        prefix=_prefix(path_prefix),
        refresh=_seconds(refresh),
        grafana=_address(grafana),
        token_file=token_file,
        operator_token_file=operator_token_file,
        hosts=tuple(host.lower() for host in hosts),
    )
    asked = console.Asked(
        prometheus=prometheus.url,
        alertmanager=alertmanager.url if alertmanager else "",
        access=prometheus.access,
        web_config=web_config_file,
        insecure=insecure,
        console=settings,
    )
    console.serve(asked, _announce)


def _announce(started: "Started") -> None:
    click.echo(f"console  {started.url}")
    click.echo(f"  over   {started.source}")
    click.echo("  stop   Ctrl-C")


def _prefix(path: str) -> str:
    if not path.startswith("/") or not set(path) <= set(_PLAIN):
        raise UsageError(f"--path-prefix {path!r} is not a path", hint="e.g. /warpwatch/")
    return f"/{path.strip('/')}/" if path.strip("/") else "/"


_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-._~"


def _seconds(refresh: float) -> float:
    if refresh < 1:
        raise UsageError(f"--refresh {refresh:g}s is less than a second")
    return float(refresh)


def _address(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise UsageError(
            f"--grafana {url!r} is no address", hint="e.g. https://grafana.example.org"
        )
    return url.rstrip("/")
