"""What is rendered from the rules is up to date and whole, and can be asked for."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from warpwatch.cli.explain import command
from warpwatch.errors import InputError
from warpwatch.rules import documents

ROOT = Path(__file__).parents[2]
FILES = documents.files()


@pytest.mark.parametrize("path", FILES)
def test_rendered_files_are_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == FILES[path]


def test_no_runbook_is_left_of_an_alert_that_is_gone() -> None:
    pages = {str(path.relative_to(ROOT)) for path in (ROOT / "docs" / "alerts").glob("*.md")}
    assert pages == {path for path in FILES if path.startswith("docs/alerts/")}


def test_every_recorded_series_says_its_unit_and_meaning() -> None:
    rows = [line for line in FILES["docs/rules.md"].splitlines() if line.startswith("| `")]
    assert all(cell.strip() for row in rows for cell in row.split("|")[1:2] + row.split("|")[-2:-1])


@pytest.mark.parametrize("name", documents.names())
def test_every_alert_is_explained_on_the_page(name: str) -> None:
    result = CliRunner().invoke(command, ["alert", name.lower()])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"alert       {name}\n")


def test_a_name_that_is_nearly_right_is_put_right() -> None:
    with pytest.raises(InputError, match="did you mean GPUHot") as raised:
        command.main(["alert", "GPUHott"], standalone_mode=False)
    assert raised.value.hint == "warpwatch explain alert GPUHot"
