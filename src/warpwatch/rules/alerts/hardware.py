"""Boards, memory, links: what breaks, and what is about to."""

from warpwatch.rules.alerts.words import MINUTE, VALUE, WHERE, WHERE_OURS
from warpwatch.rules.model import Alert, Severity
from warpwatch.xid.catalogue import entries
from warpwatch.xid.entry import Space, XidClass

CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING
FAMILY = "hardware"


def _alert(
    name: str,
    severity: Severity,
    expr: str,
    summary: str,
    description: str,
    *,
    lasting: float = 0.0,
    keep: float = 0.0,
) -> Alert:
    return Alert(
        name=name,
        expr=expr,
        severity=severity,
        family=FAMILY,
        summary=summary,
        description=description,
        lasting=lasting,
        keep=keep,
    )


def _codes(kind: XidClass, *but: int) -> str:
    known = entries(Space.XID).values()
    return "|".join(str(e.code) for e in known if e.class_ is kind and e.code not in but)


def _recent(codes: str) -> str:
    """Seen within ten minutes, by whatever an exporter keeps of XIDs."""
    told = f'xid=~"{codes}"'
    return (
        f"time() - gpu:xid_last:seconds{{{told}}} < 600 "
        f"or increase(gpu:xid_errors:total{{{told}}}[10m]) > 0 "
        f"or (gpu:xid_last:code{{{told}}} unless gpu:xid_last:code{{{told}}} offset 10m)"
    )


_SEEN = f"XID {{{{ $labels.xid }}}} on {WHERE_OURS}; warpwatch explain xid {{{{ $labels.xid }}}}."
_NVLINK_ERRORS = " or ".join(
    f"increase(gpu:nvlink_{kind}_errors:total[1h]) > %(nvlink_errors_per_hour)s"
    for kind in ("crc_flit", "crc_data", "replay", "recovery")
)

