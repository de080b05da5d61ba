"""Files to record into, and what is recorded: made up, or simulated."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from warpwatch.samples.sample import Report
from warpwatch.sources.base import Inventory, SourceInfo
from warpwatch.sources.replay.form import Header
from warpwatch.sources.replay.writer import Writer, create

START = 1_772_442_000.0

Told = tuple[float, Inventory | Report]
Write = Callable[..., Path]


def _write(path: Path, told: Sequence[Told], end: float | None, fields: Sequence[int]) -> Path:
    header = Header(
        time=START,
        tool="0.0",
        interval=1.0,
        fields=tuple(fields),
        source=SourceInfo("sim", simulated=True, detail="made up"),
    )
    file = create(path, force=True)
    writer = Writer(file, header)
    for t, said in told:
        if isinstance(said, Inventory):
            writer.inventory(t, said)
        else:
            writer.report(t, said)
    if end is None:
        file.close()  # as a recorder that is killed leaves it
    else:
        writer.close(end)
    return path


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings")


@pytest.fixture(scope="session")
def write(folder: Path) -> Write:
    """Makes a recording of what is told at which second; without an end the recorder was killed."""

    def make(
        told: Sequence[Told],
        *,
        end: float | None = None,
        fields: Sequence[int] = (),
        name: str = "made-up.wwrec",
    ) -> Path:
        return _write(folder / name, told, end, fields)

    return make
