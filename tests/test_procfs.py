"""What is found out about a process, from trees that look like /proc."""

import os
import pwd
import subprocess
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch import procfs
from warpwatch.procfs import LONGEST, Known, Register, look

NOBODY_HERE = 1_234_567_890


def write(  # one process
    root: Path,
    pid: int = 42,
    *,
    start: int = 777,
    uid: int = 0,
    line: bytes = b"python3\0train.py\0",
    name: bytes = b"python3",
) -> Path:
    folder = root / str(pid)
    folder.mkdir(parents=True, exist_ok=True)
    fields = [b"S", *[b"1"] * 18, str(start).encode(), b"0"]
    (folder / "stat").write_bytes(b"%d (%b) %b\n" % (pid, name, b" ".join(fields)))
    (folder / "status").write_text(f"Name:\tx\nUid:\t{uid}\t0\t0\t0\n")
    (folder / "cmdline").write_bytes(line)
    (folder / "cgroup").write_text("0::/system.slice/slurmstepd.scope/job_77/step_0\n")
    return folder


def command(root: Path, line: bytes) -> str:
    write(root, line=line)
    known = look(42, root)
    assert known is not None
    return known.command


def test_a_process_is_known_by_its_owner_program_and_cgroup(tmp_path: Path) -> None:
    write(tmp_path, uid=os.getuid())
    assert look(42, tmp_path) == Known(
        start=777,
        user=pwd.getpwuid(os.getuid()).pw_name,
        command="python3 train.py",
        cgroup=("0::/system.slice/slurmstepd.scope/job_77/step_0",),
    )


def test_an_owner_without_a_name_is_a_number(tmp_path: Path) -> None:
    write(tmp_path, uid=NOBODY_HERE)
    known = look(42, tmp_path)
    assert known is not None
    assert known.user == str(NOBODY_HERE)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"/usr/bin/python3\0-u\0/home/ana/run/train.py\0--key=hush\0", "python3 train.py"),
        (
            b"python3\0-m\0torch.distributed.run\0--nproc=8\0train.py\0",
            "python3 -m torch.distributed.run",
        ),
        (b"torchrun\0--nproc-per-node\08\0train.py\0hush\0", "torchrun train.py"),
        (b"python3\0-c\0key = 'hush.py'\0", "python3"),
        (b"bash\0-c\0export KEY=hush; ./x.sh\0", "bash"),
        (b"python3\0-m\0hush hush\0", "python3"),
        (b"mysqld\0-phush\0hush\0", "mysqld"),
        (b"vllm serve --api-key hush\0\0\0", "vllm"),
        (b"-bash\0", "-bash"),
        (b"", "python3"),
        (b"\0\0", "python3"),
        (b"evil\x1b[2J\nname\0", "evil?[2J"),
        (b"caf\xe9\0", "caf\ufffd"),
    ],
)
def test_a_command_is_the_program_and_its_script_and_never_more(
    tmp_path: Path, line: bytes, said: str
) -> None:
    assert command(tmp_path, line) == said


@given(line=st.binary(max_size=400))
def test_whatever_a_command_line_holds_what_is_said_is_short_and_printable(
    tmp_path_factory: pytest.TempPathFactory, line: bytes
) -> None:
    said = command(tmp_path_factory.getbasetemp() / "any", line)
    assert len(said) <= LONGEST
    assert said.isprintable()


def test_a_name_may_hold_brackets_and_blanks(tmp_path: Path) -> None:
    write(tmp_path, name=b"a) b (c", line=b"")
    known = look(42, tmp_path)
    assert known is not None
    assert (known.command, known.start) == ("a) b (c", 777)


@pytest.mark.parametrize("file", ["stat", "status", "cmdline", "cgroup"])
def test_one_that_is_gone_or_hidden_is_not_known(tmp_path: Path, file: str) -> None:
    folder = write(tmp_path)
    (folder / file).unlink()
    assert look(42, tmp_path) is None
    assert look(43, tmp_path) is None


@pytest.mark.parametrize("file", ["stat", "status"])
def test_files_that_say_nothing_make_an_unknown_process(tmp_path: Path, file: str) -> None:
    folder = write(tmp_path)
    (folder / file).write_bytes(b"")
    assert look(42, tmp_path) is None
    assert Register(tmp_path).look(43) is None


def test_a_process_that_another_one_takes_the_place_of_meanwhile_is_not_mixed_with_it(
    tmp_path: Path,
) -> None:
    folder = write(tmp_path)
    (folder / "cgroup").unlink()
    os.mkfifo(folder / "cgroup")

    def take_over() -> None:
        with (folder / "cgroup").open("w") as cgroup:  # once somebody has begun to look
            stat = folder / "stat"
            stat.write_bytes(stat.read_bytes().replace(b"777", b"778"))
            cgroup.write("0::/system.slice/other\n")

    other = threading.Thread(target=take_over)
    other.start()
    assert look(42, tmp_path) is None
    other.join()


def test_a_number_that_another_process_has_now_is_looked_up_anew(tmp_path: Path) -> None:
    register = Register(tmp_path)
    folder = write(tmp_path)
    first = register.look(42)
    write(tmp_path, line=b"other\0")
    assert register.look(42) is first
    # The kernel makes another folder for it, however alike.
    folder.rename(tmp_path / "ended")
    write(tmp_path, line=b"other\0")
    known = register.look(42)
    assert known is not None
    assert known.command == "other"


def test_one_that_has_ended_is_not_known_any_more() -> None:
    register = Register()
    child = subprocess.Popen(["sleep", "60"])
    try:
        first = register.look(child.pid)
        assert first is not None
        assert register.look(child.pid) is first
    finally:
        child.kill()
        child.wait()
    assert register.look(child.pid) is None


def test_the_register_forgets_those_that_were_not_asked_for_longest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procfs, "MOST", 2)
    register = Register(tmp_path)
    for pid in (1, 2, 3):
        write(tmp_path, pid)
    one, two = register.look(1), register.look(2)
    assert register.look(1) is one
    register.look(3)
    assert register.look(1) is one
    assert register.look(2) is not two


def test_this_very_process_is_known() -> None:
    known = look(os.getpid())
    assert known is not None
    assert known.user == pwd.getpwuid(os.getuid()).pw_name
    assert known.start < time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK")
