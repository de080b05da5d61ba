"""The documents say what the code does."""

import re
from pathlib import Path

import pytest

from warpwatch.cli.main import COMMANDS
from warpwatch.exporter import documents
from warpwatch.exporter.flags import FLAGS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "warpwatch"


@pytest.mark.parametrize("path", documents.files())
def test_rendered_files_are_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text() == documents.files()[path]


def test_the_architecture_tells_of_every_room_and_of_no_other() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    told = set(re.findall(r"^\| `([\w./]+)` \|", text, re.MULTILINE))
    rooms = {
        path.name if path.suffix == ".py" else f"{path.name}/"
        for path in SOURCE.iterdir()
        if not path.name.startswith("_") and path.name != "py.typed"
    }
    assert told == rooms


def test_the_architecture_draws_the_layers_that_the_linter_holds() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    config = (ROOT / "pyproject.toml").read_text()
    (listed,) = re.findall(r"layers = \[(.*?)\]", config, re.DOTALL)
    layers = [layer for layer in re.findall(r'"([^"]+)"', listed) if layer != "__main__"]
    assert " > ".join(layers) in " ".join(text.split())


def test_every_command_has_a_module_and_every_module_a_command() -> None:
    shared = {"__init__", "main", "hints", "logs", "servers", "spans", "tables", "writing"}
    modules = {path.stem for path in (SOURCE / "cli").glob("*.py")}
    assert {entry.module for entry in COMMANDS.values()} == modules - shared


def test_the_changelog_has_typed_lines() -> None:
    lines = [
        line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("- ")
    ]
    assert lines
    assert all(re.match(r"- \[(CHANGE|FEATURE|ENHANCEMENT|BUGFIX)\] \S", line) for line in lines)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_links_lead_somewhere(document: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / document).read_text())
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_commands_in_the_readme_exist() -> None:
    words = re.findall(r"(?:\./run|warpwatch) ([a-z]+)", (ROOT / "README.md").read_text())
    known = {*COMMANDS, "test", "check", "bench", "fmt", "help"}
    assert words
    assert set(words) <= known


def test_flags_are_named_once() -> None:
    names = [name for flag in FLAGS for name in (*flag.names, flag.env) if name]
    assert len(names) == len(set(names))


def test_paths_in_the_architecture_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = {word for word in re.findall(r"`([\w./]+/[\w./]*)`", text) if "/-/" not in word}
    places = (SOURCE, ROOT)
    missing = {
        word
        for word in named
        if not any((place / f"{word}{end}").exists() for place in places for end in ("", ".py"))
    }
    assert missing == set()
