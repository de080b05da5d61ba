"""Pictures as tests want them, and a feed that shows them one after the other."""

import asyncio
from collections.abc import Mapping, Sequence

from warpwatch.clock import ManualClock
from warpwatch.errors import WarpwatchError
from warpwatch.terminal.picture import OK, Picture, Process, Row, Work

FIGURES = {
    "activity_ratio": 0.5,
    "memory_used_bytes": 40.0 * 2**30,
    "memory_total_bytes": 80.0 * 2**30,
    "temperature_celsius": 60.0,
    "power_watts": 300.0,
    "power_limit_watts": 700.0,
}


def row(gpu: int, *, node: str = "n1", state: str = OK, works: Sequence[Work] = (),
        alerts: Sequence[str] = (), **figures: float | None) -> Row:  # fmt: skip
    """With the usual figures, but for those that are named; None takes one away."""
    told = {key: value for key, value in {**FIGURES, **figures}.items() if value is not None}
    return Row(
        node=node,
        gpu=str(gpu),
        uuid=f"GPU-{node}-{gpu}",
        model="NVIDIA H100",
        figures=told,
        state=state,
        works=tuple(works),
        alerts=tuple(alerts),
    )


def picture(
    *rows: Row,
    time: float = 1000.0,
    note: str = "",
    simulated: Sequence[str] = (),
    processes: Sequence[Process] = (),
) -> Picture:
    return Picture(
        origin="a test",
        time=time,
        rows=rows,
        note=note,
        simulated=frozenset(simulated),
        processes=tuple(processes),
    )


class Told:
    """A feed that tells what a test wants it to: a picture, or what went wrong."""

    interval = 1.0

    def __init__(self, *told: Picture | WarpwatchError) -> None:
        self.told = list(told)
        self.asked = 0
        self.silent = False
        """Whether it does not answer at all."""

    async def picture(self) -> Picture:
        if self.silent:
            await asyncio.get_running_loop().create_future()
        now = self.told[min(self.asked, len(self.told) - 1)]
        self.asked += 1
        if isinstance(now, WarpwatchError):
            raise now
        return now

    async def before(self) -> Mapping[tuple[str, str, str, str], list[float]]:
        return {}

    async def aclose(self) -> None:
        """There is nothing to let go of."""


def clock() -> ManualClock:
    return ManualClock(1000.0)
