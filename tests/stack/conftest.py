"""A stack of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rig import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.end()
