"""Which source a name on the command line stands for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warpwatch import config
from warpwatch.clock import Clock
from warpwatch.errors import UsageError
from warpwatch.exporter.worker import Worker, patiently
from warpwatch.sources.base import Source, SourceInfo

if TYPE_CHECKING:
    from warpwatch.sources.sim.source import SimSource

DEMO = "sim:8xH100"
DRIVER = ("auto", "nvml")
PATIENCE = 3.0
"""Seconds for a driver to answer at the start; after that it is gone on without."""


@dataclass(frozen=True, slots=True)
class Opened:
    source: Source
    simulation: "SimSource | None" = None
    """The same once more, where it can be told what to suffer."""
    here: bool = False
    """Whether the processes that it tells of are those of this machine."""


def open_source(name: str, clock: Clock, node: str) -> Opened:
    """The source that a name on the command line stands for."""
    kind, _, _ = name.partition(":")
    match kind:
        case "sim":
            from warpwatch.sources.sim import spec
            from warpwatch.sources.sim.source import SimSource

            simulation = SimSource(spec.parse(name), clock, node=node, switches=True)
            return Opened(simulation, simulation)
        case "replay":
            from warpwatch.sources.replay.source import replay

            return Opened(replay(name, clock))
        case _ if name in DRIVER:
            return Opened(_driver(clock), here=True)
        case _:
            raise UsageError(
                f"--source {name!r} is not known",
                hint="one of auto, nvml, sim, sim:8xH100, sim:4xA100,4xT4, sim:FILE.toml, "
                "replay:FILE",
            )


def _driver(clock: Clock) -> Source:
    """The driver's GPUs; while there is no usable driver none, and why. Never simulated ones."""
    import pynvml

    from warpwatch.sources.nvml.door import Door
    from warpwatch.sources.nvml.source import NvmlSource

    return NvmlSource(Door(pynvml), clock, visible=config.visible_devices())


async def first_look(source: Source) -> SourceInfo:
    """What a source says of itself. A driver may hang at once, so it is asked from a thread."""
    scout: Worker[SourceInfo] = Worker("first look")
    info = await patiently(scout.submit(lambda: source.inventory().info), PATIENCE)
    scout.stop()
    return info or SourceInfo("none", detail=f"no answer from the driver in {PATIENCE:.0f} s")
