"""What a GPU asks for: the values of XID 154, of NVML's recovery action and of DCGM field 1523."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Recovery:
    value: int
    name: str
    meaning: str


_ALL = (
    Recovery(0, "None", "Nothing is needed; an earlier request is over."),
    Recovery(1, "GPU Reset", "The GPU needs a reset; work on it is lost already."),
    Recovery(2, "Node Reboot", "Only a reboot of the node brings the GPU back."),
    Recovery(3, "Drain P2P", "End what uses peer-to-peer traffic; other work may go on."),
    Recovery(4, "Drain and Reset", "Let work end, give the GPU no more, then reset it."),
    Recovery(5, "Recover IMEX Domain", "The memory shared between nodes must be set up anew."),
    Recovery(6, "Bus Reset", "The GPU needs a reset of its PCIe slot."),
    Recovery(
        7, "System Reboot", "The whole system must be rebooted, not only the operating system."
    ),
)

RECOVERIES: Mapping[int, Recovery] = MappingProxyType({each.value: each for each in _ALL})


def recovery(value: int) -> Recovery:
    """A value that is not known asks for something all the same: a person has to look."""
    return RECOVERIES.get(value) or Recovery(value, "Unknown", "Newer than this catalogue.")
