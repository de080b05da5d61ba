"""Lets an exporter that runs be asked to let go of the driver, and asks for it."""

import logging
from pathlib import Path

from warpwatch import control
from warpwatch.app import sockets
from warpwatch.errors import InputError
from warpwatch.exporter.service import Exporter
from warpwatch.sources.base import Releasable, Source

log = logging.getLogger(__name__)


def ask(path: Path | None, lasting: str | None) -> control.Reply:
    """Of the one exporter that runs here, where no path is given."""
    request = {"release": "driver"} | ({"for": lasting} if lasting else {})
    return control.send(path or sockets.find(sockets.EXPORTER), request)


def handle(
    source: Source, usual: float, exporter: Exporter, request: control.Request
) -> control.Reply:
    """{"release": "driver", "for": "5m"}, or without a time for the usual one."""
    what = request.get("release")
    if what != "driver":
        raise InputError("the request: release", f"{what!r} is not known", hint="it is driver")
    given = sockets.lasting(request)
    seconds = usual if given is None else given
    if not seconds:
        raise InputError("the request: for", "is no time at all", hint="such as 60s")
    return {"released": release(source, seconds, exporter), "for": seconds}


def release(source: Source, seconds: float, exporter: Exporter) -> bool:
    """Whether there is anything to let go of."""
    if not isinstance(source, Releasable):
        log.info("asked to let go of the driver: without effect, since this source holds none")
        return False
    log.info("asked to let go of the driver for %g s", seconds)
    source.release(seconds)
    exporter.hurry()
    return True
