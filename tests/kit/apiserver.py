"""A Kubernetes API server, as far as lists and watches go: real HTTP, real streams, troubles."""

import copy
import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from certificates import Identity

Object = dict[str, Any]


@dataclass
class ApiServer:
    collections: dict[str, dict[str, Object]] = field(default_factory=dict)
    """By path, then by uid."""
    page: int = 500
    """Objects in one answer at most."""
    tokens: set[str] | None = None
    """Those that are believed; None believes everybody."""
    status: int = 0
    """Answered to everything, if not 0."""
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    """Path, query and accepted types of each request."""
    port: int = 0
    version: int = 100
    forgotten: int = 0
    """Versions up to here are gone."""
    _log: list[tuple[int, str, str, Object]] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _cut: int = 0
    _ended: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, path: str, uid: str, item: Object) -> None:
        with self._changed:
            known = self.collections.setdefault(path, {})
            self._note("MODIFIED" if uid in known else "ADDED", path, uid, item)
            known[uid] = item

    def remove(self, path: str, uid: str) -> None:
        with self._changed:
            self._note("DELETED", path, uid, self.collections[path].pop(uid))

    def bookmark(self, path: str) -> None:
        with self._changed:
            self._note("BOOKMARK", path, "", {"metadata": {}})

    def say(self, path: str, kind: str, item: Object) -> None:
        """A change as it stands, such as an ERROR."""
        with self._changed:
            self.version += 1
            self._log.append((self.version, kind, path, item))
            self._changed.notify_all()

    def forget(self) -> None:
        """What went before can no longer be watched from."""
        with self._changed:
            self.version += 1
            self.forgotten = self.version
            self._log.clear()

    def cut(self) -> None:
        """Ends all streams in the middle."""
        with self._changed:
            self._cut += 1
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def requests(self, *, watches: bool) -> list[dict[str, str]]:
        return [query for _, query, _ in self.asked if ("watch" in query) is watches]

    def _note(self, kind: str, path: str, uid: str, item: Object) -> None:
        self.version += 1
        meta = item.setdefault("metadata", {})
        meta["resourceVersion"] = str(self.version)
        if uid:
            meta.setdefault("uid", uid)
        self._log.append((self.version, kind, path, copy.deepcopy(item)))
        self._changed.notify_all()

    def list(self, path: str, query: Mapping[str, str]) -> Object:
        with self._changed:
            items = list(self.collections.get(path, {}).values())
            begin = int(query.get("continue", "0"))
            end = begin + min(self.page, int(query.get("limit", "500")))
            meta = {"resourceVersion": str(self.version)}
            if end < len(items):
                meta["continue"] = str(end)
            return {"metadata": meta, "items": items[begin:end]}

    def changes(self, path: str, since: int, seconds: float) -> Iterator[bytes]:
        """Until the time is over; ends without an end where the stream is cut."""
        over, cut = time.monotonic() + seconds, self._cut
        while True:
            with self._changed:
                news = [each for each in self._log if each[0] > since and each[2] == path]
                if not news:
                    self._changed.wait(min(0.05, max(0.0, over - time.monotonic())))
                if self._cut != cut or self._ended:
                    raise ConnectionAbortedError
            for version, kind, _, item in news:
                since = version
                yield json.dumps({"type": kind, "object": item}).encode() + b"\n"
            if time.monotonic() >= over:
                return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: ApiServer

    def do_GET(self) -> None:
        server = self.api
        split = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        server.asked.append((split.path, query, self.headers.get("accept", "")))
        believed = server.tokens is None or (
            self.headers.get("authorization", "").removeprefix("Bearer ") in server.tokens
        )
        if server.status or not believed:
            self._answer(server.status or 401, {"kind": "Status"})
        elif "watch" in query:
            self._watch(split.path, query)
        elif split.path in server.collections:
            self._answer(200, server.list(split.path, query))
        else:
            self._one(split.path)

    def _one(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        found = [
            item
            for item in self.api.collections.get(folder, {}).values()
            if item["metadata"].get("name") == name
        ]
        self._answer(200 if found else 404, found[0] if found else {"kind": "Status"})

    def _watch(self, path: str, query: Mapping[str, str]) -> None:
        since = int(query["resourceVersion"])
        if since < self.api.forgotten:
            self._answer(410, {"kind": "Status", "code": 410})
            return
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            for line in self.api.changes(path, since, float(query["timeoutSeconds"])):
                self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        except ConnectionError:
            self.close_connection = True

    def _answer(self, status: int, item: Object) -> None:
        body = json.dumps(item).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(server: ApiServer, identity: Identity | None = None) -> Iterator[ApiServer]:
    """With an identity over TLS, as a real one."""
    listening = ThreadingHTTPServer(
        ("127.0.0.1", server.port), type("Handler", (_Handler,), {"api": server})
    )
    listening.daemon_threads = True
    if identity is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity.cert, identity.key)
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    server.port = listening.server_address[1]
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.end()
        listening.shutdown()
        listening.server_close()
        thread.join()


def pod(name: str, namespace: str = "default", **labels: str) -> Object:
    return {"metadata": {"name": name, "namespace": namespace, "labels": labels}}
