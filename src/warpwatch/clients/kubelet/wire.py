"""Protobuf, as much of it as the pod-resources messages need.

Four nested messages of text do not earn generated code and its runtime of 10 MB. What a newer
kubelet adds is skipped, as protobuf means it to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_LONGEST_VARINT = 10


class Malformed(ValueError):
    """Bytes that are not the message they should be."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A device that Dynamic Resource Allocation gave to a container."""

    name: str
    namespace: str
    driver: str
    pool: str
    device: str


@dataclass(frozen=True, slots=True)
class Container:
    name: str
    devices: tuple[tuple[str, str], ...]
    """Name of a resource, and the id of a device of it."""
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Pod:
    name: str
    namespace: str
    containers: tuple[Container, ...]


def pods(answer: bytes) -> tuple[Pod, ...]:
    """A ListPodResourcesResponse."""
    return tuple(_pod(part) for part in _parts(answer, 1))


def _pod(message: bytes) -> Pod:
    return Pod(
        name=_text(message, 1),
        namespace=_text(message, 2),
        containers=tuple(_container(part) for part in _parts(message, 3)),
    )


def _container(message: bytes) -> Container:
    devices = (
        (_text(part, 1), id_.decode()) for part in _parts(message, 2) for id_ in _parts(part, 2)
    )
    claims = (claim for part in _parts(message, 5) for claim in _claims(part))
    try:
        return Container(_text(message, 1), tuple(devices), tuple(claims))
    except UnicodeDecodeError as error:
        raise Malformed("a text that is not UTF-8") from error


def _claims(message: bytes) -> Iterator[Claim]:
    name, namespace = _text(message, 2), _text(message, 3)
    for part in _parts(message, 4):
        yield Claim(name, namespace, _text(part, 2), _text(part, 3), _text(part, 4))


def _parts(message: bytes, number: int) -> Iterator[bytes]:
    return (value for field, value in _fields(message) if field == number)


def _text(message: bytes, number: int) -> str:
    """The last one of that number, as protobuf has it; empty where there is none."""
    found = b""
    for value in _parts(message, number):
        found = value
    try:
        return found.decode()
    except UnicodeDecodeError as error:
        raise Malformed("a text that is not UTF-8") from error


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Those that hold bytes; numbers are not needed here."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        match key & 7:
            case 0:
                _, at = _varint(message, at)
            case 1:
                at += 8
            case 2:
                length, at = _varint(message, at)
                if at + length > len(message):
                    raise Malformed("a field that is longer than its message")
                yield key >> 3, message[at : at + length]
                at += length
            case 5:
                at += 4
            case kind:
                raise Malformed(f"a field of the unknown kind {kind}")
    if at > len(message):
        raise Malformed("a message that ends within a number")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(_LONGEST_VARINT):
        if at >= len(message):
            raise Malformed("a message that ends within a number")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at
    raise Malformed("a number that does not end")
