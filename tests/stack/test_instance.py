"""Who may run, and who is known to."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from warpwatch.errors import WarpwatchError
from warpwatch.stack.instance import Instance, Record, Running, lives, started


def record(*parts: Running) -> Record:
    return Record(pid=1, host="h", since=2.0, warpwatch="0", parts=parts, notes=("a",))


def test_only_one_holds_a_folder_and_after_it_another(tmp_path: Path) -> None:
    with Instance(tmp_path).hold() as first:
        with Instance(tmp_path).hold() as second:
            assert (first, second) == (True, False)
        assert Instance(tmp_path).holder() == os.getpid()
    assert Instance(tmp_path).holder() == 0
    with Instance(tmp_path).hold() as third:
        assert third


HOLD = """
import sys
from pathlib import Path
from warpwatch.stack.instance import Instance
with Instance(Path(sys.argv[1])).hold():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=-1, stdout=-1, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert Instance(tmp_path).holder() == other.pid
        other.kill()
        other.wait()
        assert Instance(tmp_path).holder() == 0
        assert (tmp_path / "lock").read_text().startswith(str(other.pid))


def test_a_folder_that_another_machine_works_in_is_not_touched(tmp_path: Path) -> None:
    with Instance(tmp_path).hold():
        (tmp_path / "lock").write_text("17 elsewhere")
        with pytest.raises(WarpwatchError, match="held by a process of elsewhere"):
            Instance(tmp_path).holder()


def test_what_was_written_is_read_and_ends_with_the_holder(tmp_path: Path) -> None:
    instance, wanted = Instance(tmp_path), record(Running("prometheus", "ready", pid=3, start=4))
    with instance.hold():
        instance.write(wanted)
        assert instance.read() == wanted
    assert instance.read() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "one"}', json.dumps({"pid": 1})])
def test_a_record_that_is_damaged_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "running.json").write_text(text)
    assert Instance(tmp_path).read() is None


def test_a_number_alone_is_not_a_process() -> None:
    mine, start = os.getpid(), started(os.getpid())
    assert lives(Running("a", "ready", pid=mine, start=start))
    assert not lives(Running("a", "ready", pid=mine, start=start + 1))
    assert not lives(Running("a", "ready", pid=mine))
    assert not lives(Running("a", "missing"))
