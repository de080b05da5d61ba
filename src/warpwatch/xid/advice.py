"""Who acts on a code, and with which commands; worked out from its class, buckets and part.

Angle brackets mark what the reader fills in. Nothing here is run by warpwatch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from warpwatch.xid.entry import Bucket, Part, XidClass, XidEntry


class Actor(StrEnum):
    APPLICATION = "application owner"
    OPERATOR = "node operator"
    VENDOR = "hardware vendor"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Advice:
    actor: Actor
    steps: tuple[str, ...]
    commands: tuple[str, ...]


_ACTORS: Mapping[XidClass, Actor] = MappingProxyType(
    {
        XidClass.REBOOT: Actor.OPERATOR,
        XidClass.RESET: Actor.OPERATOR,
        XidClass.APPLICATION: Actor.APPLICATION,
        XidClass.DECODE: Actor.OPERATOR,
        XidClass.WARN: Actor.OPERATOR,
        XidClass.INFO: Actor.NOBODY,
    }
)

STEPS: Mapping[Bucket, str] = MappingProxyType(
    {
        Bucket.IGNORE: "Nothing to do now.",
        Bucket.RESTART_APP: "Restart the program.",
        Bucket.CHECK_APP: "Look for the defect in the program.",
        Bucket.RESET_GPU: "Drain the GPU and reset it.",
        Bucket.RESTART_VM: "Drain the node and restart the virtual machine, or reboot the node.",
        Bucket.RESTART_BM: "Drain the node and reboot it.",
        Bucket.CHECK_MECHANICALS: "Check cables, power, seating and cooling.",
        Bucket.CHECK_UVM: "Reset the GPU if unified memory or vGPU is in use; otherwise ignore it.",
        Bucket.UPDATE_SWFW: "Update driver and firmware to versions that belong together.",
        Bucket.INVESTIGATE_SW: "Compare driver and firmware with known defects; update them.",
        Bucket.INVESTIGATE_SW_USER: "Ask what the user's software did to the link.",
        Bucket.INVESTIGATE_LINK_SI: "Check the link: error counters, cable, connector, far side.",
        Bucket.WORKFLOW_XID_13: "Same GPC and TPC again: run diagnostics; else check the program.",
        Bucket.WORKFLOW_XID_31: "Again on one GPU: run diagnostics. On many: check the program.",
        Bucket.WORKFLOW_XID_45: "Find the code before it and follow that; if none, restart it.",
        Bucket.WORKFLOW_XID_48: "Drain the GPU and reset it, which also puts a repair to use.",
        Bucket.WORKFLOW_XID_168: "Drain the node and restart it.",
        Bucket.XID_137_FLOW: "Look for a page fault (31) on the peer and follow that.",
        Bucket.XID_154_EVAL: "Do what the text of the line says.",
        Bucket.WORKFLOW_NVLINK_ERR: "Read the registers in the line; a dead link needs a reset.",
        Bucket.WORKFLOW_NVLINK5_ERR: "Read unit and severity in the line; obey a 154 beside it.",
        Bucket.CONTACT_SUPPORT: "Collect a bug report and ask the hardware vendor.",
        Bucket.RESET_PARTITION: "Drain and reset the GPUs of the partition.",
        Bucket.RESET_FABRIC: "Drain the node and reset all GPUs and switches together.",
    }
)

_SEE = ("dmesg -T | grep -i xid",)
_DRAIN = (
    "kubectl cordon <node>",
    'scontrol update nodename=<node> state=drain reason="{space} {code}"',
)
_RESET = ("nvidia-smi --gpu-reset -i <gpu>", "dcgmi diag -r 2")
_REBOOT = ("systemctl reboot", "dcgmi diag -r 3")

_ACTS: Mapping[Bucket, tuple[str, ...]] = MappingProxyType(
    {
        Bucket.RESET_GPU: (*_DRAIN, *_RESET),
        Bucket.WORKFLOW_XID_48: (*_DRAIN, *_RESET),
        Bucket.RESTART_BM: (*_DRAIN, *_REBOOT),
        Bucket.RESTART_VM: (*_DRAIN, *_REBOOT),
        Bucket.WORKFLOW_XID_168: (*_DRAIN, *_REBOOT),
        Bucket.CHECK_MECHANICALS: _DRAIN,
        Bucket.RESET_PARTITION: (*_DRAIN, *_RESET),
        Bucket.RESET_FABRIC: (*_DRAIN, "nvidia-smi --gpu-reset", "dcgmi diag -r 2"),
        Bucket.CONTACT_SUPPORT: ("nvidia-bug-report.sh",),
    }
)

_LOOKS: Mapping[Part, tuple[str, ...]] = MappingProxyType(
    {
        Part.PROGRAM: ("compute-sanitizer <program>",),
        Part.MEMORY: ("nvidia-smi -q -d ECC,ROW_REMAPPER",),
        Part.NVLINK: ("nvidia-smi nvlink -s", "nvidia-smi nvlink -e"),
        Part.BUS: ("lspci -vv -d 10de:",),
        Part.FIRMWARE: ("nvidia-smi -q",),
        Part.ENGINE: (),
        Part.POWER: ("nvidia-smi -q -d POWER,TEMPERATURE,PERFORMANCE",),
        Part.SECURITY: (),
        Part.UNKNOWN: (),
    }
)


def advise(entry: XidEntry) -> Advice:
    """First what to look at, then what to do; nothing for a code that nobody needs to act on."""
    support = entry.immediate is Bucket.CONTACT_SUPPORT
    actor = Actor.VENDOR if support else _ACTORS[entry.class_]
    steps = [STEPS[entry.immediate]]
    if entry.follow_up not in {entry.immediate, Bucket.IGNORE}:
        then = STEPS[entry.follow_up]
        steps.append(f"If it comes again: {then[0].lower()}{then[1:]}")
    if actor is Actor.NOBODY:
        return Advice(actor, tuple(steps), _SEE)
    acts = (
        act.format(space=entry.space, code=entry.code) for act in _ACTS.get(entry.immediate, ())
    )
    return Advice(actor, tuple(steps), (*_SEE, *_LOOKS[entry.part], *acts))
