"""Lets profiling be paused in an exporter that runs, and asks for it."""

from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

from warpwatch import control
from warpwatch.app import sockets
from warpwatch.errors import InputError
from warpwatch.exporter.service import Exporter
from warpwatch.units import Seconds

VERBS = ("pause", "resume", "status")


def listening(exporter: Exporter) -> AbstractAsyncContextManager[None]:
    return sockets.listening(sockets.EXPORTER, exporter.port, partial(handle, exporter))


def ask(path: Path | None, request: control.Request) -> control.Reply:
    """Of the one exporter that runs here, where no path is given."""
    return control.send(path or sockets.find(sockets.EXPORTER), request)


def handle(exporter: Exporter, request: control.Request) -> control.Reply:
    """{"profile": "pause", "for": "10m"}, {"profile": "resume"} or {"profile": "status"}; the
    reply says how things stand then.
    """
    match request.get("profile"):
        case "pause":
            exporter.pause.begin(_seconds(request.get("for")))
        case "resume":
            exporter.pause.end()
        case "status":
            pass
        case other:
            raise InputError(
                "the request: profile", f"{other!r} is not known", hint=f"one of {', '.join(VERBS)}"
            )
    exporter.hurry()
    return {"paused": exporter.pause.active, "left": exporter.pause.left}


def _seconds(text: object) -> float | None:
    if text is None:
        return None
    try:
        return Seconds.parse(text)
    except ValueError as error:
        raise InputError("the request: for", str(error)) from error
