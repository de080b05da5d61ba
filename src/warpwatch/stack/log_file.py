"""What a child writes, in files that do not grow without end."""

from collections import deque
from itertools import pairwise
from pathlib import Path

SIZE = 5 * 1024 * 1024
COUNT = 3
"""Files in all: the current one and its forerunners, .1 being the youngest."""
LAST = 20


class LogFile:
    """Never fails: a child must not stand still because a disk is full."""

    def __init__(self, path: Path, size: int = SIZE, count: int = COUNT) -> None:
        self.path = path
        self.problem = ""
        """Why nothing is written at present."""
        self.last: deque[str] = deque(maxlen=LAST)
        """The last lines, for whoever asks why it ended."""
        self._size = size
        self._count = count

    def write(self, line: bytes) -> None:
        self.last.append(line.decode(errors="replace").rstrip())
        try:
            if self.path.exists() and self.path.stat().st_size + len(line) > self._size:
                self._rotate()
            with self.path.open("ab") as file:
                file.write(line)
        except OSError as error:
            self.problem = f"{self.path} is not written: {error.strerror}"
        else:
            self.problem = ""

    def _rotate(self) -> None:
        names = [self.path, *(self._older(number) for number in range(1, self._count))]
        names[-1].unlink(missing_ok=True)
        for younger, older in reversed(tuple(pairwise(names))):
            if younger.exists():
                younger.rename(older)

    def _older(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
