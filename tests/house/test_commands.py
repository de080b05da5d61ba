"""Commands that documents show exist, with the flags that they are shown with."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from warpwatch.cli.main import root

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SCRIPT = ("test", "check", "bench", "fmt")
"""Words that ./run keeps for itself."""


def shown(page: Path) -> Iterator[str]:
    """Lines of code blocks without a language, and of the shell's."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```(?:sh|bash|console)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.match(r"(?:\$ )?(?:sudo )?(?:warpwatch|\./run) (.*)", line)
            if found:
                yield found[1]


LINES = [(page.name, line) for page in PAGES for line in shown(page)]


@pytest.mark.parametrize(("page", "line"), LINES)
def test_a_command_and_its_flags_exist(page: str, line: str) -> None:
    words = shlex.split(line.split(" | ", maxsplit=1)[0].split(" > ", maxsplit=1)[0], comments=True)
    if words[0] in SCRIPT:
        return
    command: click.Command | None = root
    with click.Context(root) as context:
        # A group that does something by itself is given flags at once.
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            word = words.pop(0)
            command = command.get_command(context, word)
            assert command is not None, f"{page}: there is no {word}"
    assert command is not None
    known = {each for parameter in command.params for each in parameter.opts}
    known |= {each for parameter in command.params for each in parameter.secondary_opts} | {
        "--help"
    }
    given = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert given <= known, page


def test_there_are_such() -> None:
    assert {"README.md", "routing.md", "stack.md"} <= {page for page, _ in LINES}
