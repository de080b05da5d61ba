"""Questions to an Alertmanager, and silences in it."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from warpwatch.clients.access import ANYBODY, Access
from warpwatch.clients.alertmanager.results import (
    Alert,
    Named,
    NewAlert,
    NewSilence,
    Silence,
    Status,
)
from warpwatch.clients.web import PATIENCE, Refused, Web
from warpwatch.errors import InputError, Unreachable

T = TypeVar("T")

_CLIENT_ERRORS = range(400, 500)


class _Made(msgspec.Struct, frozen=True):
    silence: str = msgspec.field(name="silenceID")


class Alertmanager:
    def __init__(self, url: str, access: Access = ANYBODY, *, patience: float = PATIENCE) -> None:
        self._web = Web(url, access, patience=patience)

    @property
    def url(self) -> str:
        return self._web.url

    async def aclose(self) -> None:
        await self._web.aclose()

    async def status(self) -> Status:
        return await self._get("/api/v2/status", Status)

    async def receivers(self) -> tuple[str, ...]:
        return tuple(each.name for each in await self._get("/api/v2/receivers", tuple[Named, ...]))

    async def alerts(self, filters: Sequence[str] = ()) -> tuple[Alert, ...]:
        """Those that stand, silenced and inhibited ones too; `filters` are matchers."""
        return await self._get("/api/v2/alerts", tuple[Alert, ...], filters)

    async def silences(self, filters: Sequence[str] = ()) -> tuple[Silence, ...]:
        """Expired ones too, as long as Alertmanager keeps them."""
        return await self._get("/api/v2/silences", tuple[Silence, ...], filters)

    async def silence(self, new: NewSilence) -> str:
        """Its id."""
        path = "/api/v2/silences"
        try:
            content = await self._web.post_json(path, msgspec.json.encode(new))
        except Refused as refused:
            raise self._said(path, "the silence", refused) from refused
        return self._decoded(path, content, _Made).silence

    async def expire(self, silence: str) -> None:
        path = f"/api/v2/silence/{silence}"
        try:
            await self._web.delete(path)
        except Refused as refused:
            raise self._said(path, f"silence {silence}", refused) from refused

    async def post(self, alerts: Sequence[NewAlert]) -> None:
        """As Prometheus hands them in."""
        path = "/api/v2/alerts"
        try:
            await self._web.post_json(path, msgspec.json.encode(alerts))
        except Refused as refused:
            raise self._said(path, "the alert", refused) from refused

    async def metrics(self) -> bytes:
        """Its own page."""
        return await self._web.get("/metrics")

    async def _get(self, path: str, kind: type[T], filters: Sequence[str] = ()) -> T:
        try:
            content = await self._web.get(path, {"filter": list(filters)} if filters else None)
        except Refused as refused:
            raise self._said(path, " ".join(filters), refused) from refused
        return self._decoded(path, content, kind)

    def _decoded(self, path: str, content: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.MsgspecError as error:
            raise Unreachable(
                f"{self.url}{path}: not an answer of Alertmanager: {error}",
                hint="look whether this is the address of an Alertmanager, with its path prefix",
            ) from error

    def _said(self, path: str, what: str, refused: Refused) -> Exception:
        said = _text(refused.content) or f"HTTP {refused.status}"
        # Before 0.28 a silence that is not there was an error of the server's.
        if what and (refused.status in _CLIENT_ERRORS or "not found" in said):
            return InputError(what, f"is refused by {self.url}: {said}")
        return Unreachable(f"{self.url}{path}: {said}")


def _text(content: bytes) -> str:
    """Alertmanager says what is wrong as JSON text, or as an object with a message."""
    try:
        said = msgspec.json.decode(content)
    except msgspec.MsgspecError:
        said = content.decode(errors="replace")
    if isinstance(said, dict):
        said = said.get("message", "")
    return str(said).strip()
