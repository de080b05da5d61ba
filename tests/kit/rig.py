"""A whole stack in a folder of its own: started as a user starts it, looked at from outside."""

import json
import os
import shutil
import signal
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from process import PATIENCE, Program, program, run
from warpwatch import procfs

NEEDED = ("prometheus", "promtool", "prometheus-alertmanager", "prometheus-node-exporter")
MISSING = [name for name in NEEDED if shutil.which(name) is None]

needs_binaries = pytest.mark.skipif(bool(MISSING), reason=f"not on PATH: {', '.join(MISSING)}")

SETTINGS = """
[stack]
prometheus = "127.0.0.1:0"
alertmanager = "127.0.0.1:0"
node_exporter = "127.0.0.1:0"
console = "127.0.0.1:0"
scrape_interval = "500ms"
download = false
"""
UP = ("up", "--source", "sim:1xT4", "--address", "127.0.0.1:0")

Found = Mapping[str, Any]


def wait_until(seen: Callable[[], object], what: str = "", patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not seen():
        assert time.monotonic() < deadline, f"not in {patience:.0f} s: {what}"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Of one that was killed and is not yet reaped, nothing is left but its number."""
    return procfs.look(pid) is not None and not _ended(pid)


def _ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
    except OSError:
        return True


class Rig:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.state = home / "state" / "warpwatch"
        self.cache = home / "cache" / "warpwatch"
        self.env = {
            f"XDG_{name.upper()}_{'DIR' if name == 'runtime' else 'HOME'}": str(home / name)
            for name in ("state", "cache", "runtime", "config")
        }
        (home / "runtime").mkdir(parents=True)
        self.settings("")

    def settings(self, more: str) -> None:
        file = self.home / "config" / "warpwatch" / "warpwatch.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SETTINGS + more)

    @contextmanager
    def up(self, *more: str) -> Iterator[Program]:
        with program(*UP, *more, env=self.env) as it:
            yield it

    def run(self, *words: str) -> str:
        done = run(*words, env=self.env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def status(self) -> Found:
        done = run("status", "-o", "json", env=self.env)
        found: Found = json.loads(done.stdout)
        return found

    def parts(self) -> dict[str, Found]:
        """As they are now, without the cost of a command."""
        record = json.loads((self.state / "running.json").read_text())
        return {part["name"]: part for part in record["parts"]}

    def children(self) -> list[int]:
        return [part["pid"] for part in self.parts().values() if part["pid"]]

    def wait_ready(self, name: str, other_than: int = 0) -> Found:
        def ready() -> bool:
            part = self.parts()[name]
            return bool(part["state"] == "ready" and part["pid"] != other_than)

        wait_until(ready, f"{name} is ready")
        return self.parts()[name]

    def query(self, promql: str) -> list[str]:
        return query(self.parts()["prometheus"]["url"], promql)

    def wait(self, promql: str, wanted: list[str]) -> None:
        wait_until(lambda: self.query(promql) == wanted, f"{promql} is {wanted}")

    def end(self) -> None:
        """Whatever a test has left behind."""
        try:
            found = self.children()
            up = json.loads((self.state / "running.json").read_text())["pid"]
        except (OSError, ValueError):
            return
        for pid in (up, *found):
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


def query(url: str, promql: str) -> list[str]:
    """The values of an answer; none where it does not answer."""
    question = urllib.parse.urlencode({"query": promql})
    try:
        with urllib.request.urlopen(f"{url}/api/v1/query?{question}", timeout=5) as answer:  # noqa: S310
            rows = json.load(answer)["data"]["result"]
    except OSError:
        return []
    return [row["value"][1] for row in rows]
