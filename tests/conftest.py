"""Options of the whole suite."""

from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says more of the machine than of the code; the tests' own timeout stays.
# The same examples each time, so that a change breaks what it breaks and nothing else does; to look
# for more: ./run test PATH --hypothesis-profile=explore
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite", action="store_true", help="write golden files instead of comparing"
    )


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite"))


@pytest.fixture
def runtime(tmp_path: Path) -> dict[str, str]:
    """An environment of its own for programs that are started: no sockets are shared."""
    directory = tmp_path / "run"
    directory.mkdir()
    return {"XDG_RUNTIME_DIR": str(directory)}
