"""TLS as a web configuration asks for it, on a server whose certificates change while it runs."""

import os
import re
import ssl
from pathlib import Path
from typing import Any

from warpwatch.errors import InputError
from warpwatch.httpd.webconfig import ClientAuth, Pem, Tls, Version

_VERSIONS = {
    Version.TLS10: ssl.TLSVersion.TLSv1,
    Version.TLS11: ssl.TLSVersion.TLSv1_1,
    Version.TLS12: ssl.TLSVersion.TLSv1_2,
    Version.TLS13: ssl.TLSVersion.TLSv1_3,
}
_VERIFIED = {
    ClientAuth.NONE: ssl.CERT_NONE,
    ClientAuth.IF_GIVEN: ssl.CERT_OPTIONAL,
    ClientAuth.REQUIRED: ssl.CERT_REQUIRED,
}
_CURVES = {
    "CurveP256": "prime256v1",
    "CurveP384": "secp384r1",
    "CurveP521": "secp521r1",
    "X25519": "X25519",
}
_ALWAYS = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
"""Of TLS 1.3, which has them all whatever a list says."""
_SUITES = {
    "TLS_RSA_WITH_AES_128_CBC_SHA": "AES128-SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA": "AES256-SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256": "AES128-GCM-SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384": "AES256-GCM-SHA384",
} | {
    f"TLS_ECDHE_{key}_WITH_{go}": f"ECDHE-{key}-{theirs}"
    for key in ("RSA", "ECDSA")
    for go, theirs in {
        "AES_128_CBC_SHA": "AES128-SHA",
        "AES_256_CBC_SHA": "AES256-SHA",
        "AES_128_GCM_SHA256": "AES128-GCM-SHA256",
        "AES_256_GCM_SHA384": "AES256-GCM-SHA384",
        "CHACHA20_POLY1305_SHA256": "CHACHA20-POLY1305",
    }.items()
}
"""Go's name of a suite, in which the file is written → OpenSSL's."""
_CERTIFICATE = re.compile(
    r"-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----.*?-----END \1-----", re.DOTALL
)


class Living(ssl.SSLContext):
    """Hands each new connection to the context in force; those that stand keep theirs."""

    current: ssl.SSLContext

    def wrap_bio(self, *arguments: Any, **named: Any) -> ssl.SSLObject:
        return self.current.wrap_bio(*arguments, **named)


def living(current: ssl.SSLContext) -> Living:
    it = Living(ssl.PROTOCOL_TLS_SERVER)
    it.current = current
    return it


def context(tls: Tls, where: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = _VERSIONS[tls.lowest]
    made.maximum_version = _VERSIONS[tls.highest]
    made.set_alpn_protocols(["http/1.1"])
    if not tls.server_chooses:
        made.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    _suites(made, tls, where)
    _curve(made, tls, where)
    _identity(made, tls, where)
    if tls.client_ca:
        _authorities(made, tls.client_ca, where)
    made.verify_mode = _VERIFIED[tls.client_auth]
    return made


def _suites(made: ssl.SSLContext, tls: Tls, where: str) -> None:
    named = [name for name in tls.ciphers if name not in _ALWAYS]
    unknown = [name for name in named if name not in _SUITES]
    if unknown:
        raise InputError(
            f"{where}: tls_server_config.cipher_suites",
            f"{', '.join(unknown)}: not known",
            hint=f"one of {', '.join(_SUITES)}",
        )
    if not tls.ciphers:
        return
    if not named:
        _newest_only(made, tls, where)
        return
    try:
        made.set_ciphers(":".join(_SUITES[name] for name in named))
    except ssl.SSLError as error:
        raise InputError(
            f"{where}: tls_server_config.cipher_suites",
            "this machine's OpenSSL has none of these",
        ) from error


def _newest_only(made: ssl.SSLContext, tls: Tls, where: str) -> None:
    """Where no suite of an older version is named, none of them is allowed."""
    if tls.highest is not Version.TLS13:
        raise InputError(
            f"{where}: tls_server_config.cipher_suites",
            f"all of these are of TLS 1.3, and max_version is {tls.highest}",
            hint="name suites of that version, or leave max_version out",
        )
    made.minimum_version = ssl.TLSVersion.TLSv1_3


def _curve(made: ssl.SSLContext, tls: Tls, where: str) -> None:
    if not tls.curves:
        return
    if len(tls.curves) > 1:
        raise InputError(
            f"{where}: tls_server_config.curve_preferences",
            "this server can be held to one curve, not to an order of several",
            hint="name one, or leave it out for OpenSSL's own order",
        )
    made.set_ecdh_curve(_CURVES[tls.curves[0]])


def _identity(made: ssl.SSLContext, tls: Tls, where: str) -> None:
    with _Kept(tls.cert, "cert") as cert, _Kept(tls.key, "key") as key:
        for name, path in (("cert_file", tls.cert.path), ("key_file", tls.key.path)):
            if path is not None:
                _readable(path, f"{where}: tls_server_config.{name}")
        try:
            # A key under a passphrase would have OpenSSL ask at a terminal that nobody sits at.
            made.load_cert_chain(cert, key, password=_no_passphrase)
        except (ssl.SSLError, ValueError) as error:
            shown = ", ".join(str(pem.path or "the text") for pem in (tls.cert, tls.key))
            raise InputError(
                f"{where}: tls_server_config",
                f"certificate and key ({shown}) do not load: {_reason(error)}",
                hint="both are PEM; the key is without passphrase and of the certificate",
            ) from error


def _no_passphrase() -> str:
    raise ValueError("the key is under a passphrase")


def _authorities(made: ssl.SSLContext, authority: Pem, where: str) -> None:
    at = f"{where}: tls_server_config.client_ca"
    text = authority.text
    if authority.path is not None:
        _readable(authority.path, f"{at}_file")
        text = authority.path.read_text(encoding="utf-8", errors="replace")
    # Bundles have comments with the names of authorities, in any language; OpenSSL takes ASCII.
    found = "\n".join(block[0] for block in _CERTIFICATE.finditer(text))
    try:
        made.load_verify_locations(cadata=found.encode("ascii", "replace").decode())
    except (ssl.SSLError, ValueError) as error:
        shown = authority.path or "the text"
        raise InputError(at, f"no certificates in {shown}: {_reason(error)}") from error


def _readable(path: Path, at: str) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputError(at, f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(at, f"{str(path)!r} is no path: {error}") from error


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return str(reason or error).replace("_", " ").lower()


class _Kept:
    """A path for what OpenSSL takes from files only: text is kept in memory, never on a disk."""

    def __init__(self, pem: Pem, name: str) -> None:
        self._pem = pem
        self._name = name
        self._descriptor = -1

    def __enter__(self) -> str:
        if self._pem.path is not None:
            return str(self._pem.path)
        self._descriptor = os.memfd_create(self._name, os.MFD_CLOEXEC)
        with os.fdopen(os.dup(self._descriptor), "w", encoding="utf-8") as memory:
            memory.write(self._pem.text)
        return f"/proc/self/fd/{self._descriptor}"

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
