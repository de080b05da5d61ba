"""Disk: that there is room for what the stack which runs here measures; of others nobody knows."""

from warpwatch.doctor.finding import Findings, Link
from warpwatch.doctor.pipe import Pipe

_ROOM = "make room, or keep less: retention_size and retention_time under [stack]"


async def check(pipe: Pipe) -> Findings:
    if pipe.disk:
        yield Link("disk", "df").problem(pipe.disk, _ROOM)
