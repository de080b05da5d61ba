"""Questions to a Prometheus, or to what answers like one."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from warpwatch.clients.access import ANYBODY, Access
from warpwatch.clients.prometheus.results import (
    Alertmanagers,
    Answer,
    Build,
    Group,
    Groups,
    Labels,
    Metadata,
    Runtime,
    Sample,
    Series,
    Targets,
)
from warpwatch.clients.web import PATIENCE, Form, Refused, Web
from warpwatch.errors import InputError, Unreachable

T = TypeVar("T")

_NOT_FOUND = 404
_ADDRESS = "look whether this is the address of a Prometheus, with its path prefix"


class _Envelope(msgspec.Struct, frozen=True, rename="camel"):
    status: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    error: str = ""
    error_type: str = ""
    warnings: tuple[str, ...] = ()


class _Typed(msgspec.Struct, frozen=True, rename="camel"):
    result_type: str
    result: msgspec.Raw


class Prometheus:
    def __init__(self, url: str, access: Access = ANYBODY, *, patience: float = PATIENCE) -> None:
        self._web = Web(url, access, patience=patience)

    @property
    def url(self) -> str:
        return self._web.url

    async def aclose(self) -> None:
        await self._web.aclose()

    async def build(self) -> Build:
        """Empty where it answers but does not tell, as some do not."""
        try:
            return (await self._get("/api/v1/status/buildinfo", {}, Build)).data
        except Missing:
            return Build()

    async def query(self, promql: str, at: float | None = None) -> Answer[tuple[Sample, ...]]:
        """Now, or at a time. A plain number comes back as one sample without labels."""
        form = {"query": promql} | ({} if at is None else {"time": f"{at:.3f}"})
        typed = await self._post("/api/v1/query", form, _Typed)
        return Answer(_samples(promql, typed.data), typed.warnings)

    async def query_range(
        self, promql: str, start: float, end: float, step: float
    ) -> Answer[tuple[Series, ...]]:
        form = {
            "query": promql,
            "start": f"{start:.3f}",
            "end": f"{end:.3f}",
            "step": f"{step:.3f}",
        }
        typed = await self._post("/api/v1/query_range", form, _Typed)
        return Answer(_decoded(typed.data.result, tuple[Series, ...]), typed.warnings)

    async def series(
        self, match: Sequence[str], start: float, end: float
    ) -> Answer[tuple[Labels, ...]]:
        form = {"match[]": list(match), "start": f"{start:.3f}", "end": f"{end:.3f}"}
        return await self._post("/api/v1/series", form, tuple[Labels, ...])

    async def label_names(self, match: Sequence[str] = ()) -> tuple[str, ...]:
        query = {"match[]": list(match)} if match else {}
        return (await self._get("/api/v1/labels", query, tuple[str, ...])).data

    async def label_values(self, name: str, match: Sequence[str] = ()) -> tuple[str, ...]:
        query = {"match[]": list(match)} if match else {}
        return (await self._get(f"/api/v1/label/{name}/values", query, tuple[str, ...])).data

    async def metadata(self) -> dict[str, tuple[Metadata, ...]]:
        kind = dict[str, tuple[Metadata, ...]]
        return (await self._get("/api/v1/metadata", {}, kind)).data

    async def runtime(self) -> Runtime:
        return (await self._get("/api/v1/status/runtimeinfo", {}, Runtime)).data

    async def targets(self) -> Targets:
        return (await self._get("/api/v1/targets", {}, Targets)).data

    async def rules(self) -> tuple[Group, ...]:
        return (await self._get("/api/v1/rules", {}, Groups)).data.groups

    async def alertmanagers(self) -> Alertmanagers:
        """Those that it tells of alerts."""
        return (await self._get("/api/v1/alertmanagers", {}, Alertmanagers)).data

    async def _get(self, path: str, query: Form, kind: type[T]) -> Answer[T]:
        try:
            content = await self._web.get(path, query)
        except Refused as refused:
            raise self._said(path, "", refused) from refused
        return self._opened(path, content, kind)

    async def _post(self, path: str, form: Form, kind: type[T]) -> Answer[T]:
        try:
            content = await self._web.post(path, form)
        except Refused as refused:
            raise self._said(path, str(form.get("query", "")), refused) from refused
        return self._opened(path, content, kind)

    def _opened(self, path: str, content: bytes, kind: type[T]) -> Answer[T]:
        try:
            envelope = msgspec.json.decode(content, type=_Envelope)
            data = msgspec.json.decode(envelope.data, type=kind)
        except msgspec.MsgspecError as error:
            raise Unreachable(
                f"{self.url}{path}: not an answer of Prometheus: {error}",
                hint=_ADDRESS,
            ) from error
        return Answer(data, envelope.warnings)

    def _said(self, path: str, promql: str, refused: Refused) -> Exception:
        if refused.status == _NOT_FOUND:
            return Missing(f"{self.url}{path}: 404, there is no such thing", hint=_ADDRESS)
        try:
            told = msgspec.json.decode(refused.content, type=_Envelope)
        except msgspec.MsgspecError:
            # Prometheus gives its reason: this is something else, or something before it.
            return Unreachable(f"{self.url}{path}: HTTP {refused.status}", hint=_ADDRESS)
        if told.error_type == "bad_data" and promql:
            return InputError(promql, told.error)
        return Unreachable(f"{self.url}{path}: {told.error or f'HTTP {refused.status}'}")


class Missing(Unreachable):
    """The server answers, but has no such thing: not all of them have all of it."""


def _samples(promql: str, typed: _Typed) -> tuple[Sample, ...]:
    match typed.result_type:
        case "vector":
            return _decoded(typed.result, tuple[Sample, ...])
        case "scalar":
            return (Sample({}, _decoded(typed.result, tuple[float, str])),)
        case other:
            raise InputError(promql, f"is of type {other}, where numbers at one time are wanted")


def _decoded(raw: msgspec.Raw, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError as error:
        raise Unreachable(f"not an answer of Prometheus: {error}") from error
