"""The file that Prometheus' exporters share for what stands before a page: TLS, passwords, headers.

Its keys and values are those of the exporter toolkit (`--web-config-file`). What it may say and
this server cannot hold to is refused with the reason: to ignore it would leave its user less safe
than asked. A key that is not known is refused too.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from warpwatch import strict_yaml
from warpwatch.errors import InputError
from warpwatch.units import Seconds

_HASH = re.compile(r"\$2[abxy]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}")
_NO_ASKING = ("RequestClientCert", "RequireAnyClientCert", "RequireClientCert")
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "Content-Security-Policy": (),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-Content-Type-Options": ("nosniff",),
    "X-XSS-Protection": (),
    "Strict-Transport-Security": (),
}
"""Those that may be set, and where a header knows few values, which."""


class ClientAuth(StrEnum):
    NONE = "NoClientCert"
    IF_GIVEN = "VerifyClientCertIfGiven"
    REQUIRED = "RequireAndVerifyClientCert"


class Version(StrEnum):
    TLS10 = "TLS10"
    TLS11 = "TLS11"
    TLS12 = "TLS12"
    TLS13 = "TLS13"


class _Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cert: str = ""
    key: str = ""
    client_ca: str = ""
    cert_file: str = ""
    key_file: str = ""
    client_ca_file: str = ""
    client_auth_type: str = ""
    client_allowed_sans: tuple[str, ...] = ()
    min_version: Version = Version.TLS12
    max_version: Version = Version.TLS13
    cipher_suites: tuple[str, ...] = ()
    prefer_server_cipher_suites: bool = True
    curve_preferences: tuple[Literal["CurveP256", "CurveP384", "CurveP521", "X25519"], ...] = ()


class _Http(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    http2: bool = True
    headers: dict[str, str] = {}


class _Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    interval: str | int = 0
    burst: Annotated[int, msgspec.Meta(ge=0)] = 0


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tls_server_config: _Tls | None = None
    http_server_config: _Http | None = None
    basic_auth_users: dict[str, str] | None = None
    rate_limit: _Rate | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Pem:
    """A certificate or a key: a file, or the text itself."""

    path: Path | None = None
    text: str = dataclasses.field(default="", repr=False)

    def __bool__(self) -> bool:
        return self.path is not None or bool(self.text)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    cert: Pem
    key: Pem
    client_ca: Pem
    client_auth: ClientAuth
    allowed_sans: frozenset[str]
    lowest: Version
    highest: Version
    ciphers: tuple[str, ...]
    server_chooses: bool
    curves: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    interval: float
    """Seconds in which one more request is allowed."""
    burst: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    tls: Tls | None = None
    users: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    """Names, and the hashes of their passwords."""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    rate: Rate | None = None

    def files(self) -> Iterator[Path]:
        """What else has to be read again when it changes."""
        if self.tls is not None:
            for pem in (self.tls.cert, self.tls.key, self.tls.client_ca):
                if pem.path is not None:
                    yield pem.path


def load(path: Path) -> WebConfig:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}") from error
    return parse(content, path)


def parse(content: bytes, path: Path) -> WebConfig:
    """`path` is named in errors, and relative paths are relative to its folder."""
    said = strict_yaml.read(content, str(path))
    try:
        file = msgspec.convert({} if said is None else said, _File)
    except msgspec.ValidationError as error:
        raise InputError(str(path), str(error), hint=_HINT) from error
    where = str(path)
    return WebConfig(
        tls=_tls(file.tls_server_config, where, path.parent),
        users=_users(file.basic_auth_users or {}, where),
        headers=_headers(file.http_server_config, where),
        rate=_rate(file.rate_limit, where),
    )


_HINT = "keys are tls_server_config, http_server_config, basic_auth_users and rate_limit"


def _tls(said: _Tls | None, where: str, folder: Path) -> Tls | None:
    if said is None or said == _Tls():
        return None
    at = f"{where}: tls_server_config"
    auth = _client_auth(said, at)
    tls = Tls(
        cert=_pem(said.cert, said.cert_file, folder, f"{at}.cert"),
        key=_pem(said.key, said.key_file, folder, f"{at}.key"),
        client_ca=_pem(said.client_ca, said.client_ca_file, folder, f"{at}.client_ca"),
        client_auth=auth,
        allowed_sans=frozenset(said.client_allowed_sans),
        lowest=said.min_version,
        highest=said.max_version,
        ciphers=said.cipher_suites,
        server_chooses=said.prefer_server_cipher_suites,
        curves=said.curve_preferences,
    )
    for name, pem in (("cert", tls.cert), ("key", tls.key)):
        if not pem:
            raise InputError(at, f"gives neither {name} nor {name}_file")
    if tls.client_ca and auth is ClientAuth.NONE:
        raise InputError(
            at,
            "has a client_ca and asks for no client certificate",
            hint=f"set client_auth_type: {ClientAuth.REQUIRED}",
        )
    if auth is not ClientAuth.NONE and not tls.client_ca:
        raise InputError(at, f"{auth} needs client_ca or client_ca_file to verify with")
    if tls.allowed_sans and auth is not ClientAuth.REQUIRED:
        raise InputError(
            f"{at}.client_allowed_sans",
            "binds only those who must show a certificate",
            hint=f"set client_auth_type: {ClientAuth.REQUIRED}",
        )
    if said.min_version > said.max_version:
        raise InputError(at, f"min_version {said.min_version} is above max_version")
    return tls


def _client_auth(said: _Tls, at: str) -> ClientAuth:
    if said.client_auth_type in _NO_ASKING:
        raise InputError(
            f"{at}.client_auth_type",
            f"{said.client_auth_type} takes certificates that nobody verified, "
            "which this server does not do",
            hint=f"use {ClientAuth.REQUIRED}",
        )
    try:
        return ClientAuth(said.client_auth_type or ClientAuth.NONE)
    except ValueError as error:
        raise InputError(
            f"{at}.client_auth_type",
            f"{said.client_auth_type!r} is not known",
            hint=f"one of {', '.join(ClientAuth)}",
        ) from error


def _pem(text: str, file: str, folder: Path, at: str) -> Pem:
    if text and file:
        raise InputError(at, "is given twice, as text and as a file")
    return Pem(folder / file if file else None, text)


def _users(said: Mapping[str, str], where: str) -> Mapping[str, str]:
    for name, hashed in said.items():
        at = f"{where}: basic_auth_users.{name}"
        if not name or ":" in name:
            raise InputError(at, "a user's name is not empty and has no colon")
        if not _HASH.fullmatch(hashed):
            raise InputError(
                at, "is not a bcrypt hash", hint="make one: htpasswd -nBC 10 '' | tr -d ':\\n'"
            )
    return dict(said)


def _headers(said: _Http | None, where: str) -> Mapping[str, str]:
    headers = {name: value for name, value in (said.headers if said else {}).items() if value}
    for name, value in headers.items():
        at = f"{where}: http_server_config.headers.{name}"
        if name not in _HEADERS:
            raise InputError(at, "cannot be set", hint=f"these can: {', '.join(_HEADERS)}")
        known = _HEADERS[name]
        if known and value.lower() not in known:
            raise InputError(at, f"is not one of {', '.join(known)}")
        if not value.isascii() or not value.isprintable():
            raise InputError(at, "has characters that a header cannot hold")
    return headers


def _rate(said: _Rate | None, where: str) -> Rate | None:
    if said is None:
        return None
    try:
        interval = Seconds.parse(said.interval)
    except ValueError as error:
        raise InputError(f"{where}: rate_limit.interval", str(error)) from error
    if not interval:
        return None
    if not said.burst:
        raise InputError(f"{where}: rate_limit.burst", "is 0, so that nothing would be answered")
    return Rate(interval=interval, burst=said.burst)
