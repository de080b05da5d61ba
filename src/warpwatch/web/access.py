"""Who may look, who may silence, and from where.

A page of somebody else's that is open in the same browser is the adversary: it can send requests
to a console on this machine, and it can give its own name this machine's address. So the name
that a request is for must be one of ours, what changes something must carry a header that no
foreign page can set without asking, and a session is a cookie that no foreign page makes a
browser send.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from warpwatch.clock import Clock
from warpwatch.errors import InputError
from warpwatch.httpd import Request
from warpwatch.httpd.passwords import user_of
from warpwatch.web.settings import Settings

COOKIE = "warpwatch_session"
WRITING = "x-warpwatch"
"""A header of our own: a browser asks first before it lets a foreign page send it."""
LASTS = 12 * 3600.0
SESSIONS = 1000
"""The oldest goes."""
_SHORTEST = 16
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Role(IntEnum):
    NOBODY = 0
    VIEWER = 1
    OPERATOR = 2


@dataclass(frozen=True, slots=True)
class Caller:
    role: Role
    name: str = ""
    """Where a password was shown, whose it was."""
    client: str = ""


@dataclass(frozen=True, slots=True)
class _Session:
    role: Role
    until: float


class Access:
    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._sessions: dict[str, _Session] = {}
        for path in (settings.token_file, settings.operator_token_file):
            if path is not None:
                _token(path)  # whatever is wrong with it is told at the start

    @property
    def asks(self) -> bool:
        """Whether a token has to be shown before anything is seen."""
        return self._settings.token_file is not None

    @property
    def operators(self) -> bool:
        """Whether anybody can become one."""
        return self._settings.operator_token_file is not None

    def caller(self, request: Request) -> Caller:
        least = Role.NOBODY if self.asks else Role.VIEWER
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        role = least
        if scheme.lower() == "bearer":
            role = max(role, self._role_of(shown.strip()))
        session = self._sessions.get(_cookie(request.headers))
        if session is not None and session.until > self._clock.monotonic():
            role = max(role, session.role)
        # Without passwords anybody could call himself what he likes.
        name = user_of(request.headers.get("authorization", "")) if self._settings.passwords else ""
        return Caller(role, name, request.client)

    def sign_in(self, token: str) -> tuple[Role, str]:
        """What the token makes of who shows it, and the cookie to set; nobody, and none."""
        role = self._role_of(token.strip())
        if role is Role.NOBODY:
            return role, ""
        while len(self._sessions) >= SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        key = secrets.token_urlsafe(32)
        self._sessions[key] = _Session(role, self._clock.monotonic() + LASTS)
        return role, self._set(key, LASTS)

    def sign_out(self, request: Request) -> str:
        self._sessions.pop(_cookie(request.headers), None)
        return self._set("", 0)

    def foreign(self, request: Request) -> str:
        """Why a request is not answered at all; empty if nothing speaks against it."""
        host = request.headers.get("host", "")
        if not self._settings.open_hosts and not self._ours(host):
            return (
                f"this console is not known as {host[:100]!r}; it is told its names by --host NAME"
            )
        if request.method in {"GET", "HEAD"}:
            return ""
        if WRITING not in request.headers:
            return f"what changes something carries the header {WRITING}: 1"
        # What a browser says of itself is believed before names, which proxies change.
        site = request.headers.get("sec-fetch-site", "")
        origin = request.headers.get("origin", "").partition("://")[2]
        own = site in {"same-origin", "none"} if site else origin in {"", host}
        return "" if own else "what changes something comes from this console's own pages"

    def _ours(self, host: str) -> bool:
        name = host.lower()
        bare = name.rpartition(":")[0] if name.rpartition(":")[2].isdecimal() else name
        return bare in _LOOPBACK or bare in self._settings.hosts or name in self._settings.hosts

    def _role_of(self, shown: str) -> Role:
        role = Role.NOBODY
        # Files are read each time, so that a token can be changed while this runs.
        for path, gives in (
            (self._settings.token_file, Role.VIEWER),
            (self._settings.operator_token_file, Role.OPERATOR),
        ):
            if path is not None and shown:
                try:
                    token = _token(path)
                except InputError:
                    continue  # it has gone meanwhile: nobody has it
                if hmac.compare_digest(shown.encode(), token.encode()):
                    role = max(role, gives)
        return role

    def _set(self, value: str, seconds: float) -> str:
        secure = "; Secure" if self._settings.secure else ""
        return (
            f"{COOKIE}={value}; Path={self._settings.prefix}; Max-Age={seconds:.0f}; "
            f"HttpOnly; SameSite=Strict{secure}"
        )


def _token(path: Path) -> str:
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"cannot be read: {error}") from error
    if len(token) < _SHORTEST:
        raise InputError(
            str(path),
            f"a token has {_SHORTEST} letters or more",
            hint=f"make one: openssl rand -hex 24 > {path}",
        )
    return token


def _cookie(headers: Mapping[str, str]) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""
