"""Faults for a running simulation: its socket, and what can be asked for through it."""

import json
import sys
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from warpwatch import control
from warpwatch.app import sockets

if TYPE_CHECKING:
    from warpwatch.sources.sim.control import Target
    from warpwatch.sources.sim.faults.fault import Fault
    from warpwatch.sources.sim.mishap import Mishap


def listening(simulation: "Target", port: int) -> AbstractAsyncContextManager[None]:
    """Lets `sim inject` reach a simulation while it runs."""
    from warpwatch.sources.sim.control import handle

    return sockets.listening(sockets.SIMULATION, port, partial(handle, simulation))


def ask(path: Path | None, request: control.Request) -> control.Reply:
    """Of the one simulation that runs here, where no path is given."""
    return control.send(path or sockets.find(sockets.SIMULATION), request)


@dataclass(frozen=True, slots=True)
class KnownFault:
    name: str
    parameters: tuple[str, ...]
    text: str


_EVERYWHERE = {"gpu", "at", "for"}


def known_faults() -> tuple[KnownFault, ...]:
    """What a simulation can be made to suffer; the texts are those of the modules."""
    import msgspec.structs

    from warpwatch.sources.sim.faults import FAULTS
    from warpwatch.sources.sim.fleet import RUSH
    from warpwatch.sources.sim.hosts.faults import HOST_FAULTS
    from warpwatch.sources.sim.programs.faults import PROGRAM_FAULTS

    kinds: list[tuple[type[Fault | Mishap], str, str | None]] = [
        *((fault, "", sys.modules[fault.__module__].__doc__) for fault in FAULTS),
        *((fault, "a node of a fleet: ", fault.__doc__) for fault in HOST_FAULTS),
        *((fault, f"{fault.of} in a fleet: ", fault.__doc__) for fault in PROGRAM_FAULTS),
    ]
    known = tuple(
        KnownFault(
            fault.name(),
            tuple(
                f"{field.encode_name}="
                + ("…" if field.default is msgspec.NODEFAULT else json.dumps(field.default))
                for field in msgspec.structs.fields(fault)
                if field.encode_name not in _EVERYWHERE
            ),
            of + " ".join((text or "").split()),
        )
        for fault, of, text in kinds
    )
    return (
        *known,
        KnownFault(RUSH, ('workload="training"',), "a fleet: every free GPU is taken."),
    )
