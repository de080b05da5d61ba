"""What Prometheus says when it refuses its storage, and what is done about it."""

from pathlib import Path

import pytest

from warpwatch.stack.storage import mend

BLOCK = "01J0QXYZ000000000000000000"


def said(data: Path, reason: str) -> list[str]:
    return [
        'level=info msg="Starting Prometheus"',
        f'level=error err="opening storage failed: {reason.format(data=data)}"',
    ]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Its path holds names that parts of a storage have too."""
    data = tmp_path / "wal" / "prometheus"
    for part in ("wal", "chunks_head", BLOCK):
        (data / part).mkdir(parents=True)
        (data / part / "content").write_text(part)
    return data


@pytest.mark.parametrize(
    ("reason", "part"),
    [
        ("{data}/chunks_head/000001: invalid magic number 122e66e6", "chunks_head"),
        ("migrate WAL: list sequence files: readdirent {data}/wal: not a directory", "wal"),
        (f'reloadBlocks: corrupted blocks: [block: \\"{BLOCK}\\" corrupted error: eof]', BLOCK),
    ],
)
def test_the_part_that_is_refused_is_moved_aside_and_the_rest_stays(
    data: Path, tmp_path: Path, reason: str, part: str
) -> None:
    aside = tmp_path / "damaged"
    told = mend(data, aside, said(data, reason))
    assert f"{data / part} was damaged, and is now {aside / part}" in told
    assert (aside / part / "content").read_text() == part
    others = {"wal", "chunks_head", BLOCK} - {part}
    assert {path.name for path in data.iterdir()} == others


@pytest.mark.parametrize(
    "reason",
    [
        "{data}/wal/00000001: no space left on device",
        "open {data}/wal: permission denied",
        "lock DB directory: resource temporarily unavailable",
        "something new about nothing in particular",
        "{data}/wbl/00000001: damaged, and not there",
    ],
)
def test_what_moving_would_not_mend_is_left(data: Path, tmp_path: Path, reason: str) -> None:
    assert mend(data, tmp_path / "damaged", said(data, reason)) == ""
    assert len(list(data.iterdir())) == 3


def test_another_end_is_none_of_its_business(data: Path, tmp_path: Path) -> None:
    assert mend(data, tmp_path / "damaged", ['level=error err="listen: in use /wal"']) == ""


def test_only_the_last_damage_is_kept(data: Path, tmp_path: Path) -> None:
    aside = tmp_path / "damaged"
    (aside / "wal").mkdir(parents=True)
    (aside / "wal" / "older").touch()
    mend(data, aside, said(data, "list {data}/wal: not a directory"))
    assert [path.name for path in (aside / "wal").iterdir()] == ["content"]


def test_what_cannot_be_moved_is_told_of(data: Path, tmp_path: Path) -> None:
    (tmp_path / "damaged").touch()
    told = mend(data, tmp_path / "damaged", said(data, "list {data}/wal: not a directory"))
    assert "wal is damaged, and cannot be moved (File exists)" in told
    assert (data / "wal" / "content").exists()
