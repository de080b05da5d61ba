"""A container runtime as far as its list of containers goes: raw bytes over a unix socket."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


def listed(names: Mapping[str, str]) -> bytes:
    """A whole answer, with what a real one has beside what is read."""
    said = [
        {"Id": id_, "Names": [f"/{name}"], "Image": "cuda", "State": "running", "Labels": {}}
        for id_, name in names.items()
    ]
    return answer(json.dumps(said).encode())


def answer(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


@dataclass
class Dockerd:
    path: Path
    answer: bytes = field(default_factory=lambda: listed({}))
    slow: bool = False
    """Sends a byte now and then, and never ends."""
    open_end: bool = False
    """Has answered, and sends nothing more, but does not hang up."""
    asked: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def serve(self, listening: socket.socket) -> None:
        while not self.over.is_set():
            try:
                client, _ = listening.accept()
            except TimeoutError:
                continue
            with client:
                self._one(client)

    def _one(self, client: socket.socket) -> None:
        self.asked.append(client.recv(65536).split(b"\r\n")[0])
        try:
            if not self.slow:
                client.sendall(self.answer)
            while self.slow and not self.over.wait(0.02):
                client.sendall(b"x")
            if self.open_end:
                self.over.wait(10)
        except OSError:
            return  # the other end has had enough


@contextmanager
def serving(dockerd: Dockerd) -> Iterator[Dockerd]:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(dockerd.path))
        listening.listen()
        listening.settimeout(0.02)
        thread = threading.Thread(target=dockerd.serve, args=(listening,))
        thread.start()
        try:
            yield dockerd
        finally:
            dockerd.over.set()
            thread.join()
            dockerd.over.clear()
    dockerd.path.unlink()
