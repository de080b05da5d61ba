"""Requests and watches. What comes back is plain data, and of objects their metadata alone
where that is enough: a node's pods are then kilobytes, not megabytes.
"""

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from warpwatch.clients.kubernetes.access import Access, Token
from warpwatch.errors import Unreachable

Object = Mapping[str, Any]
Query = Mapping[str, str]

_PAGE = 500
"""Objects asked for at a time."""
_LONGEST_LINE = 4 * 1024 * 1024
"""Bytes of one change; the API server takes no object above 1.5 MiB."""
_PATIENCE = httpx2.Timeout(10.0)
_METADATA = "application/json;as={};g=meta.k8s.io;v=v1,application/json"


class Gone(Exception):
    """The version asked for is too old: the collection has to be listed anew."""


class Spoilt(Unreachable):
    """A watch that holds what cannot be taken: begun again at the same place, it would again."""


@dataclass(frozen=True, slots=True)
class Listed:
    items: tuple[Object, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Change:
    kind: str
    """ADDED, MODIFIED, DELETED or BOOKMARK."""
    object: Object


class Api:
    """An authority that is replaced is trusted from the next request on."""

    def __init__(self, access: Access) -> None:
        self._server = access.server
        self._token = Token(access.token) if access.token else None
        self._authority = access.authority
        self._stamp = self._seen()
        self._client = self._connected()
        self._retired: list[httpx2.AsyncClient] = []
        """Those before it, whose streams may still run."""

    async def close(self) -> None:
        for client in (self._client, *self._retired):
            await client.aclose()

    async def get(self, path: str) -> Object | None:
        """None: there is no such object."""
        async with self._asked(path, {}, "application/json") as answer:
            if answer.status_code == httpx2.codes.NOT_FOUND:
                return None
            return await self._object(path, answer)

    async def pages(
        self, path: str, query: Query | None = None, *, metadata: bool = False
    ) -> AsyncIterator[Listed]:
        """All of them, some hundred at a time; Gone if it changes too fast for that."""
        wanted = {**(query or {}), "limit": str(_PAGE)}
        accept = _METADATA.format("PartialObjectMetadataList") if metadata else "application/json"
        while True:
            async with self._asked(path, wanted, accept) as answer:
                page = await self._object(path, answer)
            found = page.get("items")
            head = table(page.get("metadata"))
            items = tuple(map(table, found if isinstance(found, list) else ()))
            yield Listed(items, str(head.get("resourceVersion", "")))
            if not head.get("continue"):
                return
            wanted["continue"] = str(head["continue"])

    async def watch(
        self,
        path: str,
        version: str,
        query: Query | None = None,
        *,
        metadata: bool = False,
        lasting: float = 300.0,
    ) -> AsyncIterator[Change]:
        """Changes since a version, until the server ends it, which it does now and then. A stream
        that says nothing for longer than the server was asked to keep it is dead.
        """
        wanted = {
            **(query or {}),
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(int(lasting)),
        }
        accept = _METADATA.format("PartialObjectMetadata") if metadata else "application/json"
        patience = httpx2.Timeout(10.0, read=lasting + 10.0)
        async with self._asked(path, wanted, accept, patience) as answer:
            await self._sound(path, answer)
            async for line in _lines(path, answer):
                yield _change(path, line)

    def _current(self) -> httpx2.AsyncClient:
        stamp = self._seen()
        if stamp is not None and stamp != self._stamp:
            self._retired.append(self._client)
            self._client, self._stamp = self._connected(), stamp
        return self._client

    def _connected(self) -> httpx2.AsyncClient:
        verify: ssl.SSLContext | bool = True
        if self._authority is not None:
            verify = ssl.create_default_context(cafile=str(self._authority))
        return httpx2.AsyncClient(
            base_url=self._server, verify=verify, timeout=_PATIENCE, trust_env=False
        )

    def _seen(self) -> tuple[int, int] | None:
        try:
            found = self._authority.stat() if self._authority is not None else None
        except OSError:
            return None
        return None if found is None else (found.st_mtime_ns, found.st_ino)

    def _asked(
        self, path: str, query: Query, accept: str, patience: httpx2.Timeout = _PATIENCE
    ) -> "_Asked":
        client = self._current()
        request = client.build_request(
            "GET", path, params=dict(query), headers={"accept": accept}, timeout=patience
        )
        return _Asked(client, self._token, request)

    async def _object(self, path: str, answer: httpx2.Response) -> Object:
        await self._sound(path, answer)
        return _parsed(path, await answer.aread())

    async def _sound(self, path: str, answer: httpx2.Response) -> None:
        match answer.status_code:
            case httpx2.codes.OK:
                return
            case httpx2.codes.GONE:
                raise Gone(path)
            case httpx2.codes.FORBIDDEN:
                hint = f"give the service account the right to get, list and watch {_kind(path)}"
            case httpx2.codes.UNAUTHORIZED:
                hint = "see that the service account and its token are valid"
            case _:
                hint = ""
        raise Unreachable(
            f"{self._server}{path}: HTTP {answer.status_code} {answer.reason_phrase}", hint=hint
        )


def table(value: object) -> Object:
    """What should be an object, for those who would rather miss it than fall over it."""
    return value if isinstance(value, dict) else {}


class _Asked:
    """One request, and another with a token read anew if the first was not believed."""

    def __init__(
        self, client: httpx2.AsyncClient, token: Token | None, request: httpx2.Request
    ) -> None:
        self._client = client
        self._token = token
        self._request = request
        self._answer: httpx2.Response | None = None

    async def __aenter__(self) -> httpx2.Response:
        try:
            self._answer = await self._send(again=False)
            if self._answer.status_code == httpx2.codes.UNAUTHORIZED and self._token is not None:
                await self._answer.aclose()
                self._answer = await self._send(again=True)
        except httpx2.HTTPError as error:
            raise _broken(self._request.url.path, error) from error
        return self._answer

    async def __aexit__(self, _: object, error: object, traceback: object) -> None:
        if self._answer is not None:
            await self._answer.aclose()
        if isinstance(error, httpx2.HTTPError):
            raise _broken(self._request.url.path, error) from error

    async def _send(self, *, again: bool) -> httpx2.Response:
        if self._token is not None:
            self._request.headers["authorization"] = f"Bearer {self._token.text(again=again)}"
        return await self._client.send(self._request, stream=True)


def _broken(path: str, error: Exception) -> Unreachable:
    said = str(error) or type(error).__name__
    return Unreachable(f"the API server does not answer {path}: {said}")


def _kind(path: str) -> str:
    return path.rpartition("/")[2]


async def _lines(path: str, answer: httpx2.Response) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in answer.aiter_bytes():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.strip():
                yield line
        if len(rest) > _LONGEST_LINE:
            raise Spoilt(f"{path}: a change that does not end")


def _change(path: str, line: bytes) -> Change:
    try:
        said = _parsed(path, line)
    except Unreachable as error:
        raise Spoilt(error.message) from error
    kind, what = said.get("type"), said.get("object")
    if not isinstance(kind, str) or not isinstance(what, dict):
        raise Spoilt(f"{path}: a change that is none")
    if kind == "ERROR":
        if what.get("code") == httpx2.codes.GONE:
            raise Gone(path)
        raise Spoilt(f"{path}: the watch ended: {what.get('message') or what.get('reason')}")
    return Change(kind, what)


def _parsed(path: str, content: bytes) -> Object:
    try:
        text = content.decode()
        said = json.loads(text)
        if "\\ud" in text.lower():  # half of a character could not be written to the page
            json.dumps(said, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Unreachable(f"{path}: an answer that is not JSON") from error
    if not isinstance(said, dict):
        raise Unreachable(f"{path}: an answer that is no object")
    return said
