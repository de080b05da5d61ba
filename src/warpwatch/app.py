"""Assembly: from settings to running objects. The only place that knows concrete sources."""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Callable

from warpwatch.clock import Clock, SystemClock
from warpwatch.errors import UsageError
from warpwatch.exporter.service import Exporter
from warpwatch.exporter.settings import Settings
from warpwatch.sources.base import Source

Served = Callable[[Exporter], None]


def open_source(name: str, clock: Clock, node: str) -> Source:
    """The source that a name on the command line stands for."""
    kind, _, _ = name.partition(":")
    match kind:
        case "sim":
            from warpwatch.sources.sim import spec
            from warpwatch.sources.sim.source import SimSource

            return SimSource(spec.parse(name), clock, node=node)
        case "nvml" | "auto" if kind == name:
            return _driver(clock)
        case _:
            raise UsageError(
                f"--source {name!r} is not known",
                hint="one of auto, nvml, sim, sim:8xH100, sim:4xA100,4xT4, sim:FILE.toml",
            )


def _driver(clock: Clock) -> Source:
    """The driver's GPUs; without a usable driver none, and why. Never simulated ones."""
    import pynvml

    from warpwatch.sources.absent import AbsentSource
    from warpwatch.sources.nvml.door import Door, Refused
    from warpwatch.sources.nvml.source import NvmlSource

    try:
        return NvmlSource(Door(pynvml), clock)
    except Refused as refusal:
        return AbsentSource(f"no usable NVIDIA driver: {refusal.message}")


def serve_exporter(settings: Settings, served: Served | None = None) -> None:
    """Serves until told to stop; `served` is called once the page answers."""
    clock = SystemClock()
    source = open_source(settings.source, clock, settings.hostname)
    exporter = Exporter(settings, source, clock)

    async def main() -> None:
        await exporter.start()
        if served is not None:
            served(exporter)
        await until_stopped(exporter.reload)
        await exporter.stop()

    asyncio.run(main())


async def until_stopped(reload: Callable[[], None] | None = None) -> None:
    """Returns at SIGTERM or SIGINT; SIGHUP reloads meanwhile."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if reload is not None:
        loop.add_signal_handler(signal.SIGHUP, reload)
    await stopped.wait()


def log_to_stderr(form: str, *, debug: bool = False) -> None:
    handler = logging.StreamHandler(sys.stderr)
    if form == "json":
        handler.setFormatter(_Json())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler])
    # uvicorn tells of its own starting and stopping; ours says that already.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)
