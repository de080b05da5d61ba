"""The things that are measured.

A *device* is what a source reads on its own and what can fail on its own: a GPU, an
NVSwitch, a CPU. The other entities are parts of a device and are read with it.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Gpu:
    index: int
    uuid: str
    pci_bus_id: str
    """Domain of eight hex digits, as dcgm-exporter prints it: `00000000:8D:00.0`."""
    model: str

    @property
    def device(self) -> str:
        """DCGM's device name: its own GPU number, not the minor number under /dev."""
        return f"nvidia{self.index}"

    def __str__(self) -> str:
        """For people, who look for any of the three."""
        return f"GPU {self.index} ({self.uuid}, {self.pci_bus_id})"


@dataclass(frozen=True, slots=True)
class Compute:
    """A compute instance: a share of the engines of a GPU instance, and what CUDA runs on."""

    id: int
    profile: str
    uuid: str


@dataclass(frozen=True, slots=True)
class Instance:
    """A MIG GPU instance."""

    gpu: Gpu
    id: int
    profile: str
    uuid: str
    """Of its first compute instance, as the driver knows no other."""
    computes: tuple[Compute, ...] = field(default=(), compare=False)
    """It stays the same one while these come and go."""


@dataclass(frozen=True, slots=True)
class Switch:
    index: int

    def __str__(self) -> str:
        return f"NVSwitch {self.index}"


@dataclass(frozen=True, slots=True)
class Link:
    """One NVLink, seen from a GPU or from a switch."""

    index: int
    gpu: Gpu | None = None
    switch: Switch | None = None


@dataclass(frozen=True, slots=True)
class Cpu:
    index: int
    serial: str = ""

    def __str__(self) -> str:
        return f"CPU {self.index}"


@dataclass(frozen=True, slots=True)
class Core:
    index: int
    cpu: Cpu


Device = Gpu | Switch | Cpu
Entity = Gpu | Switch | Cpu | Instance | Link | Core
