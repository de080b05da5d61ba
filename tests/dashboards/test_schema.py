"""Boards held to Grafana's own types, by TypeScript's compiler."""

import shutil
import subprocess
from pathlib import Path

import pytest

from warpwatch.dashboards.outputs import boards

HERE = Path(__file__).parent / "schema"
STRICT = ("--noEmit", "--strict", "--skipLibCheck", "--module", "esnext")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on PATH: apt-get install nodejs npm")
    folder = tmp_path_factory.mktemp("schema")
    for file in HERE.iterdir():
        shutil.copy(file, folder)
    words = [npm, "ci", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"npm ci: {(done.stderr or done.stdout).strip()[-200:]}")
    return folder


def compiled(folder: Path, boards_: dict[str, str]) -> str:
    for name, text in boards_.items():
        told = f"import type {{ Board }} from './board';\nexport const board: Board = {text};\n"
        (folder / name.replace(".json", ".ts")).write_text(told, encoding="utf-8")
    files = [name.replace(".json", ".ts") for name in boards_]
    words = ["node_modules/.bin/tsc", *STRICT, "--moduleResolution", "bundler", *files]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.mark.process
def test_boards_are_of_grafanas_types(workshop: Path) -> None:
    assert compiled(workshop, dict(boards())) == ""


@pytest.mark.process
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"schemaVersion": 39', '"schemaVersion": "39"'),
        ('"mode": "absolute"', '"mode": "absolutely"'),
        ('"editable": false', '"editible": false'),
        ('"multi": true', '"multi": 1'),
    ],
)
def test_what_is_not_would_be_found(workshop: Path, right: str, wrong: str) -> None:
    text = boards()["node.json"]
    assert right in text
    assert "error TS" in compiled(workshop, {"wrong.json": text.replace(right, wrong, 1)})
