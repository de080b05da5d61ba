"""Which GPUs there are, and how a driver that comes, goes or fails is followed.

Nothing here ends the program or needs it to be started again: without a driver the inventory
is empty and says why, and the driver is looked for again, ever more rarely.
"""

import logging
import threading
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from pathlib import Path

from warpwatch.clock import Clock
from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Reading, Reason, Report
from warpwatch.sources.base import Inventory, SourceInfo
from warpwatch.sources.nvml.board import Board
from warpwatch.sources.nvml.door import Door, Refused
from warpwatch.sources.nvml.patience import Patience

log = logging.getLogger(__name__)

BOUND = Path("/proc/driver/nvidia/gpus")
"""Where Linux lists the GPUs that the driver holds, which the library does not look at again."""


class NvmlSource:
    """`inventory` opens and closes, one caller at a time; `read` only reads what is open."""

    def __init__(self, door: Door, clock: Clock, bound: Path = BOUND) -> None:
        self._door = door
        self._clock = clock
        self._bound = bound
        self._turn = threading.Lock()
        self._patience = Patience(clock)
        self._boards: dict[Device, Board] = {}
        self._refused: dict[int, str] = {}
        """GPUs that are there and cannot be opened, and why."""
        self._started = False
        self._closed = False
        self._driver = ""
        self._seen: frozenset[str] = frozenset()
        self._inventory = Inventory(SourceInfo("none"), ())
        self._start()
        if self._inventory.info.name == "none" or self._refused:
            log.warning(self._inventory.info.detail)

    def inventory(self) -> Inventory:
        with self._turn:
            if not self._closed:
                self._follow()
            return self._inventory

    def read(self, device: Device, fields: AbstractSet[int]) -> Report:
        board = self._boards.get(device)
        if board is not None:
            return board.read(fields)
        gaps = dict.fromkeys(fields, Reason.LOST)
        return Report(device, self._clock.now(), (Reading(device, {}, gaps),))

    def close(self) -> None:
        """Whatever a hung call holds is left to the end of the process."""
        if self._turn.acquire(blocking=False):
            try:
                self._closed = True
                self._shut()
            finally:
                self._turn.release()

    def _follow(self) -> None:
        before = self._inventory.info.detail
        if not self._started:
            if self._patience.over:
                self._start()
        elif self._changed() or (self._failed() and self._patience.over):
            if self._shut():
                self._start()
        elif self._refused and self._patience.over:
            self._patience.tried()
            self._open(sorted(self._refused))
        detail = self._inventory.info.detail
        if detail != before:
            trouble = self._refused or not self._started
            log.log(logging.WARNING if trouble else logging.INFO, detail)

    def _start(self) -> None:
        self._patience.tried()
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
        detail = f"no usable NVIDIA driver: {refusal.message}"
        self._settle(SourceInfo("none", detail=detail), {})

    def _open(self, indices: Iterable[int]) -> None:
        """Opens what can be opened; a GPU that cannot costs itself and is tried again."""
        opened = {board.gpu.index: board for board in self._boards.values()}
        for index in indices:
            self._refused.pop(index, None)
            try:
                opened[index] = Board(self._door, self._clock, index)
            except Refused as refusal:
                self._refused[index] = f"GPU {index} cannot be opened: {refusal.message}"
        complaints = [self._refused[index] for index in sorted(self._refused)]
        detail = "; ".join(("NVIDIA's driver on this machine", *complaints))
        boards: dict[Device, Board] = {opened[i].gpu: opened[i] for i in sorted(opened)}
        self._settle(SourceInfo("nvml", driver=self._driver, detail=detail), boards)

    def _settle(self, info: SourceInfo, boards: dict[Device, Board]) -> None:
        """The same inventory as before is the same object: so it is known that nothing changed."""
        self._boards = boards
        inventory = Inventory(info, tuple(boards))
        if inventory != self._inventory:
            self._inventory = inventory

    def _shut(self) -> bool:
        """Not while a call is on its way: what it uses must not be freed under it."""
        held: list[Board] = []
        try:
            for board in self._boards.values():
                if not board.lock.acquire(blocking=False):
                    return False
                held.append(board)
            for board in held:
                board.close()
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
            return frozenset(path.name for path in self._bound.iterdir())
        except OSError:
            return frozenset()

    def _failed(self) -> bool:
        """Whether no GPU answers any more, and not because it is lost or slow: then it is the
        driver that went, as when it was unloaded and loaded again.
        """
        silent = {board.silent for board in self._boards.values()}
        if None in silent:
            self._patience.renew()
        return silent == {Reason.FAILED}
