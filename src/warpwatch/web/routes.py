"""Which address is answered by what.

A route is a method, a path with names in braces, the least role, and a handler. What is not a
route of the interface is a page of the console's own, or a file of the built front end.
"""

import re
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec

from warpwatch.errors import InputError
from warpwatch.httpd import Request, Response
from warpwatch.web.access import Caller, Role

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has been let in."""

    request: Request
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    """Of a name that is given several times the last."""

    def number(self, name: str, default: float | None = None) -> float:
        said = self.query.get(name, "")
        if not said and default is not None:
            return default
        try:
            value = float(said)
        except ValueError:
            value = float("nan")
        if not abs(value) < 1e12:
            raise InputError(name, f"{said[:100]!r} is not a number")
        return value


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    """Below the prefix; a name in braces is one segment, one with `...` all that follow."""
    handler: Handler
    role: Role = Role.VIEWER

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        def group(found: re.Match[str]) -> str:
            name = found[1]
            return f"(?P<{name.removesuffix('...')}>{'.+' if name.endswith('...') else '[^/]+'})"

        return re.compile(re.sub(r"\{([a-z.]+)\}", group, self.path))


def query_of(request: Request) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(request.query, keep_blank_values=True))


def as_json(value: object, status: int = 200, **headers: str) -> Response:
    """Floats that are no numbers become null, which says that there is none."""
    content = msgspec.json.encode(value)
    kept = {"cache-control": "no-store", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return Response(content, status, JSON, kept)


def refusal(status: int, message: str, hint: str = "") -> Response:
    return as_json({"error": message, "hint": hint}, status)
