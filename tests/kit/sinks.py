"""Where notifications end in tests: a web server and a mail server that keep what they are sent."""

import email
import json
import socketserver
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class WebSink(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Web)
        self.got: list[tuple[str, dict[str, Any]]] = []
        """Path and body."""

    def at(self, path: str) -> list[dict[str, Any]]:
        return [body for where, body in self.got if where == path]


class _Web(BaseHTTPRequestHandler):
    server: WebSink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, json.loads(body)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Tests look at what came, not at a log."""


class MailSink(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mail)
        self.got: list[EmailMessage] = []


class _Mail(socketserver.StreamRequestHandler):
    server: MailSink

    def handle(self) -> None:
        self._say("220 sink")
        for line in self.rfile:
            match line[:4].upper():
                case b"DATA":
                    self._say("354 go on")
                    text = b"".join(iter(self.rfile.readline, b".\r\n"))
                    message = email.message_from_bytes(text, policy=policy.default)
                    self.server.got.append(message)
                    self._say("250 kept")
                case b"QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def post(alertmanager: str, *alerts: dict[str, str], **annotations: str) -> None:
    """As a Prometheus tells of alerts that fire."""
    body = [{"labels": labels, "annotations": annotations} for labels in alerts]
    request = urllib.request.Request(  # noqa: S310  our own
        f"{alertmanager}/api/v2/alerts",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=5).close()  # noqa: S310


@contextmanager
def sinks() -> Iterator[tuple[WebSink, MailSink]]:
    with WebSink() as web, MailSink() as mail:
        threads = [Thread(target=each.serve_forever, args=(0.05,)) for each in (web, mail)]
        for thread in threads:
            thread.start()
        try:
            yield web, mail
        finally:
            web.shutdown()
            mail.shutdown()
            for thread in threads:
                thread.join()
