"""What is rendered from the rules is up to date and whole, and can be asked for."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from click.testing import CliRunner

from warpwatch.cli.explain import command
from warpwatch.errors import InputError
from warpwatch.rules import documents
from warpwatch.rules.model import Record
from warpwatch.rules.render import Options, recorded

ROOT = Path(__file__).parents[2]
FILES = documents.files()
LEANING = re.compile(
    r"\b(as above|the same|likewise|[Oo]f (these|them)|any of these|this reason|since it"
    r"|share of (it|that)|(in|of|on) its (life|reading|memory|share)|for it|[Tt]heir highest"
    r"|that it has)\b"
)
"""Words that only the text of another series could explain."""


@pytest.mark.parametrize("path", FILES)
def test_rendered_files_are_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == FILES[path]


def test_no_runbook_is_left_of_an_alert_that_is_gone() -> None:
    pages = {str(path.relative_to(ROOT)) for path in (ROOT / "docs" / "alerts").glob("*.md")}
    assert pages == {path for path in FILES if path.startswith("docs/alerts/")}


def test_every_recorded_series_says_its_unit_and_meaning() -> None:
    rows = [line for line in FILES["docs/rules.md"].splitlines() if line.startswith("| `")]
    assert all(cell.strip() for row in rows for cell in row.split("|")[1:2] + row.split("|")[-2:-1])


def test_a_help_text_stands_alone_and_is_of_one_series_at_all_its_levels() -> None:
    """Whoever asks about a series reads the one text, without its neighbours."""
    series = defaultdict(set)
    told = [rule for group in recorded(Options()) for rule in group.rules]
    for rule in told:
        assert isinstance(rule, Record)
        assert not LEANING.search(rule.help), f"{rule.name}: {rule.help}"
        series[rule.help].add(rule.name.partition(":")[2])
    assert {text: names for text, names in series.items() if len(names) > 1} == {}


@pytest.mark.parametrize("name", documents.names())
def test_every_alert_is_explained_on_the_page(name: str) -> None:
    result = CliRunner().invoke(command, ["alert", name.lower()])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"alert       {name}\n")


def test_a_name_that_is_nearly_right_is_put_right() -> None:
    with pytest.raises(InputError, match="did you mean GPUHot") as raised:
        command.main(["alert", "GPUHott"], standalone_mode=False)
    assert raised.value.hint == "warpwatch explain alert GPUHot"
