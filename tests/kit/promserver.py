"""The real Prometheus, around one job."""

import json
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from process import PATIENCE
from warpwatch.httpd import bind

Result = list[dict[str, dict[str, str]]]


class Prometheus:
    def __init__(self, url: str) -> None:
        self.url = url

    def query(self, promql: str) -> Result:
        question = urllib.parse.urlencode({"query": promql})
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{question}") as answer:  # noqa: S310
            result: Result = json.load(answer)["data"]["result"]
        return result

    def complaints(self) -> list[str]:
        """Of rules that could not be worked out."""
        with urllib.request.urlopen(f"{self.url}/api/v1/rules") as answer:  # noqa: S310
            groups = json.load(answer)["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        return [f"{rule['name']}: {rule['lastError']}" for rule in rules if "lastError" in rule]

    def wait(self, promql: str, wanted: str) -> None:
        """Until a query has one answer, and that is it."""
        deadline = time.monotonic() + PATIENCE
        found: list[object] = []
        while found != [wanted]:
            assert time.monotonic() < deadline, f"{promql}: {found}, not {wanted}"
            found = [row["value"][1] for row in self.query(promql)]  # type: ignore[index]


@contextmanager
def prometheus(
    home: Path,
    discovery: str,
    rules: str = "",
    told: str = "",
    *,
    interval: str = "500ms",
    around: str = "",
    scrape_itself: bool = False,
    binary: str = "prometheus",
    flags: tuple[str, ...] = (),
) -> Iterator[Prometheus]:
    """Of one job, whose discovery is given, and with the rules of these files; tells an
    Alertmanager of its alerts, if one is given. `around` are more jobs.
    """
    with bind("127.0.0.1:0") as free:
        port = free.getsockname()[1]
    if scrape_itself:
        around += f", {{job_name: prometheus, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}"
    config = home / "prometheus.yml"
    config.write_text(
        f"global: {{scrape_interval: {interval}, scrape_timeout: {interval}}}\n"
        f"scrape_configs: [{{job_name: gpus, honor_labels: true, {discovery}}}{around}]\n"
        f"rule_files: [{rules}]\n"
        f"alerting: {{alertmanagers: [{_teller(told)}]}}\n"
    )
    subprocess.run(["promtool", "check", "config", str(config)], check=True, capture_output=True)
    process = subprocess.Popen(
        [
            binary,
            f"--config.file={config}",
            f"--storage.tsdb.path={home / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--rules.alert.resend-delay=1s",
            *flags,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE
        while not _ready(url):
            assert time.monotonic() < deadline, "Prometheus did not start"
        yield Prometheus(url)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _teller(url: str) -> str:
    return f"{{static_configs: [{{targets: ['{url.removeprefix('http://')}']}}]}}" if url else ""


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready") as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False
