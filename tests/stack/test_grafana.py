"""Grafana where there is one: started, given our Prometheus, and ended with the rest."""

import configparser
import json
import os
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from rig import Rig, needs_binaries, wait_until
from warpwatch.dashboards.outputs import boards
from warpwatch.stack import grafana
from warpwatch.stack.binaries import Binary
from warpwatch.stack.tools import GRAFANA
from warpwatch.stack.version import Version

KIT = Path(__file__).parents[1] / "kit"
DASHBOARDS = {"fleet.json": "{}", "node.json": "{}"}


def stand_in(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "grafana"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {KIT / "grafana_stand_in.py"} "$@"\n')
    program.chmod(0o755)
    return program


@pytest.mark.process
@needs_binaries
def test_one_on_path_is_run_with_our_prometheus(rig: Rig, tmp_path: Path) -> None:
    stand_in(tmp_path / "bin")
    rig.env["PATH"] = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    rig.settings('grafana = "127.0.0.1:0"\n')
    with rig.up():
        part = rig.wait_ready("grafana")
        assert part["version"] == "11.2.0"
        folder = rig.state / "grafana"
        seen = json.loads((folder / "seen.json").read_text())
        assert seen["words"][0] == "server"
        assert f"--config={folder / 'grafana.ini'}" in seen["words"]
        told = yaml.safe_load(
            (Path(seen["provisioning"]) / "datasources" / "warpwatch.yaml").read_text()
        )
        urls = {each["type"]: each["url"] for each in told["datasources"]}
        assert urls == {
            "prometheus": rig.parts()["prometheus"]["url"],
            "alertmanager": rig.parts()["alertmanager"]["url"],
        }
        assert {path.name for path in (folder / "dashboards").iterdir()} == set(boards())
        secret = folder / "admin-password"
        assert secret.stat().st_mode & 0o077 == 0
        assert any(str(secret) in note for note in rig.status()["notes"])
        pid = part["pid"]
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "grafana has ended")


@pytest.mark.process
@needs_binaries
@pytest.mark.skipif(shutil.which("grafana") is not None, reason="there is one")
def test_where_there_is_none_it_is_not_missed(rig: Rig) -> None:
    with rig.up():
        assert "grafana" not in rig.parts()


def test_its_files(tmp_path: Path) -> None:
    files = grafana.files(tmp_path, "127.0.0.1:3000", "127.0.0.1:9090", "", DASHBOARDS)
    config = configparser.ConfigParser(interpolation=None)
    config.read_string(files[tmp_path / "grafana.ini"])
    assert dict(config["server"]) == {"http_addr": "127.0.0.1", "http_port": "3000"}
    assert config["auth.anonymous"]["org_role"] == "Viewer"
    assert config["dashboards"]["default_home_dashboard_path"] == str(
        tmp_path / "dashboards" / "fleet.json"
    )
    sources = yaml.safe_load(files[tmp_path / "provisioning" / "datasources" / "warpwatch.yaml"])
    (source,) = sources["datasources"]
    assert (source["uid"], source["url"]) == (grafana.SOURCE, "http://127.0.0.1:9090")
    providers = yaml.safe_load(files[tmp_path / "provisioning" / "dashboards" / "warpwatch.yaml"])
    (provider,) = providers["providers"]
    assert provider["options"]["path"] == str(tmp_path / "dashboards")
    assert {path.name for path in files if path.parent.name == "dashboards"} >= set(DASHBOARDS)
    bare = grafana.files(tmp_path, "127.0.0.1:3000", "127.0.0.1:9090", "", {})
    assert "default_home" not in bare[tmp_path / "grafana.ini"]


def test_the_password_is_made_once(tmp_path: Path) -> None:
    first = grafana.password(tmp_path).read_text()
    assert len(first) > 20
    assert grafana.password(tmp_path).read_text() == first


def test_what_belongs_to_it_is_around_the_program_of_an_archive(tmp_path: Path) -> None:
    program = stand_in(tmp_path / "grafana-11" / "bin")
    binary = Binary(GRAFANA, program, Version(11, 2))
    assert f"--homepath={grafana.PACKAGED}" in grafana.command(binary, tmp_path)
    (tmp_path / "grafana-11" / "conf").mkdir()
    (tmp_path / "grafana-11" / "conf" / "defaults.ini").touch()
    assert f"--homepath={tmp_path / 'grafana-11'}" in grafana.command(binary, tmp_path)
