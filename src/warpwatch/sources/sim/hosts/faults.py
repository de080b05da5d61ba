"""What can go wrong with a host: one class each, and the list below."""

from typing import Annotated, Literal, get_args

import msgspec

from warpwatch.sources.sim.mishap import Mishap

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Strain:
    """What active faults do to a host just now; cleared at every step."""

    __slots__ = ("down", "errors", "filled", "held")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.down = False
        self.filled: dict[str, float] = {}
        """Share of a file system that is in use at least."""
        self.errors: dict[str, float] = {}
        """Of an interface, a second."""
        self.held = 0.0
        """Share of the memory that is in use at least."""


class HostFault(Mishap, frozen=True):
    """Of a node, whatever its GPUs do."""


class HostDown(HostFault, frozen=True, tag="host_down"):
    """The machine is gone: neither exporter answers, nor any program of its pods."""

    def press(self, strain: Strain, since: float) -> None:
        del since
        strain.down = True


class DiskFull(HostFault, frozen=True, tag="disk_full"):
    """A file system fills up: checkpoints and logs are lost next."""

    mountpoint: Literal["/", "/data"] = "/data"
    share: Share = 1.0

    def press(self, strain: Strain, since: float) -> None:
        del since
        strain.filled[self.mountpoint] = self.share


class NetworkErrors(HostFault, frozen=True, tag="network_errors"):
    """A bad cable: frames arrive damaged, and some are dropped."""

    device: Literal["eth0", "ib0"] = "ib0"
    per_second: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 50.0

    def press(self, strain: Strain, since: float) -> None:
        del since
        strain.errors[self.device] = self.per_second


class HostMemoryFull(HostFault, frozen=True, tag="host_memory_full"):
    """A data loader or a cache takes nearly all of the host's memory."""

    share: Share = 0.98

    def press(self, strain: Strain, since: float) -> None:
        del since
        strain.held = self.share


AnyHostFault = DiskFull | HostDown | HostMemoryFull | NetworkErrors
HOST_FAULTS: tuple[type[HostFault], ...] = get_args(AnyHostFault)
