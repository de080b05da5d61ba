"""A real Chromium, and a console to look at with it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from backends import Fleet, fleet
from chrome import CHROMIUM, Sight, browser, watched


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for longer: while it is there an event loop runs, and others could not run theirs."""
    path = shutil.which(CHROMIUM)
    if path is None:
        pytest.skip("no chromium on PATH; next, as root: apt-get install chromium")
    with browser(path) as it:
        yield it


@pytest.fixture
def known() -> Fleet:
    return fleet(nodes=6, quiet=False)


@pytest.fixture
def operators(tmp_path: Path) -> Path:
    file = tmp_path / "operators"
    file.write_text("a-token-of-operators-01\n")
    return file


@pytest.fixture
def sight(
    chromium: Browser, known: Fleet, operators: Path, runtime: dict[str, str]
) -> Iterator[Sight]:
    """Six nodes of eight GPUs; one is lost, one is warm."""
    words = ("--operator-token-file", str(operators))
    with watched(chromium, known, runtime, *words) as it:
        yield it
