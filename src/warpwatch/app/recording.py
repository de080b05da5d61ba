"""Writing down what a source says."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from warpwatch.app.serving import unless_stopped
from warpwatch.app.sources import DEMO, first_look, open_source
from warpwatch.clock import SystemClock
from warpwatch.errors import Unreachable
from warpwatch.exporter.sampler import Pace, Sampler

if TYPE_CHECKING:
    from warpwatch.sources.replay.writer import Written


def record(
    name: str,
    output: Path,
    *,
    node: str,
    interval: float,
    lasting: float,
    fields: frozenset[int],
    force: bool,
    announce: Callable[[str], None],
) -> "Written":
    """Writes down what a source says, until told to stop or for as long as was asked."""
    from warpwatch.sources.replay.recorder import Recorder

    clock = SystemClock()
    source = open_source(name, clock, node).source

    async def main() -> "Written":
        info = await first_look(source)
        if info.name == "none":
            raise Unreachable(info.detail, hint=f"record simulated GPUs: --source {DEMO}")
        recorder = Recorder(source, clock, output, interval=interval, fields=fields, force=force)
        # Only what was not written yet is news to a recorder: all else is stale at once.
        pace = Pace(interval=interval, stale_after=0.0)
        sampler = Sampler(recorder.tap, clock, pace, fields=fields, windows=(1.0, 1.0))
        announce(info.detail)
        try:
            await unless_stopped(recorder.run(sampler, lasting))
        finally:
            await sampler.close()
            written = recorder.close()
        return written

    return asyncio.run(main())
