"""Two generations of other people's programs: those of this Debian, and newer ones where they could
be fetched (tests/newer.sh).
"""

import shutil
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "build" / "newer" / "bin"
GENERATIONS = ("installed", "newer")


def found(generation: str, *names: str) -> str | None:
    """Where one of the names is a program."""
    path = None if generation == "installed" else str(FOLDER)
    return next(filter(None, (shutil.which(name, path=path) for name in names)), None)


def program(generation: str, *names: str) -> str:
    """The same; skips the test where it is not there."""
    path = found(generation, *names)
    if path is None:
        where = "on PATH" if generation == "installed" else "fetched: tests/newer.sh says why"
        pytest.skip(f"no {' or '.join(names)} {where}")
    return path


def every(name: str) -> list[str]:
    """Of each generation that is there."""
    return [path for generation in GENERATIONS if (path := found(generation, name))]
