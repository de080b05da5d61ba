"""docs/routing.md says what routing takes."""

import re
import tomllib
from pathlib import Path

import pytest

from warpwatch.rules.routing import reading
from warpwatch.rules.routing.hours import Hours
from warpwatch.rules.routing.settings import Settings, Target
from warpwatch.rules.routing.ways import WAYS

TEXT = (Path(__file__).parents[2] / "docs" / "routing.md").read_text()


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("snippet", snippets("toml"))
def test_every_snippet_is_taken(snippet: str) -> None:
    reading.settings(tomllib.loads(snippet)["routing"], "routing")


@pytest.mark.parametrize("kind", WAYS)
def test_every_way_is_told_of_with_its_settings_and_its_version(kind: type) -> None:
    (row,) = re.findall(rf"^\| `{kind.__name__.lower()}` .*$", TEXT, re.MULTILINE)
    for name in kind.__struct_encode_fields__:  # type: ignore[attr-defined]
        told = TEXT if name in {"resolved", "ca_file"} else row
        assert re.search(rf"`{name}\b", told), name


@pytest.mark.parametrize("kind", [Settings, Target, Hours])
def test_every_setting_is_told_of(kind: type) -> None:
    for name in kind.__struct_fields__:  # type: ignore[attr-defined]
        assert re.search(rf"\b{name}\b", TEXT), name


def test_usual_values_are_the_real_ones() -> None:
    usual = Settings()
    for name in ("group_wait", "group_interval", "repeat_interval"):
        assert f"`{name}` {getattr(usual, name)}" in TEXT
    for name in usual.node_down:
        assert f"`{name}`" in TEXT
