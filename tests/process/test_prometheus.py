"""The real Prometheus scrapes the real program."""

from pathlib import Path

import bcrypt
import pytest

from certificates import Authority
from process import program
from promserver import prometheus
from warpwatch.expo.parse import parse

pytestmark = [pytest.mark.process, pytest.mark.binaries]


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
