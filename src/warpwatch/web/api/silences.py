"""Silences: who made which until when. Operators make and end them, and each leaves a line."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.alertmanager.results import Matcher, NewSilence
from warpwatch.clock import Clock
from warpwatch.errors import InputError, UsageError
from warpwatch.httpd import Response
from warpwatch.web.access import Caller, Role
from warpwatch.web.poll import Poll
from warpwatch.web.routes import Call, Route, as_json

log = logging.getLogger("warpwatch.audit")

LONGEST_MINUTES = 30 * 24 * 60


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    matchers: Annotated[tuple[Matcher, ...], Meta(min_length=1, max_length=20)]
    minutes: Annotated[int, Meta(ge=1, le=LONGEST_MINUTES)]
    comment: Annotated[str, Meta(min_length=1, max_length=1000)]
    author: Annotated[str, Meta(max_length=100)] = ""


class Silences:
    def __init__(self, alertmanager: Alertmanager | None, poll: Poll, clock: Clock) -> None:
        self._alertmanager = alertmanager
        self._poll = poll
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "api/v1/silences", self.silences),
            Route("POST", "api/v1/silences", self.silence, Role.OPERATOR),
            Route("DELETE", "api/v1/silence/{id}", self.expire, Role.OPERATOR),
        )

    async def silences(self, call: Call) -> Response:
        del call
        found = await self._there().silences()
        order = {"active": 0, "pending": 1, "expired": 2}
        newest = sorted(found, key=lambda each: each.ends_at, reverse=True)
        return as_json(sorted(newest, key=lambda each: order.get(each.status.state, 3))[:500])

    async def silence(self, call: Call) -> Response:
        try:
            wanted = msgspec.json.decode(call.request.body, type=Wanted)
        except msgspec.MsgspecError as error:
            raise InputError("the silence", str(error)) from error
        if not wanted.comment.strip():
            raise InputError("the comment", "says nothing: whoever finds the silence must know why")
        if not any(matcher.is_equal and matcher.value for matcher in wanted.matchers):
            raise InputError("matchers", "fit all alerts that there are")
        author = call.caller.name or wanted.author.strip() or "operator"
        now = self._clock.now()
        new = NewSilence(
            matchers=wanted.matchers,
            starts_at=_time(now),
            ends_at=_time(now + 60 * wanted.minutes),
            created_by=author,
            comment=wanted.comment.strip(),
        )
        made = await self._there().silence(new)
        audit("silence", call.caller, now, id=made, author=author, ends=new.ends_at,
              matchers=wanted.matchers, comment=new.comment)  # fmt: skip
        self._poll.wake()
        return as_json({"id": made}, 201)

    async def expire(self, call: Call) -> Response:
        silence = call.path["id"]
        if not all(letter.isalnum() or letter == "-" for letter in silence):
            raise InputError("the silence", "has no such id")
        await self._there().expire(silence)
        audit("expire", call.caller, self._clock.now(), id=silence)
        self._poll.wake()
        return as_json({"id": silence})

    def _there(self) -> Alertmanager:
        if self._alertmanager is None:
            raise UsageError(
                "this console was told of no Alertmanager", hint="start it with --alertmanager URL"
            )
        return self._alertmanager


def audit(what: str, caller: Caller, now: float, **facts: str | Sequence[Matcher]) -> None:
    """One line of JSON: what an operator did, who it was as far as is known, and from where."""
    told = {"audit": what, "at": _time(now), "user": caller.name, "client": caller.client, **facts}
    log.info("%s", msgspec.json.encode(told).decode())


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
