"""Lets profiling be paused in an exporter that runs, and asks for it."""

from pathlib import Path

from warpwatch import control
from warpwatch.app import sockets
from warpwatch.errors import InputError
from warpwatch.exporter.service import Exporter

VERBS = ("pause", "resume", "status")


def ask(path: Path | None, request: control.Request) -> control.Reply:
    """Of the one exporter that runs here, where no path is given."""
    return control.send(path or sockets.find(sockets.EXPORTER), request)


def handle(exporter: Exporter, request: control.Request) -> control.Reply:
    """{"profile": "pause", "for": "10m"}, {"profile": "resume"} or {"profile": "status"}; the
    reply says how things stand then.
    """
    match request.get("profile"):
        case "pause":
            exporter.pause.begin(sockets.lasting(request))
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
