"""What is asked and what is answered, and the bounds on both."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Limits:
    head_bytes: int = 16 * 1024
    head_seconds: float = 10.0
    """From the first byte awaited to the end of the request's head."""
    write_seconds: float = 30.0
    """How long a reader may leave us with a full send buffer."""
    idle_seconds: float = 75.0
    connections: int = 512
    body_bytes: int = 0
    """Of a request; more is refused, and 0 says that bodies are not read at all."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    query: str = ""
    """What stands behind the question mark, as it was sent."""
    body: bytes = b""
    client: str = ""
    """The address that it came from."""


@dataclass(frozen=True, slots=True)
class Response:
    body: bytes
    status: int = 200
    content_type: str = PLAIN
    headers: dict[str, str] = field(default_factory=dict)
    stream: AsyncIterator[bytes] | None = None
    """Instead of a body: pieces as they come, until there are no more or the reader has gone."""


Handler = Callable[[Request], Awaitable[Response]]


def plain(text: str, status: int = 200, **headers: str) -> Response:
    return Response(text.encode(), status, headers=headers)
