"""Logs of children: bounded, in order, and never in a child's way."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.stack.log_file import LAST, LogFile

LINES = st.lists(st.binary(min_size=1, max_size=40).map(lambda line: line + b"\n"), max_size=60)


@given(lines=LINES, count=st.integers(min_value=1, max_value=4))
def test_no_file_is_larger_than_allowed_and_what_is_kept_is_the_end(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], count: int
) -> None:
    folder = tmp_path_factory.mktemp("log")
    log = LogFile(folder / "a.log", size=100, count=count)
    for line in lines:
        log.write(line)
    younger_first = [folder / "a.log", *(folder / f"a.log.{n}" for n in range(1, count))]
    kept = [file.read_bytes() for file in reversed(younger_first) if file.exists()]
    assert {file.name for file in folder.iterdir()} <= {file.name for file in younger_first}
    assert all(len(content) <= 100 for content in kept)
    assert b"".join(lines).endswith(b"".join(kept))
    assert bool(kept) == bool(lines)


def test_a_log_that_cannot_be_written_is_a_remark_and_no_failure(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "gone" / "a.log")
    log.write(b"hello\n")
    assert "a.log is not written: No such file or directory" in log.problem
    assert list(log.last) == ["hello"]
    (tmp_path / "gone").mkdir()
    log.write(b"again\n")
    assert log.problem == ""


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.log").symlink_to("/dev/full")
    log = LogFile(tmp_path / "a.log")
    log.write(b"hello\n")
    assert "No space left on device" in log.problem


def test_the_last_lines_are_remembered_and_no_more(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.log")
    for number in range(LAST + 5):
        log.write(f"{number}\n".encode())
    assert list(log.last) == [str(number) for number in range(5, LAST + 5)]
