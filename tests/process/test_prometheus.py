"""The real Prometheus scrapes the real program."""

import json
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bcrypt
import pytest

from certificates import Authority
from process import PATIENCE, program
from warpwatch.expo.parse import parse
from warpwatch.httpd import bind

pytestmark = [pytest.mark.process, pytest.mark.binaries]

Result = list[dict[str, dict[str, str]]]


class Prometheus:
    def __init__(self, url: str) -> None:
        self._url = url

    def query(self, promql: str) -> Result:
        question = urllib.parse.urlencode({"query": promql})
        with urllib.request.urlopen(f"{self._url}/api/v1/query?{question}") as answer:  # noqa: S310
            result: Result = json.load(answer)["data"]["result"]
        return result

    def wait(self, promql: str, wanted: str) -> None:
        """Until a query has one answer, and that is it."""
        deadline = time.monotonic() + PATIENCE
        found: list[object] = []
        while found != [wanted]:
            assert time.monotonic() < deadline, f"{promql}: {found}, not {wanted}"
            found = [row["value"][1] for row in self.query(promql)]  # type: ignore[index]


@contextmanager
def prometheus(home: Path, discovery: str) -> Iterator[Prometheus]:
    with bind("127.0.0.1:0") as free:
        port = free.getsockname()[1]
    config = home / "prometheus.yml"
    config.write_text(
        "global: {scrape_interval: 500ms, scrape_timeout: 500ms}\n"
        f"scrape_configs: [{{job_name: gpus, honor_labels: true, {discovery}}}]\n"
    )
    subprocess.run(["promtool", "check", "config", str(config)], check=True, capture_output=True)
    process = subprocess.Popen(
        [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={home / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
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


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready") as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def test_every_series_of_the_page_arrives(tmp_path: Path, runtime: dict[str, str]) -> None:
    with program(
        "exporter", "--source", "sim:2xH100", "-a", "127.0.0.1:0", "-k", env=runtime
    ) as it:
        target = it.url.removeprefix("http://")
        with prometheus(tmp_path, f"static_configs: [{{targets: ['{target}']}}]") as server:
            server.wait("up", "1")
            samples = parse(it.get("/metrics").text).samples
            expected = sum(sample.name.startswith("DCGM_") for sample in samples)
            server.wait('count({__name__=~"DCGM_.*"})', str(expected))
            server.wait("count(DCGM_FI_DEV_GPU_TEMP > 20 < 100)", "2")
            # An idle GPU's series must not take the pod of whoever scrapes it.
            assert not server.query('{__name__=~"DCGM_.*", exported_pod!=""}')


def test_it_scrapes_over_mutual_tls_with_a_password(
    tmp_path: Path, runtime: dict[str, str]
) -> None:
    authority = Authority(tmp_path)
    server_id = authority.vouch("gpu-node", "127.0.0.1")
    client = authority.vouch("prometheus", "prometheus.example")
    hashed = bcrypt.hashpw(b"hush", bcrypt.gensalt(4)).decode()
    (tmp_path / "web.yml").write_text(
        "tls_server_config:\n"
        f"  cert_file: {server_id.cert}\n"
        f"  key_file: {server_id.key}\n"
        f"  client_ca_file: {authority.cert}\n"
        "  client_auth_type: RequireAndVerifyClientCert\n"
        "  client_allowed_sans: [prometheus.example]\n"
        f"basic_auth_users: {{prometheus: {hashed}}}\n"
    )
    web = ("--web-config-file", str(tmp_path / "web.yml"))
    source = ("--source", "sim:2xH100", "-a", "127.0.0.1:0")
    with program("exporter", *source, *web, env=runtime) as it:
        target = it.url.removeprefix("https://")
        tls = f"ca_file: {authority.cert}, cert_file: {client.cert}, key_file: {client.key}"
        access = f"tls_config: {{{tls}}}, basic_auth: {{username: prometheus, password: hush}}"
        job = f"scheme: https, {access}, static_configs: [{{targets: ['{target}']}}]"
        with prometheus(tmp_path, job) as server:
            server.wait("up", "1")
            server.wait("count(DCGM_FI_DEV_GPU_TEMP)", "2")


def test_a_fleet_is_found_by_discovery(tmp_path: Path, runtime: dict[str, str]) -> None:
    with program("sim", "--nodes", "5", "--listen", "127.0.0.1:0", env=runtime) as it:
        discovery = f"http_sd_configs: [{{url: '{it.url}/sd', refresh_interval: 1s}}]"
        with prometheus(tmp_path, discovery) as server:
            server.wait("count(up == 1)", "5")
            server.wait("count(DCGM_FI_DEV_POWER_USAGE)", "40")
            server.wait("count(count by (rack) (DCGM_FI_DEV_POWER_USAGE))", "2")
