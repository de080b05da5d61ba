"""Basic authentication with bcrypt hashes, which are meant to be slow to check: once each."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping

_REMEMBERED = 100
"""Answers kept, right and wrong ones; then the oldest goes."""
_NOBODY = "$2y$10$" + "." * 22 + "." * 31
"""Of a user who is not there: to check against it takes as long as against a real one."""


class Passwords:
    """Hashes are checked in a thread and one at a time, so that guessing costs others little."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self._users = users
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, bool] = {}
        self._turn = asyncio.Lock()

    async def admit(self, authorization: str) -> bool:
        given = _given(authorization)
        if given is None:
            return False
        user, password = given
        hashed = self._users.get(user, _NOBODY)
        # What is remembered must not be of use to who reads our memory.
        said = b"\0".join((user.encode(), hashed.encode(), password))
        key = hmac.digest(self._key, said, hashlib.sha256)
        if key not in self._known:
            async with self._turn:
                if key not in self._known:
                    right = await asyncio.to_thread(_matches, password, hashed)
                    self._remember(key, right=right and user in self._users)
        return self._known.get(key, False)

    def _remember(self, key: bytes, *, right: bool) -> None:
        if len(self._known) >= _REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[key] = right


def _matches(password: bytes, hashed: str) -> bool:
    import bcrypt  # noqa: PLC0415  only where there are users

    # bcrypt takes no zero byte, and 72 bytes of a password: what makes hashes cuts off the rest in
    # silence, so that it has to be cut off here as well.
    return b"\0" not in password and bcrypt.checkpw(password[:72], hashed.encode())


def _given(authorization: str) -> tuple[str, bytes] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return (user.decode(), password) if colon else None
    except (binascii.Error, UnicodeDecodeError):
        return None
