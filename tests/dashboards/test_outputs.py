"""Boards as users render them."""

import json
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from process import run
from warpwatch.dashboards.boards import BOARDS

NAMES = {f"{board.name}.json" for board in BOARDS}


def rendered(folder: Path, *words: str) -> set[str]:
    done = run("dashboards", "render", "--out", str(folder), *words)
    assert done.returncode == 0, done.stderr
    assert "next: " in done.stderr
    written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {str(folder / name) for name in written} == set(done.stdout.split())
    return written


def test_as_files(tmp_path: Path) -> None:
    assert rendered(tmp_path) == NAMES
    assert json.loads((tmp_path / "gpu.json").read_text())["uid"] == "warpwatch-gpu"


def test_as_grafana_provisions_them(tmp_path: Path) -> None:
    written = rendered(tmp_path, "--format", "provisioning")
    assert written == {"dashboards.yaml", *(f"dashboards/{name}" for name in NAMES)}
    (provider,) = yaml.safe_load((tmp_path / "dashboards.yaml").read_text())["providers"]
    assert provider["allowUiUpdates"] is False


@pytest.mark.parametrize("namespace", ["", "monitoring"])
def test_as_the_sidecar_of_kubernetes_picks_them_up(tmp_path: Path, namespace: str) -> None:
    more = ("--namespace", namespace) if namespace else ()
    for name in rendered(tmp_path, "--format", "configmap", *more):
        told = yaml.safe_load((tmp_path / name).read_text())
        kubernetes_validate.validate(told, "1.30", strict=True)
        assert told["metadata"].get("namespace", "") == namespace
        assert told["metadata"]["labels"] == {"grafana_dashboard": "1"}
        (text,) = told["data"].values()
        assert len(text) < 1_000_000
        assert json.loads(text)["uid"] == told["metadata"]["name"]


def test_they_are_listed() -> None:
    done = run("dashboards", "list")
    assert [line.split()[0] for line in done.stdout.splitlines()] == [b.uid for b in BOARDS]
