"""warpwatch alertmanager render: files where they are wanted, and what is wrong told."""

from pathlib import Path

import pytest
import yaml

from warpwatch.cli.main import run

GOOD = '[routing]\ncritical = "nobody"\n'
TEAMS = """
[routing]
critical = "chat"
[[routing.receivers.chat]]
by = "teams"
webhook_url_file = "/etc/warpwatch/teams"
"""


def render(tmp_path: Path, text: str, *words: str) -> int:
    file = tmp_path / "warpwatch.toml"
    file.write_text(text)
    return run(["alertmanager", "render", f"--config={file}", *words])


def test_it_goes_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert render(tmp_path, GOOD) == 0
    said = capsys.readouterr()
    assert yaml.safe_load(said.out)["route"]["receiver"] == "nobody"
    assert "next: --out FILE" in said.err


def test_it_goes_into_a_file_with_its_template_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "am.yml"
    assert render(tmp_path, GOOD, f"--out={out}") == 0
    told = yaml.safe_load(out.read_text())
    (named,) = told["templates"]
    assert 'define "warpwatch.title"' in (out.parent / named).read_text()
    assert capsys.readouterr().out.splitlines() == [str(out), str(out.parent / named)]


def test_a_version_decides_what_can_be_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert render(tmp_path, TEAMS) == 1
    said = capsys.readouterr().err
    assert (
        "routing.receivers.chat[0]: Microsoft Teams by a workflow needs Alertmanager 0.28" in said
    )
    assert "--for 0.28" in said
    assert render(tmp_path, TEAMS, "--for=0.28.1") == 0
    assert "msteamsv2_configs" in capsys.readouterr().out
    assert render(tmp_path, TEAMS, "--for=new") == 2


def test_without_the_table_it_says_where_one_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert render(tmp_path, "") == 2
    assert "has no table [routing]\n  next: docs/routing.md" in capsys.readouterr().err


def test_where_it_cannot_write_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert render(tmp_path, GOOD, f"--out={tmp_path}/file/am.yml") == 1
    assert f"{tmp_path}/file/am.yml: cannot be written" in capsys.readouterr().err
