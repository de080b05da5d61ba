"""docs/stack.md says what the stack takes."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from warpwatch.clients.access import Access
from warpwatch.stack.settings import Settings, check

TEXT = (Path(__file__).parents[2] / "docs" / "stack.md").read_text()
SNIPPETS = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_every_snippet_is_taken(snippet: str) -> None:
    check(msgspec.convert(tomllib.loads(snippet)["stack"], Settings), "stack")


def test_every_setting_is_told_of() -> None:
    for name in (*Settings.__struct_fields__, *Access.__struct_fields__):
        assert re.search(rf"\b{name}\b", TEXT), name
