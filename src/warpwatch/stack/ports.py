"""Where a child is to listen: where it was told to, or next to it, with the reason."""

from dataclasses import dataclass

from warpwatch.errors import Unreachable
from warpwatch.httpd import address, bind, join_address

TRIED = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    listen: str
    moved: str = ""
    """Why it is not where it was asked for; names who holds that."""


def choose(wanted: str, taken: frozenset[str] = frozenset()) -> Chosen:
    """The address, or the same host with the next port that is free. Port 0 is any."""
    host, port = address(wanted)
    moved = ""
    for candidate in range(port, port + TRIED):
        listen = join_address(host, candidate)
        if listen in taken:
            moved = moved or f"{listen} is for another part of the stack"
            continue
        try:
            with bind(listen) as free:
                return Chosen(join_address(host, free.getsockname()[1]), moved)
        except Unreachable as error:
            moved = moved or error.message
    raise Unreachable(
        f"{moved}; nor is any of the {TRIED - 1} ports after it free",
        hint="choose another address in warpwatch.toml under [stack]",
    )
