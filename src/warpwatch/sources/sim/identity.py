"""Serial numbers and addresses: made up, but the same at every start and unlike any other's."""

import uuid
from dataclasses import dataclass

from warpwatch.sources.sim.chance import seed_of

_BUSES = (0x1B, 0x43, 0x52, 0x61, 0x9D, 0xC3, 0xD1, 0xDF)
"""Where a baseboard of eight has its GPUs, as seen on common servers."""


@dataclass(frozen=True, slots=True)
class Papers:
    serial: str
    driver: str
    uptime: float
    """Seconds the driver had been loaded when the simulation began."""


def gpu_uuid(seed: int, node: str, index: int) -> str:
    return f"GPU-{_uuid(seed, node, index)}"


def instance_uuid(seed: int, node: str, index: int, instance: int) -> str:
    return f"MIG-{_uuid(seed, node, index, instance)}"


def pci_bus_id(index: int) -> str:
    """Domain of eight digits; a ninth GPU opens the next PCI domain."""
    domain, slot = divmod(index, len(_BUSES))
    return f"{domain:08X}:{_BUSES[slot]:02X}:00.0"


def papers(seed: int, node: str, index: int, driver: str) -> Papers:
    chance = seed_of(seed, node, index, "papers")
    days = seed_of(seed, node, "uptime") % 40 + 2
    return Papers(
        serial=f"16{chance % 10**11:011d}", driver=driver, uptime=days * 86400.0 + chance % 3600
    )


def _uuid(*parts: object) -> str:
    words = (seed_of(*parts, "high") << 64) | seed_of(*parts, "low")
    return str(uuid.UUID(int=words, version=4))
