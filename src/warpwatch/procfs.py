"""What Linux knows of a process: whose it is, what it runs, which container it is in.

Other people's processes come and go, and may be hidden from us: whatever cannot be read is
None, and never an exception. A command line may hold passwords, so only the program's name
and that of its script leave this module.
"""

import os
import pwd
import re
from collections import OrderedDict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePath
from threading import Lock

PROC = Path("/proc")
LONGEST = 120
MOST = 4096

_START = 19
"""Place of the start time after the name, which stands in brackets and may hold anything."""
_LINE = 4096
"""More than the kernel writes of one process."""
_SCRIPT = re.compile(r"[\w./+@%~-]*\.(py|pyc|sh|pl|rb|js|mjs|jl|R|lua|ipynb)")
_MODULE = re.compile(r"\w+(\.\w+)*")


@dataclass(frozen=True, slots=True)
class Known:
    start: int
    """In ticks since the machine started: together with the number it is this process for ever."""
    user: str
    """Name, or number where it has none here."""
    command: str
    """The program, and the script that it runs."""
    cgroup: tuple[str, ...]
    """The lines as the kernel writes them."""


def look(pid: int, root: Path = PROC) -> Known | None:
    try:
        name, start = _stat(pid, root)
        owner = _owner(_file(pid, "status", root))
        line = _file(pid, "cmdline", root)
        cgroup = _file(pid, "cgroup", root)
        if _stat(pid, root)[1] != start:
            return None  # it ended, and its number went to another, while we looked
    except (OSError, ValueError):
        return None
    return Known(
        start=start,
        user=_user(owner),
        command=_clean(_command(line) or name),
        cgroup=tuple(cgroup.decode(errors="replace").splitlines()),
    )


class Register:
    """Remembers processes for as long as they live: telling that one is still the same takes a
    look at its folder, and all of it four files and a look into the list of users.

    The kernel gives the folder of each process a number that no other one's folder gets, so one
    that has it still is of the same process; where it forgot the folder, that is read anew.
    """

    def __init__(self, root: Path = PROC) -> None:
        self._root = root
        self._known: OrderedDict[int, tuple[int, Known]] = OrderedDict()
        self._lock = Lock()

    def look(self, pid: int) -> Known | None:
        try:
            folder = os.stat(f"{self._root}/{pid}").st_ino  # noqa: PTH116  a Path costs as much
        except OSError:
            return None
        with self._lock:
            number, known = self._known.get(pid, (0, None))
            if known is not None and number == folder:
                self._known.move_to_end(pid)
                return known
        known = look(pid, self._root)
        if known is not None:
            with self._lock:
                self._known[pid] = folder, known
                self._known.move_to_end(pid)
                if len(self._known) > MOST:
                    self._known.popitem(last=False)
        return known


def environment(pid: int, root: Path = PROC, most: int = 65536) -> dict[str, str]:
    """What a process was started with, as far as we may see it, and no more of it than a bound."""
    try:
        with (root / str(pid) / "environ").open("rb") as file:
            content = file.read(most)
    except OSError:
        return {}
    pairs = (entry.partition("=") for entry in content.decode(errors="replace").split("\0"))
    return {name: value for name, equals, value in pairs if equals}


def _file(pid: int, name: str, root: Path) -> bytes:
    return Path(f"{root}/{pid}/{name}").read_bytes()


def _stat(pid: int, root: Path) -> tuple[str, int]:
    """Name and start time."""
    descriptor = os.open(f"{root}/{pid}/stat", os.O_RDONLY)
    try:
        head, bracket, rest = os.read(descriptor, _LINE).rpartition(b")")
    finally:
        os.close(descriptor)
    fields = rest.split(None, _START + 1)
    if not bracket or len(fields) <= _START:
        raise ValueError(f"{pid} is no process")
    return head.partition(b"(")[2].decode(errors="replace"), int(fields[_START])


def _owner(status: bytes) -> int:
    for line in status.splitlines():
        if line.startswith(b"Uid:"):
            return int(line.split()[1])
    raise ValueError("a status without an owner")


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except (KeyError, OSError):
        return str(number)


def _command(line: bytes) -> str:
    """Empty for one that has none any more. A program may write its title over its arguments, as
    one text with blanks, so only the first word of the first one is its name.
    """
    arguments = line.decode(errors="replace").split("\0")
    words = arguments[0].split()
    if not words:
        return ""
    return " ".join(filter(None, (PurePath(words[0]).name, _script(arguments[1:]))))


def _script(arguments: list[str]) -> str:
    """What an interpreter was given to run; nothing where that is code, or anything else."""
    for argument, following in pairwise((*arguments, "")):
        if argument == "-m" and _MODULE.fullmatch(following):
            return f"-m {following}"
        if argument in {"-c", "-e", "--"}:
            return ""
        if _SCRIPT.fullmatch(argument) and not argument.startswith("-"):
            return PurePath(argument).name
    return ""


def _clean(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:LONGEST]


_HOST = "pid:[4026531836]"
"""The kernel gives this number to the first namespace of processes, and to no other."""
_SYS_ADMIN = 21


def is_host() -> bool:
    """Whether processes have the numbers here that the machine itself knows them by."""
    try:
        return (PROC / "self" / "ns" / "pid").readlink() == Path(_HOST)
    except OSError:
        return False


def privileged() -> bool:
    """Whether a driver gives us what it keeps from most: root's right to administrate."""
    try:
        status = (PROC / "self" / "status").read_text()
        (held,) = re.findall(r"^CapEff:\s*(\w+)$", status, re.MULTILINE)
    except (OSError, ValueError):
        return False
    return bool(int(held, 16) >> _SYS_ADMIN & 1)
