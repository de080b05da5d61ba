"""Alerts that stand, and silences over them."""

import asyncio
import os
import pwd
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

from warpwatch.app.servers import Address
from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.alertmanager.results import Alert, Matcher, NewSilence, Silence, stamp
from warpwatch.clock import SystemClock
from warpwatch.doctor.delivery import trial
from warpwatch.errors import InputError, WarpwatchError

T = TypeVar("T")

TAKEN_WITHIN = 10.0
_LOOK = 0.2


def alerts(there: Address, matchers: Sequence[Matcher]) -> tuple[Alert, ...]:
    return _asked(there, lambda server: server.alerts([*map(str, matchers)]))


def silences(there: Address, matchers: Sequence[Matcher]) -> tuple[Silence, ...]:
    return _asked(there, lambda server: server.silences([*map(str, matchers)]))


def silence(
    there: Address, matchers: Sequence[Matcher], seconds: float, comment: str, by: str
) -> str:
    """From now on; the id of it."""
    if not comment.strip():
        raise InputError("the comment", "is empty; whoever finds the silence wants to know why")
    now = SystemClock().now()
    new = NewSilence(tuple(matchers), stamp(now), stamp(now + seconds), by or user(), comment)
    return _asked(there, lambda server: server.silence(new))


def expire(there: Address, ids: Sequence[str]) -> None:
    async def all_of_them(server: Alertmanager) -> None:
        for each in ids:
            await server.expire(each)

    _asked(there, all_of_them)


def hand_in(there: Address, labels: dict[str, str], seconds: float) -> Alert:
    """A test; as Alertmanager has taken it, with who is told of it."""
    clock = SystemClock()
    now = clock.now()
    new = trial(labels, now, seconds, user())
    matchers = [Matcher(name, value) for name, value in new.labels.items()]

    async def taken(server: Alertmanager) -> Alert:
        await server.post([new])
        ended = clock.monotonic() + TAKEN_WITHIN
        while clock.monotonic() < ended:
            for found in await server.alerts([*map(str, matchers)]):
                if found.labels == new.labels and found.status.state != "unprocessed":
                    return found
            await clock.sleep(_LOOK)
        raise WarpwatchError(f"{server.url} took the alert and does not show it")

    return _asked(there, taken)


def matcher(text: str) -> Matcher:
    """`name=value`, and likewise with `!=`, `=~`, `!~`; a word alone is an alert's name."""
    for at, letter in enumerate(text):
        if letter in "=!":
            return _matcher(text, text[:at].strip(), text[at:])
    if not text.isidentifier():
        raise InputError(f"matcher {text!r}", "is not NAME=VALUE, nor the name of an alert")
    return Matcher("alertname", text)


def _matcher(text: str, name: str, rest: str) -> Matcher:
    for sign, is_equal, is_regex in (
        ("=~", True, True),
        ("!~", False, True),
        ("!=", False, False),
        ("=", True, False),
    ):
        if rest.startswith(sign):
            value = rest.removeprefix(sign).strip()
            if len(value) > 1 and value[0] == value[-1] == '"':
                value = value[1:-1]
            if name.isidentifier():
                return Matcher(name, value, is_regex=is_regex, is_equal=is_equal)
    raise InputError(f"matcher {text!r}", "is none", hint='e.g. node="gpu-7", or alertname=~GPU.*')


def user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in a container whose user has no name
        return f"user {os.getuid()}"


def _asked(there: Address, question: Callable[[Alertmanager], Awaitable[T]]) -> T:
    async def main() -> T:
        async with aclosing(Alertmanager(there.url, there.access)) as server:
            return await question(server)

    return asyncio.run(main())
