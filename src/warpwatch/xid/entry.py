"""What is known of one error code."""

from dataclasses import dataclass
from enum import StrEnum


class XidClass(StrEnum):
    """How far the harm goes, from a whole node to nobody. Ours; the vendor has buckets."""

    REBOOT = "reboot"
    RESET = "reset"
    APPLICATION = "application"
    DECODE = "decode"
    WARN = "warn"
    INFO = "info"


class Bucket(StrEnum):
    """What to do, in the vendor's words; the last two are ours, for switches."""

    IGNORE = "IGNORE"
    RESTART_APP = "RESTART_APP"
    CHECK_APP = "CHECK_APP"
    RESET_GPU = "RESET_GPU"
    RESTART_VM = "RESTART_VM"
    RESTART_BM = "RESTART_BM"
    CHECK_MECHANICALS = "CHECK_MECHANICALS"
    CHECK_UVM = "CHECK_UVM"
    UPDATE_SWFW = "UPDATE_SWFW"
    INVESTIGATE_SW = "INVESTIGATE_SW"
    INVESTIGATE_SW_USER = "INVESTIGATE_SW_USER"
    INVESTIGATE_LINK_SI = "INVESTIGATE_LINK_SI"
    WORKFLOW_XID_13 = "WORKFLOW_XID_13"
    WORKFLOW_XID_31 = "WORKFLOW_XID_31"
    WORKFLOW_XID_45 = "WORKFLOW_XID_45"
    WORKFLOW_XID_48 = "WORKFLOW_XID_48"
    WORKFLOW_XID_168 = "WORKFLOW_XID_168"
    XID_137_FLOW = "XID_137_FLOW"
    XID_154_EVAL = "XID_154_EVAL"
    WORKFLOW_NVLINK_ERR = "WORKFLOW_NVLINK_ERR"
    WORKFLOW_NVLINK5_ERR = "WORKFLOW_NVLINK5_ERR"
    CONTACT_SUPPORT = "CONTACT_SUPPORT"
    RESET_PARTITION = "RESET_PARTITION"
    RESET_FABRIC = "RESET_FABRIC"


class Part(StrEnum):
    """Where to look for the cause."""

    PROGRAM = "program"
    MEMORY = "memory"
    NVLINK = "nvlink"
    BUS = "bus"
    FIRMWARE = "firmware"
    ENGINE = "engine"
    POWER = "power"
    SECURITY = "security"
    UNKNOWN = ""


class Space(StrEnum):
    """Whose code it is: 79 of a GPU is not 79 of a switch."""

    XID = "XID"
    SXID = "SXid"


@dataclass(frozen=True, slots=True, kw_only=True)
class XidEntry:
    space: Space
    code: int
    short: str
    meaning: str
    class_: XidClass
    immediate: Bucket
    follow_up: Bucket
    part: Part = Part.UNKNOWN
    architectures: tuple[str, ...] = ()
    driver_154: str = ""
    """The driver from which XID 154 is printed with it."""
    related: tuple[int, ...] = ()
    note: str = ""
    source: str = ""
    overridden: tuple[str, ...] = ()
    """Columns that a local file has changed."""
