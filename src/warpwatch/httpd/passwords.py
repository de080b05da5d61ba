"""Basic authentication with bcrypt hashes, which are meant to be slow to check: once each.

Guessing costs time, and must not cost that of who knows the password: what was right once is
known from then on, whatever is guessed meanwhile, and guesses do not form a queue.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from enum import Enum, auto

_REMEMBERED = 100
"""Wrong answers kept; then the oldest goes. Of right ones there is one for each user."""
_WAITING = 8
"""Checks that are under way or wait for their turn; beyond them nobody is made to wait."""
_LONGEST = 72
"""Bytes of a password that bcrypt looks at. What makes hashes cuts off the rest in silence, so that
it has to be cut off here as well.
"""


class Verdict(Enum):
    RIGHT = auto()
    WRONG = auto()
    BUSY = auto()
    """Not looked at: ask again later."""


class Passwords:
    """Hashes are checked in a thread and one at a time, so that guessing costs others little."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self.users = users
        self._nobody = _nobody(users)
        self._key = secrets.token_bytes(32)
        self._right: set[bytes] = set()
        self._wrong: dict[bytes, None] = {}
        self._checks: dict[bytes, asyncio.Task[bool]] = {}
        self._turn = asyncio.Lock()

    async def judge(self, authorization: str) -> Verdict:
        given = _given(authorization)
        if given is None:
            return Verdict.WRONG
        user, password = given
        hashed = self.users.get(user, self._nobody)
        # What is remembered must not be of use to who reads our memory.
        said = b"\0".join((user.encode(), hashed.encode(), password))
        key = hmac.digest(self._key, said, hashlib.sha256)
        if key in self._right:
            return Verdict.RIGHT
        if key in self._wrong:
            return Verdict.WRONG
        check = self._checks.get(key)
        if check is None:
            if len(self._checks) >= _WAITING:
                return Verdict.BUSY
            check = asyncio.create_task(self._check(key, user, password, hashed))
            self._checks[key] = check
        # Others may wait for the same check: one who is called off must not take it along.
        return Verdict.RIGHT if await asyncio.shield(check) else Verdict.WRONG

    async def _check(self, key: bytes, user: str, password: bytes, hashed: str) -> bool:
        try:
            async with self._turn:
                matches = await asyncio.to_thread(_matches, password, hashed)
        finally:
            del self._checks[key]
        right = matches and user in self.users
        if right:
            self._right.add(key)
        else:
            if len(self._wrong) >= _REMEMBERED:
                del self._wrong[next(iter(self._wrong))]
            self._wrong[key] = None
        return right


def _nobody(users: Mapping[str, str]) -> str:
    """The hash of a user who is not there: to check against it takes as long as against the
    costliest real one.
    """
    cost = max(hashed.split("$")[2] for hashed in users.values())
    return f"$2y${cost}${'.' * 22}{'.' * 31}"


def _matches(password: bytes, hashed: str) -> bool:
    import bcrypt  # noqa: PLC0415  only where there are users

    return bcrypt.checkpw(password, hashed.encode())


def user_of(authorization: str) -> str:
    """Who shows a password, right or wrong: for those who have been let in already."""
    given = _given(authorization)
    return given[0] if given is not None else ""


def _given(authorization: str) -> tuple[str, bytes] | None:
    """None of a password with a zero byte, which bcrypt does not take."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        known = colon and b"\0" not in password
        return (user.decode(), password[:_LONGEST]) if known else None
    except (binascii.Error, UnicodeDecodeError):
        return None
