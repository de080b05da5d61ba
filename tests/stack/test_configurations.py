"""What is written for Prometheus and Alertmanager, held to their own checkers."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from rig import needs_binaries
from warpwatch.clients.access import Access
from warpwatch.errors import WarpwatchError
from warpwatch.stack import alertmanager, prometheus
from warpwatch.stack.binaries import Binary
from warpwatch.stack.prometheus import Neighbours
from warpwatch.stack.promtool import refusal
from warpwatch.stack.scrape import Gpus
from warpwatch.stack.settings import Job, Kubernetes, RemoteWrite, Settings
from warpwatch.stack.tools import PROMETHEUS
from warpwatch.stack.version import Version

AROUND = Neighbours("127.0.0.1:9090", Gpus("127.0.0.1:9400"), "127.0.0.1:9100", "127.0.0.1:9093")
OPERATOR = Job(
    "dcgm-exporter",
    honor_labels=True,
    kubernetes=Kubernetes(
        role="endpoints",
        namespaces=("gpu-operator",),
        selector="app=nvidia-dcgm-exporter",
        port="gpu-metrics",
    ),
)


def jobs(settings: Settings, around: Neighbours = AROUND) -> dict[str, Any]:
    told: Any = prometheus.config(settings, around)["scrape_configs"]
    return {job["job_name"]: job for job in told}


def promtool(folder: Path, settings: Settings, around: Neighbours = AROUND) -> str:
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(prometheus.config(settings, around), sort_keys=False))
    done = subprocess.run(
        ["promtool", "check", "config", str(file)], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else refusal(done.stdout + done.stderr)


@pytest.mark.binaries
@needs_binaries
def test_promtool_takes_everything_that_can_be_asked_for(tmp_path: Path) -> None:
    for name in ("token", "password", "ca", "cert", "key"):
        (tmp_path / name).touch()
    basic = Access(username="u", password_file=str(tmp_path / "password"))
    bearer = Access(bearer_token_file=str(tmp_path / "token"), tenant="gpus")
    (tmp_path / "mine.yml").write_text("groups: []\n")
    settings = Settings(
        scrape_interval="5s",
        external_labels={"cluster": "lab"},
        rule_files=(str(tmp_path / "mine.yml"),),
        scrape=(
            Job("nodes", targets=("a:9400", "b:9400"), labels={"room": "1"}, honor_labels=True),
            Job("files", files=(str(tmp_path / "*.json"),), interval="1m", scheme="https"),
            Job("found", http_sd="http://127.0.0.1:9410/sd", access=basic, path="/m"),
        ),
        remote_write=(
            RemoteWrite("https://mimir.example/api/v1/push", "mimir", "gpu:.*", bearer),
            RemoteWrite("https://thanos.example/api/v1/receive", access=basic),
        ),
    )
    for gpus in (Gpus("127.0.0.1:9400", secure=True), Gpus("127.0.0.1:9410", fleet=True)):
        around = Neighbours("127.0.0.1:9090", gpus, "", "127.0.0.1:9093", tmp_path / "rules")
        assert promtool(tmp_path, settings, around) == ""
    assert promtool(tmp_path, Settings(), Neighbours("127.0.0.1:9090", Gpus("a:1"))) == ""


@pytest.mark.binaries
@needs_binaries
@pytest.mark.parametrize("job", [OPERATOR, Job("pods", kubernetes=Kubernetes(port="metrics"))])
def test_discovery_in_kubernetes_is_taken_or_refused_with_the_reason(
    tmp_path: Path, job: Job
) -> None:
    said = promtool(tmp_path, Settings(scrape=(job,)))
    reason = "kubernetes_sd_configs is something that this version of Prometheus cannot do"
    assert said == "" or said.startswith(reason)


def test_a_foreign_exporter_in_kubernetes_keeps_its_own_labels() -> None:
    job = jobs(Settings(scrape=(OPERATOR,)))["dcgm-exporter"]
    assert job["honor_labels"] is True
    (discovery,) = job["kubernetes_sd_configs"]
    assert discovery == {
        "role": "endpoints",
        "namespaces": {"names": ["gpu-operator"]},
        "selectors": [{"role": "endpoints", "label": "app=nvidia-dcgm-exporter"}],
    }
    keep, node = job["relabel_configs"]
    assert keep["source_labels"] == ["__meta_kubernetes_endpoint_port_name"]
    assert node["target_label"] == "kubernetes_node"


def test_an_application_in_kubernetes_is_named_after_its_pod() -> None:
    job = jobs(Settings(scrape=(Job("app", kubernetes=Kubernetes()),)))["app"]
    told = [each["target_label"] for each in job["relabel_configs"]]
    assert told == ["kubernetes_node", "namespace", "pod", "container"]


def test_what_does_not_run_is_not_scraped() -> None:
    assert set(jobs(Settings())) == {"gpus", "prometheus", "node", "alertmanager"}
    alone = Neighbours("127.0.0.1:9090", Gpus("127.0.0.1:9400"))
    assert set(jobs(Settings(), alone)) == {"gpus", "prometheus"}
    assert "alerting" not in prometheus.config(Settings(), alone)


def test_gpus_say_themselves_whose_they_are() -> None:
    assert jobs(Settings())["gpus"]["honor_labels"] is True
    assert "honor_labels" not in jobs(Settings())["node"]


def command(settings: Settings, root: Path | None = None, build: str = "") -> list[str]:
    binary = Binary(PROMETHEUS, Path("/bin/p"), Version(2, 42, 0, build), root)
    return list(prometheus.command(binary, settings, "127.0.0.1:1", Path("c"), Path("d")))


def test_limits_are_on_the_command_line() -> None:
    words = command(Settings(retention_time="3d", retention_size="5GB", wal_compression=False))
    assert "--storage.tsdb.retention.time=3d" in words
    assert "--storage.tsdb.retention.size=5GB" in words
    assert "--no-storage.tsdb.wal-compression" in words
    assert "--web.enable-remote-write-receiver" not in words
    assert "--storage.tsdb.wal-compression" in command(Settings())
    assert "--web.enable-remote-write-receiver" in command(Settings(receive_remote_write=True))


def test_debians_pages_are_found_where_its_package_was_unpacked() -> None:
    root = Path("/cache/prometheus")
    pages = f"--web.local-assets={root}/usr/share/prometheus/web/"
    assert pages in command(Settings(), root, "+ds")
    assert pages not in command(Settings(), root)
    assert pages not in command(Settings(), None, "+ds")


@pytest.mark.binaries
@needs_binaries
@pytest.mark.parametrize("webhook", ["", "http://127.0.0.1:9999/hook"])
def test_amtool_takes_the_configuration(tmp_path: Path, webhook: str) -> None:
    file = tmp_path / "alertmanager.yml"
    told = alertmanager.config(Settings(webhook=webhook))
    file.write_text(yaml.safe_dump(told, sort_keys=False))
    done = subprocess.run(
        ["amtool", "check-config", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("webhook_configs" in file.read_text()) is bool(webhook)


@pytest.mark.parametrize(
    ("build", "refused"),
    [
        (Version(2, 42, 0, "+ds"), True),
        (Version(2, 42), False),
        (Version(2, 53, 3, "+ds1"), False),
        (Version(3, 5, 3, "+ds1"), False),
    ],
)
def test_a_build_that_drops_headers_is_given_no_tenant(build: Version, *, refused: bool) -> None:
    binary = Binary(PROMETHEUS, Path("/bin/p"), build)
    write = RemoteWrite("https://mimir.example/push", access=Access(tenant="gpus"))
    prometheus.check(binary, Settings(remote_write=(RemoteWrite("https://x.example"),)))
    if not refused:
        prometheus.check(binary, Settings(remote_write=(write,)))
        return
    with pytest.raises(WarpwatchError, match=r"the tenant of https://mimir\.example/push"):
        prometheus.check(binary, Settings(remote_write=(write,)))


def test_a_version_is_asked_for_what_it_can_do() -> None:
    binary = Binary(PROMETHEUS, Path("/bin/p"), Version(2, 42))
    binary.require(Version(2, 42), "labels of groups")
    with pytest.raises(WarpwatchError, match=r"labels of groups: .* from 3\.0\.0 on.* is 2\.42\.0"):
        binary.require(Version(3, 0), "labels of groups")


def test_what_promtool_refuses_otherwise_is_told_in_its_words() -> None:
    said = 'Checking a.yml\n  FAILED: parsing YAML file a.yml: "x://" is not a valid hostname\n'
    assert refusal(said).endswith('"x://" is not a valid hostname')
    assert refusal("") == "is refused"
