"""What keeps a Prometheus from opening its storage, and what can be done about it.

Most damage it mends by itself: a record cut short by a crash, a lock of a process that is gone.
What it refuses to open is moved aside, once, so that measuring goes on and nothing is destroyed.
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

_REFUSED = re.compile(r"opening storage failed: (.*)")
_PART = re.compile(r"\b(wal|wbl|chunks_head|[0-9A-HJKMNP-TV-Z]{26})\b")
_NOT_DAMAGE = ("no space left", "permission denied", "resource temporarily", "read-only")
"""Words of reasons that moving a part away would not end."""


def mend(data: Path, aside: Path, last_words: Iterable[str]) -> str:
    """What was moved aside, and why; empty where nothing was to be."""
    reason = next((found[1] for line in last_words if (found := _REFUSED.search(line))), "")
    if not reason or any(words in reason for words in _NOT_DAMAGE):
        return ""
    # The path to the storage may hold such names too.
    part = _PART.search(reason.replace(str(data), ""))
    if part is None or not (data / part[1]).exists():
        return ""
    why = reason.rstrip('"')
    try:
        target = _move(data / part[1], aside)
    except OSError as error:
        return f"{data / part[1]} is damaged, and cannot be moved ({error.strerror}): {why}"
    return f"{data / part[1]} was damaged, and is now {target}: {why}"


def _move(part: Path, aside: Path) -> Path:
    target = aside / part.name
    aside.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)
    return part.replace(target)
