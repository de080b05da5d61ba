"""The real Alertmanager, with a configuration of a test's own."""

import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from process import PATIENCE
from warpwatch.httpd import bind

NOWHERE = "{route: {receiver: nobody}, receivers: [{name: nobody}]}"
BINARY = next(filter(shutil.which, ("prometheus-alertmanager", "alertmanager")), "alertmanager")


@contextmanager
def alertmanager(home: Path, config: str = NOWHERE, *, binary: str = BINARY) -> Iterator[str]:
    """Its address."""
    with bind("127.0.0.1:0") as free:
        port = free.getsockname()[1]
    file = home / "alertmanager.yml"
    file.write_text(config)
    process = subprocess.Popen(
        [
            binary,
            f"--config.file={file}",
            f"--storage.path={home / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE
        while not _ready(url):
            assert time.monotonic() < deadline, "Alertmanager did not start"
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready") as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False
