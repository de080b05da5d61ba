"""One child: started, held to its health, started again when it ends, and ended with us."""

import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from warpwatch.clock import Clock
from warpwatch.stack.log_file import LogFile
from warpwatch.stack.ready import answers

log = logging.getLogger(__name__)

LEASH = Path(__file__).with_name("leash.py")
LONGEST_LINE = 65536


class State(StrEnum):
    STARTING = "starting"
    READY = "ready"
    SILENT = "silent"
    WAITING = "waiting to start again"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds."""

    look: float = 5.0
    """Between two looks at one that is ready."""
    eager: float = 0.1
    """The same, until it is."""
    patience: float = 3.0
    """For an answer."""
    silence: float = 30.0
    """Without an answer from one that was ready, until it is taken for hung."""
    first_wait: float = 1.0
    longest_wait: float = 60.0
    grace: float = 10.0
    """Between SIGTERM and SIGKILL."""


@dataclass(frozen=True, slots=True)
class Spec:
    name: str
    command: Sequence[str]
    listen: str
    path: str
    """Answers 200 once it is ready."""
    mend: Callable[[Sequence[str]], str] = lambda _: ""
    """From its last words: what was done, so that it can start again."""


class Keeper:
    def __init__(
        self, spec: Spec, clock: Clock, pace: Pace, out: LogFile, changed: Callable[[], None]
    ) -> None:
        self.spec = spec
        self.state = State.STARTING
        self.note = ""
        self.pid = 0
        self.since = clock.now()
        self.restarts = 0
        self.settled = asyncio.Event()
        """Set once it was ready, or has failed for the first time."""
        self._clock = clock
        self._pace = pace
        self._out = out
        self._changed = changed
        self._shown = (self.state, self.note, self.pid)

    @property
    def trouble(self) -> str:
        """What is to be said of it: why it ended, or why its log is not written."""
        return "; ".join(filter(None, (self.note, self._out.problem)))

    async def run(self) -> None:
        """Until it is cancelled, which ends the child."""
        wait = self._pace.first_wait
        while True:
            began = self._clock.monotonic()
            ended = await self._live()
            if self._clock.monotonic() - began > self._pace.longest_wait:
                wait = self._pace.first_wait
            mended = self.spec.mend(tuple(self._out.last))
            self.restarts += 1
            self._become(State.WAITING, mended or ended)
            log.warning("%s %s; it is started again in %.0f s", self.spec.name, self.note, wait)
            self.settled.set()
            await self._clock.sleep(wait)
            wait = min(2 * wait, self._pace.longest_wait)

    async def _live(self) -> str:
        """One life of the child; how it ended."""
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid())),
                *self.spec.command,
                stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, process_group=0, limit=LONGEST_LINE,
            )  # fmt: skip
        except OSError as error:
            return f"cannot be started: {error.strerror}"
        self.pid = process.pid
        self._become(State.STARTING, self.note)
        reading = asyncio.create_task(self._read(process))
        watching = asyncio.create_task(self._watch())
        ending = asyncio.create_task(process.wait())
        try:
            await asyncio.wait({watching, ending}, return_when=asyncio.FIRST_COMPLETED)
            hung = not ending.done()
        finally:
            watching.cancel()
            await _end(process, ending, self._pace.grace)
            await asyncio.wait({reading}, timeout=1.0)
            reading.cancel()
            self.pid = 0
            self._become(State.STOPPED, self.note)
        if hung:
            return f"did not answer for {self._pace.silence:.0f} s, and was ended"
        return f"ended {_how(process.returncode or 0)}: {self._last_word()}"

    async def _watch(self) -> None:
        """Returns once it is taken for hung. One that is not ready yet is given time: reading
        what was written before a crash takes a large Prometheus minutes.
        """
        pace, heard = self._pace, self._clock.monotonic()
        while self._clock.monotonic() - heard < pace.silence or self.state is State.STARTING:
            if await answers(self.spec.listen, self.spec.path, pace.patience):
                heard = self._clock.monotonic()
                self.settled.set()
                self._become(State.READY, "")
            elif self.state is State.READY:
                self._become(State.SILENT, f"{self.spec.listen}{self.spec.path} does not answer")
            starting = self.state is State.STARTING
            await self._clock.sleep(pace.eager if starting else pace.look)

    async def _read(self, process: Process) -> None:
        """Its output, line by line; what is longer than a line may be is cut."""
        if process.stdout is None:
            return
        while True:
            try:
                line = await process.stdout.readuntil()
            except asyncio.IncompleteReadError as error:
                line = error.partial
            except asyncio.LimitOverrunError as error:
                line = await process.stdout.read(max(error.consumed, 1))
            if not line:
                return
            self._out.write(line)

    def _last_word(self) -> str:
        """The last line that complains, else the last one."""
        lines = [line for line in self._out.last if line]
        bad = [line for line in lines if "level=error" in line.lower() or "error:" in line.lower()]
        return (bad or lines or ["it said nothing"])[-1]

    def _become(self, state: State, note: str) -> None:
        shown = (state, note, self.pid)
        if shown == self._shown:
            return
        if state is not self.state:
            self.since = self._clock.now()
        self.state, self.note, self._shown = state, note, shown
        self._changed()


async def _end(process: Process, ending: asyncio.Task[int], grace: float) -> None:
    """The child and whatever it has started itself. Not by asyncio.timeout(): before Python
    3.11.3 its end, in a task that is being cancelled, is a cancellation, and nothing is killed.
    """
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, None)):
        if ending.done() and number is signal.SIGTERM:
            continue
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        await asyncio.wait({ending}, timeout=patience)


def _how(code: int) -> str:
    names = {number.value: number.name for number in signal.Signals}
    return f"with code {code}" if code >= 0 else f"by {names.get(-code, f'signal {-code}')}"
