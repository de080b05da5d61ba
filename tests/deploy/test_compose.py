"""The stack in containers, as far as it can be looked at without an engine to run them."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from warpwatch.exporter.settings import DEFAULT_COUNTERS
from warpwatch.stack import documents

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "compose"
TEXT = (FOLDER / "compose.yaml").read_text()
DOCKERFILE = (FOLDER / "Dockerfile").read_text()


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
    return found


def test_it_keeps_to_the_specification() -> None:
    # The specification's reader does not merge, as an engine does before it reads.
    whole = {key: value for key, value in yaml.safe_load(TEXT).items() if not key.startswith("x-")}
    compose = PyCompose.from_yaml(yaml.safe_dump(whole))
    assert set(compose.service_names()) == set(services())


def test_each_profile_has_one_exporter_and_the_rest_is_in_both() -> None:
    profiles = {name: service.get("profiles") for name, service in services().items()}
    assert profiles["exporter"] == ["gpu"]
    assert profiles["fleet"] == ["demo"]
    assert {name for name, of in profiles.items() if of is None} == {
        "prometheus",
        "alertmanager",
        "node-exporter",
        "grafana",
    }


def test_nothing_is_open_to_the_network_and_no_secret_is_written_down() -> None:
    ports = [port for service in services().values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert services()["grafana"]["environment"]["GF_SECURITY_ADMIN_PASSWORD"].startswith("${")


def test_files_that_are_mounted_are_there() -> None:
    mounts = [mount for service in services().values() for mount in service.get("volumes", ())]
    local = [mount.split(":")[0] for mount in mounts if str(mount).startswith(".")]
    assert len(local) >= 4
    assert [path for path in local if not (FOLDER / path).exists()] == []


def test_exporters_serve_all_that_the_rules_read() -> None:
    """Under the name at which an exporter looks for its list."""
    wanted = f"../generated/warpwatch-counters.csv:{DEFAULT_COUNTERS}:ro"
    for name in ("exporter", "fleet"):
        assert wanted in services()[name]["volumes"]


@pytest.mark.parametrize("path", documents.files())
def test_configurations_are_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text() == documents.files()[path]


@pytest.mark.binaries
def test_configurations_are_taken(tmp_path: Path) -> None:
    rules = ROOT / "deploy" / "generated" / "rules"
    config = (FOLDER / "prometheus.yml").read_text().replace("/etc/prometheus/rules", str(rules))
    (tmp_path / "prometheus.yml").write_text(config)
    for words in (
        ("promtool", "check", "config", str(tmp_path / "prometheus.yml")),
        ("amtool", "check-config", str(FOLDER / "alertmanager.yml")),
    ):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.binaries
@pytest.mark.parametrize(
    ("service", "program"),
    [("prometheus", "prometheus"), ("alertmanager", "prometheus-alertmanager")],
)
def test_flags_of_programs_exist(service: str, program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"no {program} on PATH")
    done = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    for word in services()[service]["command"]:
        assert word.partition("=")[0] in said


def test_the_image_is_made_of_files_that_are_there_and_let_in() -> None:
    let_in = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    ]
    assert set(copied) == let_in
    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert not re.search(r"^USER (0|root)", DOCKERFILE, re.MULTILINE)
