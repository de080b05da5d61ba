"""One look at what a source knows."""

import asyncio

from warpwatch.app.sources import open_source
from warpwatch.clock import SystemClock
from warpwatch.exporter import discovery
from warpwatch.exporter.sampler import Pace, Sampler
from warpwatch.fields.catalogue import FIELDS
from warpwatch.fields.field import Scope
from warpwatch.sources.base import SourceInfo

SCOPES = (Scope.GPU, Scope.LINK)
APART = 0.2
"""Seconds between the two reads that profiling figures take."""


def discover(name: str, node: str) -> discovery.Found:
    clock = SystemClock()
    source = open_source(name, clock, node).source
    fields = {field.id for field in FIELDS if field.scope in SCOPES and field.asked}

    async def main() -> discovery.Found:
        pace = Pace(interval=APART, stale_after=10.0)
        sampler = Sampler(source, clock, pace, fields=fields, windows=(1.0, 1.0))
        await sampler.sample()
        await clock.sleep(APART)
        await sampler.sample()
        info = (
            sampler.inventory.info if sampler.inventory else SourceInfo("none", detail="no answer")
        )
        found = discovery.describe(info, sampler.look())
        await sampler.close()
        return found

    return asyncio.run(main())
