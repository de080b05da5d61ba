"""The weeks before a simulated fleet was looked at, as a file for Prometheus' own tool."""

from pathlib import Path

from warpwatch.app.fleet import FleetSettings
from warpwatch.clock import ManualClock
from warpwatch.errors import InputError
from warpwatch.expo.openmetrics import END, text


def write(settings: FleetSettings, now: float, since: float, until: float, out: Path) -> int:
    """How many samples were written; `now` is when the living fleet began."""
    from warpwatch.sources.sim.fleet import fleet
    from warpwatch.sources.sim.past.detail import CLOSE
    from warpwatch.sources.sim.past.replay import played, racks
    from warpwatch.sources.sim.past.rhythm import Rhythm
    from warpwatch.sources.sim.past.series import series

    rhythm = Rhythm(now)
    made = fleet(
        clock=ManualClock(rhythm.begin),
        nodes=settings.nodes,
        gpus=settings.gpus,
        boards=settings.boards,
        seed=settings.seed,
        mig=settings.mig,
        rhythm=rhythm,
    )
    span = max(since, rhythm.begin), min(until, now)
    past = played(tuple(racks(made, rhythm)), *span, close=now - CLOSE)
    count = 0
    try:
        with out.open("w", encoding="utf-8") as file:
            for each in series(past):
                times = past.times[each.first : each.first + len(each.values)]
                lines = text(each.name, each.labels, times, each.values, each.digits)
                count += lines.count("\n")
                file.write(lines)
            file.write(END)
    except OSError as error:
        raise InputError(str(out), f"cannot be written: {error.strerror}") from error
    return count
