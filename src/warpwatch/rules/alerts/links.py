"""What a GPU talks over: NVLink, the fabric of a node, PCIe."""

from warpwatch.rules.alerts.words import (
    EMPTY,
    HARDWARE,
    KERNEL,
    MINUTE,
    ON_CALL,
    REPORT,
    RESET,
    VALUE,
    WHERE,
    WHERE_OURS,
)
from warpwatch.rules.model import Alert, Runbook, Severity

CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING

_NVLINK = "Link by link: `nvidia-smi nvlink -s -i GPU`, `nvidia-smi nvlink -e -i GPU`."
_NVLINK_ERRORS = " or ".join(
    f"increase(gpu:nvlink_{kind}_errors:total[1h]) > %(nvlink_errors_per_hour)s"
    for kind in ("crc_flit", "crc_data", "replay", "recovery")
)
_REPLAYS = "rate(gpu:pcie_replays:total[10m]) * 60"
_FABRIC = (
    (
        "The fabric manager of the node: `systemctl status nvidia-fabricmanager`, "
        "`journalctl -u nvidia-fabricmanager`; its version must be the driver's."
    ),
    "How each GPU stands: `nvidia-smi -q | grep -A3 -i fabric`.",
)
_PCIE = "The link: `nvidia-smi -q -d PCIE -i GPU`, `lspci -vvv -s BUS | grep -E 'LnkCap|LnkSta'`."
_SLOT = "Seat, riser, retimer and cable; another slot shows whether the board or the slot is bad."

ALERTS: tuple[Alert, ...] = (
    Alert(
        name="GPUNvlinkErrors",
        expr=_NVLINK_ERRORS,
        severity=WARNING,
        summary="A GPU's NVLinks have errors.",
        description=f"{VALUE} errors within an hour on {WHERE}.",
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="What is sent over NVLink has to be sent again. Jobs of several GPUs slow "
            "down, and the link may fail.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(_NVLINK, KERNEL, EMPTY, RESET, "`dcgmi diag -r 3` on the whole node."),
            over="No more than the threshold within an hour.",
        ),
    ),
    Alert(
        name="GPUNvlinkDown",
        # Fewer than its neighbours have, or than an hour ago: some boards never have all of them.
        expr="(gpu:nvlinks_up:count > 0 < on (cluster, node) group_left () "
        "max by (cluster, node) (gpu:nvlinks_up:count) "
        "or gpu:nvlinks_up:count < max_over_time(gpu:nvlinks_up:count[1h])) "
        'unless on (uuid) gpu_instance:memory_used:bytes{mig_id!=""}',
        severity=WARNING,
        summary="A GPU's NVLink is down.",
        description=f"{WHERE_OURS} has {VALUE} links, and had or should have more.",
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="A link of the GPU is down that others have, or that it had. Jobs of several "
            "GPUs are slow or do not start. Under MIG there are no links, and no alert.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(_NVLINK, *_FABRIC, KERNEL, EMPTY, RESET),
            over="`nvidia-smi nvlink -s` shows all of them at their speed.",
        ),
    ),
    Alert(
        name="GPUFabricFailed",
        expr="gpu:fabric_state:code == 4",
        severity=CRITICAL,
        summary="A GPU could not join the NVLink fabric.",
        description=f"{WHERE}: see nvidia-fabricmanager on its node.",
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="On boards behind NVSwitch CUDA does not start without the fabric.",
            acts=ON_CALL,
            first=(EMPTY, *_FABRIC, KERNEL, "Restart the fabric manager, then the node."),
            over="The state is Completed and a CUDA program starts: `dcgmi diag -r 1`.",
        ),
    ),
    Alert(
        name="GPUFabricNotJoined",
        expr="gpu:fabric_state:code == 1 or gpu:fabric_state:code == 2",
        severity=WARNING,
        summary="A GPU has not joined the NVLink fabric.",
        description=f"{WHERE} still waits for it (state {VALUE}: 1 not begun, 2 under way).",
        lasting=15 * MINUTE,
        runbook=Runbook(
            meaning="Joining takes seconds to minutes after a start; this one does not end. Often "
            "the fabric manager does not run, or a GPU of the node is missing.",
            acts=ON_CALL,
            first=(*_FABRIC, "Whether all GPUs are there: `nvidia-smi -L`.", KERNEL),
            over="The state is Completed.",
        ),
    ),
    Alert(
        name="GPUPcieReplays",
        # A faster or wider link may have more of them, as DCGM has it; an unknown one as few.
        expr=f"{_REPLAYS} > %(pcie_replays_per_minute)s * gpu:pcie_max:lanes / 16 "
        "* 2 ^ (gpu:pcie_max:generation - 3) "
        f"or ({_REPLAYS} > %(pcie_replays_per_minute)s unless gpu:pcie_max:lanes "
        "* gpu:pcie_max:generation)",
        severity=WARNING,
        summary="A GPU's PCIe link repeats much of what it sends.",
        description=f"{VALUE} retries a minute on {WHERE}.",
        lasting=10 * MINUTE,
        runbook=Runbook(
            meaning="The signal on PCIe is bad. Copies are slow, and the GPU may fall off the bus.",
            acts=HARDWARE,
            first=(_PCIE, "`dmesg -T | grep -i aer`.", EMPTY, _SLOT),
            over="No more than the threshold a minute.",
        ),
    ),
    Alert(
        name="GPUPcieDowngraded",
        expr="(gpu:pcie:lanes < gpu:pcie_max:lanes "
        "or gpu:pcie:generation < gpu:pcie_max:generation) "
        "and avg_over_time(gpu:activity:ratio[10m]) > 0.3",
        severity=WARNING,
        summary="A GPU under load uses less of its PCIe link than there is.",
        description=f"{WHERE} runs at {VALUE} (lanes, or generation) under load.",
        lasting=15 * MINUTE,
        runbook=Runbook(
            meaning="An idle GPU lowers its link to save power, a busy one should not: lanes are "
            "bad, or the slot has trained at a lower speed.",
            acts=HARDWARE,
            first=(_PCIE, "The same of its neighbours: one of them alone is a bad slot.", _SLOT),
            over="Lanes and generation are the highest while it works.",
        ),
    ),
    Alert(
        name="GPUHung",
        expr="gpu:hung:bool > 0",
        severity=CRITICAL,
        summary="A GPU's driver does not answer.",
        description=f"A read of {WHERE_OURS} hangs.",
        lasting=2 * MINUTE,
        runbook=Runbook(
            meaning="A call to the driver has not returned. nvidia-smi would hang as well, and "
            "processes on the GPU may not be killable.",
            acts=ON_CALL,
            first=(
                KERNEL,
                "Processes that wait in the driver: `ps -eo pid,stat,wchan:30,cmd | grep ' D'`.",
                EMPTY,
                REPORT,
                "Restart the node: a hanging driver is seldom reset.",
            ),
            over="`timeout 10 nvidia-smi` answers, and the exporter reads the GPU again.",
        ),
    ),
)
