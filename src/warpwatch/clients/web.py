"""Asking a server over HTTP: who may be let in, how long, how much, and what went wrong."""

import base64
import os
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx2

from warpwatch.addresses import loopback
from warpwatch.clients.access import ANYBODY, Access
from warpwatch.errors import InputError, Unreachable, UsageError

Form = Mapping[str, str | Sequence[str]]

PATIENCE = 10.0
LONGEST = 256 * 1024 * 1024
"""Bytes of one answer: ten thousand GPUs over a day and more, and an end to what has none."""
_HINT = "look at the address, and at what it takes to be let in: --bearer-token-file and the like"
_BUSY = "it may have much to do: ask again, or for less"


_PLAIN = {"accept-encoding": "identity"}
"""From this machine: packing ten thousand GPUs takes longer than handing them over."""


class Refused(Exception):
    """The server was reached and said no; the status and what it said."""

    def __init__(self, status: int, content: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.content = content


class Web:
    """One server. Secrets are read anew for each request, so that one which rotates goes on."""

    def __init__(self, url: str, access: Access = ANYBODY, *, patience: float = PATIENCE) -> None:
        if not url.startswith(("http://", "https://")):
            raise UsageError(
                f"{url!r} is no address of a server", hint="e.g. http://127.0.0.1:9090"
            )
        self.url = url.rstrip("/")
        self._access = access
        self._patience = patience
        self._client = httpx2.AsyncClient(
            verify=_trust(access),
            timeout=httpx2.Timeout(patience),
            trust_env=False,
            headers=_PLAIN if loopback(httpx2.URL(self.url).host) else None,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def get(self, path: str, query: Form | None = None) -> bytes:
        return await self._ask("GET", path, query=query)

    async def post(self, path: str, form: Form) -> bytes:
        """As a form: what is asked may be longer than an address can be."""
        return await self._ask("POST", path, form=form)

    async def post_json(self, path: str, content: bytes) -> bytes:
        return await self._ask("POST", path, content=content)

    async def delete(self, path: str) -> bytes:
        return await self._ask("DELETE", path)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Form | None = None,
        form: Form | None = None,
        content: bytes | None = None,
    ) -> bytes:
        headers = dict(self._access.headers) | _shown(self._access)
        if content is not None:
            headers["content-type"] = "application/json"
        request = self._client.build_request(
            method, self.url + path, params=query, data=form, content=content, headers=headers
        )
        try:
            answer = await self._client.send(request, stream=True)
            try:
                return await self._read(path, answer)
            finally:
                await answer.aclose()
        except httpx2.ReadTimeout as error:
            told = f"{self.url}{path}: no answer within {self._patience:g} s"
            raise Unreachable(told, hint=_BUSY) from error
        except httpx2.HTTPError as error:
            raise Unreachable(f"{self.url}{path}: {_reason(error)}", hint=_HINT) from error

    async def _read(self, path: str, answer: httpx2.Response) -> bytes:
        pieces: list[bytes] = []
        size = 0
        async for piece in answer.aiter_bytes():
            size += len(piece)
            if size > LONGEST:
                raise Unreachable(
                    f"{self.url}{path}: an answer of more than {LONGEST >> 20} MiB",
                    hint="ask for fewer series, or for less time",
                )
            pieces.append(piece)
        content = b"".join(pieces)
        status = answer.status_code
        if status in {httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN}:
            raise Unreachable(f"{self.url}{path}: {status} {answer.reason_phrase}", hint=_HINT)
        if not answer.is_success:
            raise Refused(status, content)
        return content


def _reason(error: BaseException) -> str:
    """The system's own word, where there is one below: `Connection refused` says more than that
    all attempts have failed.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return str(seen)
        if isinstance(seen, OSError) and seen.errno:
            # A name that nobody knows has a number of the resolver's, below zero.
            return os.strerror(seen.errno) if seen.errno > 0 else str(seen.strerror)
        inner = seen.exceptions[0] if isinstance(seen, BaseExceptionGroup) else None
        seen = inner or seen.__cause__ or seen.__context__
    return str(error) or type(error).__name__


def _shown(access: Access) -> dict[str, str]:
    if access.bearer_token_file:
        return {"authorization": f"Bearer {_secret(access.bearer_token_file)}"}
    if access.username:
        pair = f"{access.username}:{_secret(access.password_file)}".encode()
        return {"authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return {}


def _secret(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(path, f"cannot be read: {error}") from error


def _trust(access: Access) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=access.ca_file or None)
        if access.cert_file:
            context.load_cert_chain(access.cert_file, access.key_file)
    except OSError as error:  # ssl's errors are such too
        named = ", ".join(filter(None, (access.ca_file, access.cert_file, access.key_file)))
        raise InputError(named, f"cannot be used for TLS: {error}") from error
    return context
