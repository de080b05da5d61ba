"""Which GPUs there are, and how a driver that comes, goes or fails is followed.

Nothing here ends the program or needs it to be started again: without a driver the inventory
is empty and says why, and the driver is looked for again, ever more rarely.
"""

import logging
import os
import threading
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

from warpwatch.clock import Clock
from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Reading, Reason, Report
from warpwatch.sources.base import Inventory, SourceInfo
from warpwatch.sources.nvml import absence
from warpwatch.sources.nvml.board import Board
from warpwatch.sources.nvml.door import Door, Refused
from warpwatch.sources.nvml.listener import Listener
from warpwatch.sources.nvml.opening import Opening
from warpwatch.sources.nvml.patience import Patience

log = logging.getLogger(__name__)

BOUND = Path("/proc/driver/nvidia/gpus")
"""Where Linux lists the GPUs that the driver holds, which the library does not look at again."""


class NvmlSource:
    """`inventory` opens and closes, one caller at a time; `read` only reads what is open. Until
    then nothing is asked of the driver, since that may hang.
    """

    def __init__(
        self,
        door: Door,
        clock: Clock,
        listener: Listener | None = None,
        *,
        bound: Path = BOUND,
        visible: str = "",
    ) -> None:
        """`visible`: what NVIDIA_VISIBLE_DEVICES says, to explain what is not to be seen."""
        self._door = door
        self._clock = clock
        self._bound = bound
        self._visible = visible
        self._turn = threading.Lock()
        self._listener = listener or Listener(clock)
        self._patience = Patience(clock)
        self._second_tries = Patience(clock)
        """Of GPUs that could not be opened."""
        self._wish: float | None = None
        """Seconds for which the driver is to be let go, until that could be done."""
        self._refusal_said = False
        self._away_until: float | None = None
        self._boards: dict[Device, Board] = {}
        self._opening = Opening(self._make)
        self._refused: dict[int, str] = {}
        """GPUs that are there and cannot be opened, and why."""
        self._started = False
        self._closed = False
        self._driver = ""
        self._seen: frozenset[str] = frozenset()
        self._inventory = Inventory(SourceInfo("none"), ())

    def inventory(self) -> Inventory:
        with self._turn:
            if not self._closed:
                self._follow()
            return self._inventory

    def read(self, device: Device, fields: AbstractSet[int]) -> Report:
        board = self._boards.get(device)
        if board is not None:
            return board.read(fields)
        away = self._away_until is not None
        gaps = dict.fromkeys(fields, Reason.RELEASED if away else Reason.LOST)
        return Report(device, self._clock.now(), (Reading(device, {}, gaps),))

    def release(self, seconds: float) -> None:
        """Done when the inventory is next looked at, since no read is on its way then."""
        self._wish = seconds

    def close(self) -> None:
        """Whatever a hung call holds is left to the end of the process."""
        if self._turn.acquire(blocking=False):
            try:
                self._closed = True
                self._shut()
            finally:
                self._listener.end()
                self._turn.release()

    def _follow(self) -> None:
        before = self._inventory.info.detail
        if self._wish is not None:
            self._let_go(self._wish)
        elif self._away_until is not None:
            self._come_back(self._away_until)
        elif not self._started:
            if self._patience.over:
                self._start()
        elif self._changed() or (self._failed() and self._patience.over):
            if self._shut():
                self._start()
        elif self._refused and (self._second_tries.over or self._opening.answered):
            self._second_tries.tried()
            self._open(sorted(self._refused))
        detail = self._inventory.info.detail
        trouble = bool(self._refused) or not self._inventory.devices
        # That all is well at the start is said by whoever started us.
        if detail != before and (before or trouble):
            log.log(logging.WARNING if trouble else logging.INFO, detail)

    def _let_go(self, seconds: float) -> None:
        """Nothing of the driver's stays open; its GPUs stay in the inventory."""
        if not self._shut():
            if not self._refusal_said:
                log.warning("the driver cannot be let go yet: a call hangs in it; trying on")
            self._refusal_said = True
            return
        self._refusal_said = False
        if self._wish == seconds:
            self._wish = None
        self._away_until = self._clock.monotonic() + seconds
        detail = f"NVIDIA's driver, let go on request for {seconds:g} s"
        self._announce(replace(self._inventory.info, detail=detail), self._inventory.devices)

    def _come_back(self, until: float) -> None:
        if self._clock.monotonic() < until:
            return
        self._away_until = None
        log.info("the driver is opened again")
        self._patience.renew()
        self._start()

    def _start(self) -> None:
        self._patience.tried()
        self._second_tries = Patience(self._clock)
        self._second_tries.tried()
        try:
            self._door.call("nvmlInit")
        except Refused as refusal:
            self._absent(refusal)
            return
        self._started = True
        try:
            self._driver = self._door.call("nvmlSystemGetDriverVersion")
            self._seen = self._census()
            self._open(range(self._door.call("nvmlDeviceGetCount")))
        except Refused as refusal:
            self._shut()
            self._absent(refusal)

    def _absent(self, refusal: Refused) -> None:
        self._settle(SourceInfo("none", detail=absence.describe(refusal)), {})

    def _open(self, indices: Iterable[int]) -> None:
        """Opens what can be opened; a GPU that cannot costs itself and is tried again."""
        opened = {board.gpu.index: board for board in self._boards.values()}
        for index in indices:
            self._refused.pop(index, None)
            try:
                opened[index] = self._opening.open(index)
            except Refused as refusal:
                self._refused[index] = f"GPU {index} cannot be opened: {refusal.message}"
        known = len(opened) + len(self._refused)
        said = (
            "NVIDIA's driver on this machine" if known else "NVIDIA's driver is there, and no GPU",
            absence.subset(known, len(self._seen), self._visible),
            *(self._refused[index] for index in sorted(self._refused)),
        )
        detail = "; ".join(filter(None, said))
        boards: dict[Device, Board] = {opened[i].gpu: opened[i] for i in sorted(opened)}
        self._settle(SourceInfo("nvml", driver=self._driver, detail=detail), boards)

    def _make(self, index: int) -> Board:
        return Board(self._door, self._clock, self._listener, index, self._opened)

    def _opened(self) -> Iterable[Board]:
        return self._boards.values()

    def _settle(self, info: SourceInfo, boards: dict[Device, Board]) -> None:
        self._boards = boards
        self._announce(info, tuple(boards))

    def _announce(self, info: SourceInfo, devices: tuple[Device, ...]) -> None:
        """The same inventory as before is the same object: so it is known that nothing changed."""
        inventory = Inventory(info, devices)
        if inventory != self._inventory:
            self._inventory = inventory

    def _shut(self) -> bool:
        """Not while a call is on its way: what it uses must not be freed under it."""
        held: list[Board] = []
        if self._opening.hangs:
            return False
        try:
            for board in self._boards.values():
                if not board.lock.acquire(blocking=False):
                    return False
                held.append(board)
            if not self._listener.let_go():
                return False
            for board in held:
                board.close()
            self._opening.forget()
            if self._started:
                self._door.let_go("nvmlShutdown")
        finally:
            for board in held:
                board.lock.release()
        self._started = False
        self._boards, self._refused = {}, {}
        return True

    def _changed(self) -> bool:
        """Whether GPUs came or went; the library knows those of its start, and no later ones."""
        try:
            count = self._door.call("nvmlDeviceGetCount")
        except Refused:
            return False
        return count != len(self._boards) + len(self._refused) or self._census() != self._seen

    def _census(self) -> frozenset[str]:
        try:
            return frozenset(os.listdir(self._bound))  # noqa: PTH208  at every read, at half the cost
        except OSError:
            return frozenset()

    def _failed(self) -> bool:
        """Whether no GPU answers any more, and not because it is lost or slow, or none could be
        opened: then it is the driver that went, as when it was unloaded and loaded again.
        """
        silent = {board.silent for board in self._boards.values()}
        if None in silent:
            self._patience.renew()
        none = silent <= {Reason.FAILED} and bool(self._boards or self._refused)
        return none and not self._opening.hangs
