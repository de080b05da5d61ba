"""Flags that say which servers are meant, and how to be let in by them."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from warpwatch.errors import UsageError

if TYPE_CHECKING:
    from warpwatch.app.servers import Servers
    from warpwatch.clients.access import Access

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]

ACCESS = {
    "bearer_token_file": "Token for those servers.",
    "username": "Name for those servers.",
    "password_file": "Its password.",
    "ca_file": "Whom to trust when they speak TLS.",
    "cert_file": "What to show them then.",
    "key_file": "Its key.",
    "tenant": "Sent to them as X-Scope-OrgID.",
}
_NAMES = {"prometheus": "Prometheus", "alertmanager": "Alertmanager"}


def options(*wanted: str) -> Decorator:
    """Hands a command the servers that its flags name, or else those that are known."""

    def decorated(function: Function) -> Function:
        @functools.wraps(function)
        def inner(**given: Any) -> Any:
            from warpwatch.app.servers import Servers

            letting_in = access({name: given.pop(name) for name in ACCESS})
            urls = {name: given.pop(name) or "" for name in wanted}
            servers = Servers(file=given.pop("config"), access=letting_in, **urls)
            return function(servers, **given)

        made: Function = inner
        parameters: list[Decorator] = [*map(_url, wanted), _CONFIG, *access_options("")]
        for parameter in reversed(parameters):
            made = parameter(made)
        return made

    return decorated


def access_options(before: str) -> list[Decorator]:
    return [
        click.option(f"--{name.replace('_', '-')}", help=f"{before}{text}")
        for name, text in ACCESS.items()
    ]


def access(given: dict[str, str | None]) -> "Access":
    from warpwatch.clients.access import Access

    said = Access(**{name: value for name, value in given.items() if value})
    said.check("the command line")
    return said


def one_of(servers: "Servers", name: str) -> Any:
    """The address of a server that a command cannot do without."""
    found = getattr(servers, f"known_{name}")()
    if found is None:
        raise UsageError(
            f"no {_NAMES[name]} is known: none is given, none is in warpwatch.toml under "
            "[stack.existing], and no stack runs here",
            hint=f"warpwatch up, or --{name} URL",
        )
    return found


def _url(name: str) -> Decorator:
    default = "[default: that of [stack.existing], else of the stack that runs here]"
    return click.option(f"--{name}", metavar="URL", help=f"{_NAMES[name]}.  {default}")


_CONFIG = click.option("--config", default="", help="Settings file, as in warpwatch exporter.")
