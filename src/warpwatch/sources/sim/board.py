"""What a GPU board is, read from boards/*.toml: figures only, no behaviour.

Figures stand in data files with their source beside them because they get corrected by
people who own such a board, not by people who read this code.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec


class _Figures(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    source: str
    """Where the figures of this group come from: `reading`, `datasheet` or `estimate`, and
    in words what is what if a group is mixed."""


class Identity(_Figures, frozen=True, kw_only=True):
    name: str
    """As NVML spells it."""
    brand: str
    architecture: str
    capability: str
    pci_device: int
    sms: int
    vbios: str


class Power(_Figures, frozen=True, kw_only=True):
    """Watts."""

    idle: float
    burn: float
    """Under a full compute load, as far as the limit allows."""
    limit: float
    min: float
    max: float


class Clocks(_Figures, frozen=True, kw_only=True):
    """MHz."""

    sm_idle: int
    sm_max: int
    sm_burn: int
    """Where the power limit leaves the SM clock under a full load."""
    memory_idle: int
    memory_max: int
    video_idle: int
    video_max: int
    pstate_idle: int


class Thermal(_Figures, frozen=True, kw_only=True):
    """Degrees Celsius."""

    idle: float
    burn: float
    max_operating: float
    """Here software begins to slow the clocks; the margin is zero."""
    slowdown: float
    shutdown: float
    margin: bool
    """Whether the board reports a margin (from Ada and Hopper on)."""
    hbm_idle: float | None = None
    hbm_burn: float | None = None
    hbm_max_operating: float = 95.0


class Memory(_Figures, frozen=True, kw_only=True):
    """MiB."""

    total: int
    reserved: int
    bar1: int
    bandwidth: float
    """Peak, GB/s."""


class Pcie(_Figures, frozen=True, kw_only=True):
    gen: int
    width: int
    gen_idle: int


class NvLink(_Figures, frozen=True, kw_only=True):
    links: int
    gigabytes: float
    """Peak over all links, both directions together, GB/s."""
    megabytes_per_link: int
    """What a link reports as its speed, MB/s."""
    switches: int
    """NVSwitches on the baseboard of eight."""


class Ecc(_Figures, frozen=True, kw_only=True):
    mechanism: Literal["remap", "retire", "none"]
    contained: bool
    """Whether an uncorrectable error can be kept to the process that hit it."""
    banks: int = 0


class Slice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    compute: int
    memory: int
    mib: int


class Mig(_Figures, frozen=True, kw_only=True):
    profiles: dict[str, Slice]


class Board(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    identity: Identity
    power: Power
    clocks: Clocks
    thermal: Thermal
    memory: Memory
    pcie: Pcie
    ecc: Ecc
    nvlink: NvLink | None = None
    mig: Mig | None = None
    profiling: Literal["gpm", "dcgm", "none"]
    """How utilisation by engine can be had: by NVML itself, by DCGM only, or not."""
    tensor_fp64: bool = False
    decoders: int
    fans: bool = False

    @property
    def hbm(self) -> bool:
        return self.thermal.hbm_idle is not None


BOARDS = ("T4", "A10", "L40S", "A100", "H100", "H200", "B200", "RTX4080S")
"""Every board there is a data file for, by the short name that scenarios use."""


@cache
def board(name: str) -> Board:
    """KeyError for a name that is not in BOARDS; scenarios are checked before they come here."""
    if name not in BOARDS:
        raise KeyError(name)
    text = files(__package__).joinpath("boards", f"{name}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Board)
