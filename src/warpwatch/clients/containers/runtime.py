"""Asks a container runtime over its own socket. The call blocks, so it belongs in a thread."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from warpwatch.clock import Clock
from warpwatch.errors import Unreachable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_RUNNING = "/containers/json"
_LARGEST = 16 * 1024 * 1024
"""Bytes of an answer: a machine with a thousand containers needs about two million."""
_NOT_THERE = "give the socket of Docker or Podman; in a container, mount it"
_NOT_ALLOWED = "let the exporter's user into the group of the socket, such as docker"
_NO_SUCH_API = "is it Docker or Podman? containerd does not speak their API"


class Runtime:
    def __init__(self, address: str, clock: Clock) -> None:
        """A path, or a `unix://` address as DOCKER_HOST has it."""
        self._path = Path(address.removeprefix("unix://"))
        self._clock = clock

    def names(self, timeout: float) -> Mapping[str, str]:
        """By the containers' ids. Unreachable says why, whatever the reason."""
        try:
            names = dict(_named(self._answer(self._clock.monotonic() + timeout)))
            "".join(names.values()).encode()  # half of a character could not be written to the page
        except FileNotFoundError as error:
            raise self._unreachable("is not there", _NOT_THERE) from error
        except PermissionError as error:
            raise self._unreachable("may not be opened by this user", _NOT_ALLOWED) from error
        except TimeoutError as error:
            raise self._unreachable("does not answer") from error
        except OSError as error:
            raise self._unreachable(error.strerror or str(error)) from error
        except (http.client.HTTPException, ValueError, RecursionError) as error:
            raise self._unreachable("an answer that cannot be read", _NO_SUCH_API) from error
        return names

    def _answer(self, deadline: float) -> bytes:
        connection = _Connection(self._path, deadline, self._clock)
        try:
            connection.request("GET", _RUNNING, headers={"connection": "close"})
            answer = connection.getresponse()
            if answer.status != http.client.OK:
                raise self._unreachable(f"HTTP {answer.status} {answer.reason}", _NO_SUCH_API)
            content = answer.read(_LARGEST + 1)
        finally:
            connection.close()
        if len(content) > _LARGEST:
            raise self._unreachable("an answer without end")
        return content

    def _unreachable(self, why: str, hint: str = "") -> Unreachable:
        return Unreachable(f"{self._path}: {why}", hint=hint)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path, deadline: float, clock: Clock) -> None:
        super().__init__("localhost")
        self._path = path
        self._until = deadline
        self._clock = clock

    def connect(self) -> None:
        self.sock = _Socket(self._until, self._clock)
        self.sock.hurry()
        self.sock.connect(str(self._path))


class _Socket(socket.socket):
    """With one deadline for all that is read: a timeout of each read alone would wait for ever on
    one who sends a byte now and then.
    """

    def __init__(self, deadline: float, clock: Clock) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        self._until = deadline
        self._clock = clock

    def hurry(self) -> None:
        left = self._until - self._clock.monotonic()
        if left <= 0:
            raise TimeoutError
        self.settimeout(left)

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        self.hurry()
        return super().recv_into(buffer, nbytes, flags)


def _named(answer: bytes) -> Iterator[tuple[str, str]]:
    said = json.loads(answer)
    if not isinstance(said, list):
        raise ValueError("not a list of containers")  # noqa: TRY004  of what came, not of a caller
    for each in said:
        if not isinstance(each, dict):
            raise ValueError("not a container")  # noqa: TRY004  as above
        id_, names = each.get("Id"), each.get("Names")
        if isinstance(id_, str) and isinstance(names, list):
            yield id_, _own(names)


def _own(names: list[object]) -> str:
    """Of a container that others are linked to it has their names for it, too: `/other/alias`."""
    told = [name.removeprefix("/") for name in names if isinstance(name, str)]
    return next((name for name in told if "/" not in name), "")
