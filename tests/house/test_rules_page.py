"""The settings that docs/rules.md shows are such as are read."""

import re
import tomllib
from pathlib import Path

import msgspec

from warpwatch.rules import settings

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def test_the_example_is_read_and_names_every_setting() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    said = tomllib.loads(example)["rules"]
    assert settings.options(said, "docs/rules.md").teams == {"vision": "perception"}
    assert set(said) == {each.name for each in msgspec.structs.fields(settings.Settings)}
