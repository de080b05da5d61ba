"""A past, put into the storage of a Prometheus that runs.

It is made piece by piece by a program that is told of a span and a file, turned into blocks by
promtool, and moved in whole: Prometheus looks for new blocks every minute. What is done is
written down, so that an `up` after one that was stopped goes on with the same past.
"""

import asyncio
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from warpwatch.clock import Clock
from warpwatch.errors import WarpwatchError
from warpwatch.stack.command import ask

PATIENCE = 600.0
BLOCK = 486 * 3600.0
"""What promtool makes of 720h: blocks last two hours times a power of three, and end at multiples
of that. A file that reaches over such an end would be read once for each side.
"""
PIECE = 5 * 86400.0
AHEAD = 2
"""Pieces that are written at once: each has a processor of its own to fill."""
Make = Callable[[float, float, float, Path], Sequence[str]]
"""The command that writes what there was from one time to another, before a moment."""


class Progress(msgspec.Struct, frozen=True):
    now: float
    """Where the past ends: when it was first asked for."""
    left: tuple[tuple[float, float], ...]
    """Newest first: that is looked at first."""
    took: float = 0.0

    @property
    def done(self) -> bool:
        return not self.left


@dataclass(frozen=True, slots=True)
class Backfill:
    make: Make
    promtool: Path
    data: Path
    """Of the Prometheus."""
    place: Path
    """Where pieces lie until they are whole, on the same disk."""
    clock: Clock

    async def run(self, now: float, length: float) -> Progress:
        """All of it that is not there yet. Raises what a user can mend."""
        progress = self.progress() or Progress(now, tuple(pieces(now - length, now)))
        if progress.done:
            return progress
        began = self.clock.monotonic()
        self._clean()
        try:
            await self._fill(progress, began)
        finally:
            self._clean()
        return self.progress() or progress

    async def _fill(self, progress: Progress, began: float) -> None:
        """Some pieces are written while promtool works on the one before."""
        left = deque(progress.left)
        ahead: deque[asyncio.Task[Path]] = deque()
        try:
            for done in range(1, len(progress.left) + 1):
                while left and len(ahead) < AHEAD:
                    ahead.append(asyncio.create_task(self._written(progress.now, left.popleft())))
                await self._stored(await ahead[0])
                ahead.popleft()
                took = progress.took + self.clock.monotonic() - began
                self._note(Progress(progress.now, progress.left[done:], took))
        finally:
            for task in ahead:
                task.cancel()
            await asyncio.gather(*ahead, return_exceptions=True)

    async def _written(self, now: float, piece: tuple[float, float]) -> Path:
        file = self.place / f"{piece[0]:.0f}.txt"
        await _run(self.make(now, *piece, file))
        return file

    async def _stored(self, file: Path) -> None:
        blocks = file.with_suffix(".blocks")
        words = ("tsdb", "create-blocks-from", "openmetrics", "--quiet")
        await _run(
            [str(self.promtool), *words, "--max-block-duration=720h", str(file), str(blocks)]
        )
        await asyncio.to_thread(self._move, file, blocks)

    def _move(self, file: Path, blocks: Path) -> None:
        """A block is there as a whole or not at all."""
        file.unlink()
        self.data.mkdir(parents=True, exist_ok=True)
        for block in sorted(blocks.iterdir()):
            if (block / "meta.json").exists():
                block.rename(self.data / block.name)

    def progress(self) -> Progress | None:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Progress)
        except (OSError, msgspec.MsgspecError):
            return None

    @property
    def _file(self) -> Path:
        return self.place.with_suffix(".json")

    def _note(self, progress: Progress) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(progress))
        fresh.replace(self._file)

    def _clean(self) -> None:
        shutil.rmtree(self.place, ignore_errors=True)
        if self._file.parent.exists():
            self.place.mkdir(exist_ok=True)


def pieces(since: float, until: float) -> Iterator[tuple[float, float]]:
    """Newest first, none over the end of a block."""
    while until > since:
        begin = max(since, until - PIECE, (-(-until // BLOCK) - 1) * BLOCK)
        yield begin, until
        until = begin


async def _run(words: Sequence[str]) -> None:
    done = await ask(words, patience=PATIENCE)
    if done.code:
        last = (done.text.splitlines() or ["it said nothing"])[-1]
        raise WarpwatchError(f"{Path(words[0]).name} failed: {last}", hint=" ".join(words))
