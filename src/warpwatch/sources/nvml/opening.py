"""Opens GPUs, each in a thread of its own: one that hangs meanwhile keeps no other from being
opened, and is not asked by a second thread while the first one waits for it.
"""

import threading
from collections.abc import Callable

from warpwatch.samples.sample import Reason
from warpwatch.sources.nvml.board import Board
from warpwatch.sources.nvml.door import Refused

DEADLINE = 1.5
"""Seconds for a GPU to be opened; after that it is left alone until it answers. Whoever asks
which there are waits for two.
"""
SHORTER = 0.5
"""The same while another one hangs: where all of them do, that is to be known soon."""

Make = Callable[[int], Board]


class Opening:
    def __init__(self, make: Make) -> None:
        self._make = make
        self._tries: dict[int, _Try] = {}
        """Those that have not ended, or not been looked at since."""

    def open(self, index: int) -> Board:
        """The GPU by this index; Refused says why not, which may be that it does not answer yet."""
        patience = SHORTER if self.hangs else DEADLINE
        known = self._tries.get(index)
        begun = self._tries[index] = known or _Try(self._make, index)
        if not begun.ended.wait(0.0 if known else patience):
            raise Refused(Reason.TIMED_OUT, "it does not answer")
        del self._tries[index]
        return begun.result()

    @property
    def hangs(self) -> bool:
        """Whether a call is on its way, under which nothing may be freed."""
        return not all(each.ended.is_set() for each in self._tries.values())

    @property
    def answered(self) -> bool:
        """Whether one that did not answer has done so."""
        return any(each.ended.is_set() for each in self._tries.values())

    def forget(self) -> None:
        """Closes what was opened too late to be used; not while one hangs."""
        held, self._tries = self._tries, {}
        for each in held.values():
            if isinstance(each.made, Board):
                each.made.close()


class _Try:
    def __init__(self, make: Make, index: int) -> None:
        self.ended = threading.Event()
        self.made: Board | Exception | None = None
        self._make = make
        self._index = index
        threading.Thread(target=self._run, name=f"open-{index}", daemon=True).start()

    def result(self) -> Board:
        if isinstance(self.made, Refused):
            raise self.made.again()
        if isinstance(self.made, Board):
            return self.made
        raise RuntimeError(f"GPU {self._index} was not opened") from self.made

    def _run(self) -> None:
        try:
            self.made = self._make(self._index)
        except Exception as error:  # noqa: BLE001  handed to whoever asks
            self.made = error
        finally:
            self.ended.set()
