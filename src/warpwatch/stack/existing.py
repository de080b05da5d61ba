"""A Prometheus that somebody else runs: whether it answers us, and how it is asked."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from warpwatch.errors import InputError, Unreachable, UsageError
from warpwatch.stack.access import Access

PATIENCE = 5.0
PROMETHEUS = "/api/v1/status/buildinfo"
ALERTMANAGER = "/api/v2/status"


def look(url: str, path: str, access: Access) -> str:
    """The version that it tells of; empty where it answers but tells of none, as some do not."""
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url!r} is no address of a server", hint="e.g. http://127.0.0.1:9090")
    request = urllib.request.Request(url.rstrip("/") + path)  # noqa: S310  http, as seen above
    for name, value in _headers(access).items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(  # noqa: S310  as above
            request, timeout=PATIENCE, context=_trust(access)
        ) as answer:
            return _version(answer.read(65536))
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 404:
                return ""
            raise Unreachable(f"{url}{path}: {error.code} {error.reason}", hint=_HINT) from error
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise Unreachable(f"{url}{path}: {reason}", hint=_HINT) from error


_HINT = "look at the address, and at what it takes to be let in: --bearer-token-file and the like"


def _headers(access: Access) -> dict[str, str]:
    told = dict(access.headers)
    if access.bearer_token_file:
        told["Authorization"] = f"Bearer {_secret(access.bearer_token_file)}"
    if access.username:
        pair = f"{access.username}:{_secret(access.password_file)}".encode()
        told["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return told


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


def _version(content: bytes) -> str:
    try:
        told = json.loads(content)
        data = told.get("data") or told["versionInfo"]
        return str(data["version"])
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""
