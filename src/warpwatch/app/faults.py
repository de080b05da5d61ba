"""Faults for a running simulation: its socket, and what can be asked for through it."""

import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warpwatch import config
from warpwatch.errors import InputError, Unreachable, WarpwatchError

if TYPE_CHECKING:
    from warpwatch.sources.sim.control import Target


@asynccontextmanager
async def listening(simulation: "Target", port: int) -> AsyncIterator[None]:
    """Lets `sim inject` reach a simulation while it runs."""
    from warpwatch.sources.sim import control

    path = control_socket(port)
    _own(path.parent)
    async with control.serve(path, simulation):
        yield


def _own(directory: Path) -> None:
    """Makes a directory that is this user's alone, or refuses one that somebody else prepared."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.stat()
    except OSError as error:
        raise InputError(
            str(directory), f"cannot be made: {error.strerror}", hint="set XDG_RUNTIME_DIR"
        ) from error
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise InputError(
            str(directory),
            "others may write in it, or it is another user's",
            hint="remove it, or set XDG_RUNTIME_DIR to a directory of your own",
        )


def control_socket(port: int) -> Path:
    return config.runtime_directory() / f"sim-{port}.sock"


def find_control_socket() -> Path:
    """The socket of the one simulation that runs here."""
    found = sorted(filter(_answers, config.runtime_directory().glob("sim-*.sock")))
    if len(found) == 1:
        return found[0]
    if not found:
        raise Unreachable(
            f"no simulation runs here: none answers under {config.runtime_directory()}/sim-*.sock",
            hint=f"start one: {config.command()} up, or {config.command()} sim --nodes 10",
        )
    names = ", ".join(map(str, found))
    raise WarpwatchError(f"several simulations run here: {names}", hint="choose with --socket")


def _answers(path: Path) -> bool:
    """Whether somebody listens: a simulation that was killed leaves its socket behind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def control(path: Path, request: Mapping[str, object]) -> Mapping[str, object]:
    from warpwatch.sources.sim import control as client

    return client.send(path, request)


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

    return tuple(
        KnownFault(
            fault.name(),
            tuple(
                f"{field.encode_name}="
                + ("…" if field.default is msgspec.NODEFAULT else json.dumps(field.default))
                for field in msgspec.structs.fields(fault)
                if field.encode_name not in _EVERYWHERE
            ),
            " ".join((sys.modules[fault.__module__].__doc__ or "").split()),
        )
        for fault in FAULTS
    )
