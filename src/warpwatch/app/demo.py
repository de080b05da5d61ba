"""The demonstration: a simulated fleet with a past, rules in a hurry, and stories to play."""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from warpwatch.app import faults
from warpwatch.app.fleet import FleetSettings
from warpwatch.clock import Clock
from warpwatch.errors import UsageError, WarpwatchError
from warpwatch.exporter.settings import DEFAULT_COUNTERS
from warpwatch.stack.backfill import Backfill
from warpwatch.stack.binaries import Finder
from warpwatch.stack.places import Places
from warpwatch.stack.service import Background, Tell
from warpwatch.stack.settings import Settings
from warpwatch.stack.tools import PROMTOOL

if TYPE_CHECKING:
    from warpwatch.sources.sim.stories import Step, Story

log = logging.getLogger(__name__)

FLEET = FleetSettings(
    nodes=16,
    gpus=8,
    boards=("H100", "A100", "L40S", "H200"),
    seed=1,
    listen="",
    compat="classic",
    collectors=DEFAULT_COUNTERS,
)
HURRY = 10.0
"""So much faster alerts judge in a demonstration, for nobody wants to watch one for an hour."""
DATA = "demonstration"
"""Its measurements lie apart: nobody may find invented numbers among real ones later."""
EVERY_STORY = "all"
_DAYS = 30
_RETENTION = "45d"
_SCRAPE_INTERVAL = "5s"
"""So that the windows of rules in a hurry hold several scrapes."""
_NORMAL = 20.0
"""Seconds in which it is seen how things are before a story begins."""


def _print(line: str) -> None:
    log.info("%s", line)


@dataclass(frozen=True, slots=True)
class Demo:
    """A simulated fleet instead of this machine's GPUs."""

    mig: bool = False
    story: str = ""
    """Its name, EVERY_STORY, or none."""
    say: Callable[[str], None] = _print
    """How the lines of a story reach people."""


def around(settings: Settings) -> Settings:
    """What a demonstration needs of a stack, unless it is said otherwise."""
    usual = Settings()
    interval, retention = settings.scrape_interval, settings.retention_time
    return msgspec.structs.replace(
        settings,
        scrape_interval=_SCRAPE_INTERVAL if interval == usual.scrape_interval else interval,
        retention_time=_RETENTION if retention == usual.retention_time else retention,
    )


def chosen(name: str) -> "tuple[Story, ...]":
    """The stories of a name."""
    from warpwatch.sources.sim.decode import did_you_mean
    from warpwatch.sources.sim.stories import STORIES

    if not name:
        return ()
    found = tuple(story for story in STORIES if name in {EVERY_STORY, story.name})
    if not found:
        hint = did_you_mean(name, [story.name for story in STORIES], "stories")
        raise UsageError(f"--story: there is none of the name {name!r}", hint=hint)
    return found


def background(
    demo: Demo,
    simulated: FleetSettings,
    *,
    socket: Path,
    where: Places,
    finder: Finder,
    clock: Clock,
    ours: bool,
) -> Iterator[Background]:
    """What goes on beside the stack of a demonstration. A past is written into a Prometheus of
    `ours` alone; stories are played whoever watches.
    """

    async def past(tell: Tell) -> None:
        tell("past", await _past(simulated, where, finder, clock, tell))

    async def stories(tell: Tell) -> None:
        await clock.sleep(_NORMAL)
        for story in chosen(demo.story):
            await _play(story, demo, socket, clock, tell)

    if ours:
        yield past
    if demo.story:
        yield stories


async def _past(
    simulated: FleetSettings, where: Places, finder: Finder, clock: Clock, tell: Tell
) -> str:
    """What became of it."""
    promtool = finder.here(PROMTOOL)
    if promtool is None or simulated.begin is None:
        return "no simulated past: promtool is not there"
    length = _DAYS * 86400.0
    fill = Backfill(_maker(simulated), promtool, where.data(DATA), where.data("past"), clock)
    tell("past", f"{_DAYS} days of simulated past are being written")
    try:
        done = await fill.run(simulated.begin, length)
    except WarpwatchError as error:
        log.warning("%s (next: %s)", error.message, error.hint)
        return f"no simulated past: {error.message}"
    until = datetime.fromtimestamp(done.now, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{_DAYS} days of simulated past up to {until}, written in {done.took:.0f} s"


def _maker(simulated: FleetSettings) -> Callable[[float, float, float, Path], list[str]]:
    """In a process of its own: it is much work, and pages are to be served meanwhile."""
    fleet = [f"--nodes={simulated.nodes}", f"--gpus={simulated.gpus}", f"--seed={simulated.seed}"]
    fleet += [f"--board={board}" for board in simulated.boards]

    def make(now: float, since: float, until: float, out: Path) -> list[str]:
        times = [f"--now={now!r}", f"--since={since!r}", f"--until={until!r}"]
        mig = ["--mig"] if simulated.mig else []
        me = [sys.executable, "-m", "warpwatch", "sim"]
        return [*me, *fleet, "history", *times, *mig, str(out)]

    return make


async def _play(story: "Story", demo: Demo, socket: Path, clock: Clock, tell: Tell) -> None:
    demo.say(f"story {story.name}: {story.text}")
    for step in story.steps:
        await clock.sleep(step.after)
        line = await _step(step, story, socket)
        demo.say(f"  {line}")
        tell("story", f"{story.name}: {line}")
    await clock.sleep(story.lasts)
    demo.say(f"story {story.name} is over")
    tell("story", f"{story.name} is over")


async def _step(step: "Step", story: "Story", socket: Path) -> str:
    lasting = story.lasts + sum(each.after for each in story.steps)
    request = {**step.request, "for": f"{lasting:.0f}s"}
    try:
        await asyncio.to_thread(faults.ask, socket, request)
    except WarpwatchError as error:
        return f"could not be played: {error.message}"
    return step.says + (f"; expect {step.expects}" if step.expects else "")
