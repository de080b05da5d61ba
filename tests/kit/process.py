"""Starts the real program, waits until it serves, and stops it as systemd would."""

import os
import queue
import re
import signal
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

PATIENCE = 20.0
_SERVING = re.compile(r"(https?://\S+?)(?:/metrics|/sd)\b|console +(https?://\S+)")


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Program:
    process: subprocess.Popen[str]
    url: str = ""
    lines: list[str] = field(default_factory=list)
    """What it has written so far, on both streams."""
    _new: "queue.SimpleQueue[str]" = field(default_factory=queue.SimpleQueue)

    trusts: ssl.SSLContext | None = None
    """Where it speaks TLS."""

    def get(self, path: str, **headers: str) -> Answer:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, headers=names)  # noqa: S310  our own
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE, context=self.trusts) as reply:  # noqa: S310
                return Answer(reply.status, dict(reply.headers), reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read())

    def wait_for(self, pattern: str) -> str:
        """The first line, past or to come, that matches."""
        for line in self.lines:
            if re.search(pattern, line):
                return line
        while True:
            try:
                line = self._new.get(timeout=PATIENCE)
            except queue.Empty:
                raise AssertionError(f"no {pattern!r} in:\n{''.join(self.lines)}") from None
            if not line:
                raise AssertionError(f"it ended without {pattern!r}:\n{''.join(self.lines)}")
            self.lines.append(line)
            if re.search(pattern, line):
                return line

    def log(self) -> str:
        """Everything that it has written so far."""
        while not self._new.empty():
            self.lines.append(self._new.get())
        return "".join(self.lines)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def read(self) -> None:
        if self.process.stdout is None:
            raise ValueError("started without a pipe")
        for line in self.process.stdout:
            self._new.put(line)
        self._new.put("")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Nothing of ours leaks in from whoever runs the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DCGM_", "WARPWATCH_", "NODE_NAME", "KUBERNETES_"))
    }
    return kept | {"PYTHONWARNINGS": "error", "PYTHONUNBUFFERED": "1"} | dict(more or {})


@contextmanager
def program(
    *arguments: str, env: Mapping[str, str] | None = None, within: Sequence[str] = ()
) -> Iterator[Program]:
    """A serving warpwatch; leaving stops it and holds it to a clean end. `within` is a command
    that becomes it.
    """
    process = subprocess.Popen(
        [*within, sys.executable, "-m", "warpwatch", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(env),
    )
    running = Program(process)
    reader = threading.Thread(target=running.read, daemon=True)
    reader.start()
    try:
        found = _SERVING.search(running.wait_for(_SERVING.pattern))
        running.url = (found[1] or found[2].rstrip("/")) if found else ""
        yield running
        running.signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, "".join(running.lines)
    finally:
        process.kill()
        process.wait()
        reader.join(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


def run(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "warpwatch", *arguments],
        capture_output=True,
        text=True,
        env=environment(env),
        timeout=PATIENCE,
        check=False,
    )