ALERTS: tuple[Alert, ...] = (
    _alert(
        "GPUFallenOffBus",
        CRITICAL,
        _recent("79"),
        "A GPU has fallen off the bus.",
        f"{WHERE_OURS} no longer answers on PCIe (XID 79).",
        keep=10 * MINUTE,
    ),
    _alert(
        "GPUXidNeedsReboot",
        CRITICAL,
        _recent(_codes(XidClass.REBOOT, 79)),
        "A GPU reports an error after which its node must be restarted.",
        _SEEN,
        keep=10 * MINUTE,
    ),
    _alert(
        "GPUXidNeedsReset",
        CRITICAL,
        _recent(_codes(XidClass.RESET)),
        "A GPU reports an error after which it must be reset.",
        _SEEN,
        keep=10 * MINUTE,
    ),
    _alert(
        "GPUXidApplication",
        WARNING,
        _recent(_codes(XidClass.APPLICATION)),
        "A program on a GPU has failed.",
        _SEEN,
    ),
    _alert(
        "GPUMemoryErrorUncorrected",
        CRITICAL,
        "increase(gpu:ecc_uncorrected:total[10m]) > 0 or gpu:ecc_uncorrected_volatile:total > 0",
        "A GPU's memory has an error beyond mending.",
        f"{VALUE} uncorrected ECC errors on {WHERE}.",
        keep=10 * MINUTE,
    ),
    _alert(
        "GPUMemoryErrorsRising",
        WARNING,
        "increase(gpu:ecc_corrected:total[1h]) > %(ecc_corrected_per_hour)s "
        "or increase(gpu:ecc_corrected_volatile:total[1h]) > %(ecc_corrected_per_hour)s",
        "A GPU's memory is mended more and more often.",
        f"{VALUE} corrected ECC errors within an hour on {WHERE}.",
        lasting=10 * MINUTE,
    ),
    _alert(
        "GPURowRemapPending",
        WARNING,
        "gpu:row_remap_pending:bool > 0",
        "A GPU waits for a reset to replace rows of its memory.",
        f"{WHERE} replaces rows at its next reset; until then it may go on.",
        lasting=MINUTE,
    ),
    _alert(
        "GPURowRemapFailed",
        CRITICAL,
        "gpu:row_remap_failed:bool > 0",
        "A GPU has no spare rows left for its memory.",
        f"{WHERE} could not replace rows of its memory: it is to be exchanged.",
    ),
    _alert(
        "GPURowsRemapped",
        WARNING,
        "increase(gpu:rows_remapped_uncorrected:total[1d]) > 0 "
        "or gpu:rows_remapped_uncorrected:total + gpu:rows_remapped_corrected:total "
        "> %(rows_remapped)s",
        "Rows of a GPU's memory were replaced after errors.",
        f"{VALUE} rows of {WHERE}.",
        lasting=MINUTE,
    ),
    _alert(
        "GPUPagesRetired",
        WARNING,
        "gpu:pages_retired_corrected:total + gpu:pages_retired_uncorrected:total "
        "> %(pages_retired)s",
        "A GPU has retired nearly all the memory pages that it may.",
        f"{VALUE} of 64 pages on {WHERE}.",
        lasting=MINUTE,
    ),
    _alert(
        "GPUPageRetirementPending",
        WARNING,
        "gpu:page_retirement_pending:bool > 0",
        "A GPU waits for a reset to retire memory pages.",
        f"{WHERE} retires pages at its next reset.",
        lasting=MINUTE,
    ),
    _alert(
        "GPUSramThreshold",
        CRITICAL,
        "gpu:sram_threshold:bool > 0",
        "A GPU's SRAM has had more errors than it may.",
        f"{WHERE} has passed the SRAM error threshold: it is to be tested and exchanged.",
    ),
    _alert(
        "GPUMemoryUnrepairable",
        CRITICAL,
        "gpu:memory_unrepairable:bool > 0",
        "A GPU's memory is beyond repair.",
        f"{WHERE} is to be exchanged.",
    ),
    _alert(
        "GPUNvlinkErrors",
        WARNING,
        _NVLINK_ERRORS,
        "A GPU's NVLinks have errors.",
        f"{VALUE} within an hour on {WHERE}.",
        lasting=5 * MINUTE,
    ),
    _alert(
        "GPUNvlinkDown",
        WARNING,
        "gpu:nvlinks_down:count > 0",
        "A GPU's NVLink is down.",
        f"{VALUE} links of {WHERE} are down.",
        lasting=5 * MINUTE,
    ),
    _alert(
        "GPUFabricFailed",
        CRITICAL,
        "gpu:fabric_state:code == 4",
        "A GPU could not join the NVLink fabric.",
        f"{WHERE}: see nvidia-fabricmanager on its node.",
        lasting=5 * MINUTE,
    ),
    _alert(
        "GPUPcieReplays",
        WARNING,
        "rate(gpu:pcie_replays:total[10m]) * 60 > %(pcie_replays_per_minute)s",
        "A GPU's PCIe link repeats much of what it sends.",
        f"{VALUE} retries a minute on {WHERE}.",
        lasting=10 * MINUTE,
    ),
    _alert(
        "GPUPcieDowngraded",
        WARNING,
        "(gpu:pcie:lanes < gpu:pcie_max:lanes or gpu:pcie:generation < gpu:pcie_max:generation) "
        "and gpu:activity:ratio > 0.3",
        "A GPU under load uses less of its PCIe link than there is.",
        f"{WHERE} runs at {VALUE} (lanes, or generation) under load.",
        lasting=15 * MINUTE,
    ),
    _alert(
        "GPUPowerBrake",
        CRITICAL,
        "gpu:throttled_power_brake:ratio > 0.01",
        "A GPU is braked by its power supply.",
        f"{WHERE} is slowed by an external power brake: look at the node's power supplies.",
        lasting=2 * MINUTE,
    ),
    _alert(
        "GPUInforomCorrupt",
        WARNING,
        "gpu:inforom_valid:bool == 0",
        "A GPU's InfoROM is damaged.",
        f"{WHERE}: its records of errors and of its identity cannot be trusted.",
        lasting=15 * MINUTE,
    ),
    _alert(
        "GPURecoveryActionNeeded",
        CRITICAL,
        "gpu:recovery_action:code > 0",
        "A driver wants a GPU to be reset, drained or its node to be restarted.",
        f"{WHERE} asks for recovery action {VALUE}.",
        lasting=MINUTE,
    ),
    _alert(
        "GPUCountBelowExpected",
        CRITICAL,
        "node:gpus:count < max_over_time(node:gpus:count[1d])",
        "A node has fewer GPUs than it had.",
        f"{{{{ $labels.node }}}} has {VALUE} GPUs.",
        lasting=5 * MINUTE,
    ),
    _alert(
        "GPUHung",
        CRITICAL,
        "gpu:hung:bool > 0",
        "A GPU's driver does not answer.",
        f"A read of {WHERE_OURS} hangs.",
        lasting=2 * MINUTE,
    ),
)
