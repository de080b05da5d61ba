"""The built front end: files named by the hash of their content, which browsers keep for good.

Its sources are in console/ and are built by `./run fmt` where there is a node; what is built is
committed, so nobody needs one to run it.
"""

import gzip
import html
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import msgspec

from warpwatch.httpd import Request, Response

_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
_GOOD_FOR = "public, max-age=31536000, immutable"
_WORTH = 1024
"""Bytes below which compressing saves nothing."""
_ALLOWED = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'self'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{what} {whence}" for what, whence in _ALLOWED.items())
"""Nothing from elsewhere, nothing inline: a label's value can never become a program."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    script: str
    style: str
    icon: str
    licences: str


@dataclass(frozen=True, slots=True)
class Asset:
    plain: bytes
    packed: bytes
    kind: str

    def response(self, request: Request) -> Response:
        packed = self.packed and "gzip" in request.headers.get("accept-encoding", "")
        headers = {"cache-control": _GOOD_FOR, "vary": "accept-encoding"}
        if packed:
            headers["content-encoding"] = "gzip"
        return Response(self.packed if packed else self.plain, 200, self.kind, headers)


class Assets:
    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._folder = files(__package__).joinpath("static")

    @cached_property
    def _manifest(self) -> Manifest:
        content = self._folder.joinpath("manifest.json").read_bytes()
        return msgspec.json.decode(content, type=Manifest)

    @cached_property
    def _files(self) -> Mapping[str, Asset]:
        """All of them, and nothing else: no path of a request reaches the disk."""
        return {name: self._read(name) for name in msgspec.structs.astuple(self._manifest)}

    def _read(self, name: str) -> Asset:
        plain = self._folder.joinpath(name).read_bytes()
        packed = gzip.compress(plain, 9, mtime=0) if len(plain) > _WORTH else b""
        return Asset(plain, packed, _TYPES[name.rpartition(".")[2]])

    def file(self, name: str) -> Asset | None:
        return self._files.get(name)

    def page(self, request: Request, status: int = 200) -> Response:
        """Every page of the console is this one; what it shows stands in its address."""
        content = self._page
        headers = {"cache-control": "no-cache", "vary": "accept-encoding"}
        del request
        return Response(content, status, "text/html; charset=utf-8", headers)

    @cached_property
    def _page(self) -> bytes:
        told, base = self._manifest, html.escape(self._prefix)
        return (
            "<!doctype html>\n"
            '<html lang="en"><head><meta charset="utf-8">\n'
            f'<base href="{base}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            "<title>warpwatch</title>\n"
            f'<link rel="icon" href="static/{told.icon}" type="image/svg+xml">\n'
            f'<link rel="stylesheet" href="static/{told.style}">\n'
            f'<script src="static/{told.script}" defer></script></head>\n'
            '<body><div id="app"><p class="boot">warpwatch</p></div>\n'
            '<noscript><p class="boot">The console needs JavaScript. Without it: '
            "<code>warpwatch status</code>, or ask Prometheus itself.</p></noscript>\n"
            "</body></html>\n"
        ).encode()
