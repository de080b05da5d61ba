"""Error codes of the driver, by how far the harm goes."""

from warpwatch.rules.alerts.words import (
    EMPTY,
    HARDWARE,
    KERNEL,
    MINUTE,
    ON_CALL,
    OWNER,
    REPORT,
    RESET,
    WHERE_OURS,
    WHOSE,
)
from warpwatch.rules.model import Alert, Runbook, Severity
from warpwatch.xid.catalogue import entries
from warpwatch.xid.entry import Space, XidClass

OFF_THE_BUS = 79


def _codes(*kinds: XidClass) -> str:
    known = entries(Space.XID).values()
    return "|".join(
        str(entry.code) for entry in known if entry.class_ in kinds and entry.code != OFF_THE_BUS
    )


_OTHERS = "|".join(
    str(entry.code) for entry in entries(Space.XID).values() if entry.class_ is not XidClass.WARN
)


def _recent(told: str) -> str:
    """Seen within ten minutes, by whatever an exporter keeps of XIDs.

    A counter begins at 1 and has no increase then, and a last code has none ever: what there was
    not ten minutes ago is new, of a GPU that there was. So an old code is not told again when
    Prometheus comes back.
    """
    watched = "and on (uuid) gpu:source:info offset 10m"
    counted = f"gpu:xid_errors:total{{{told}}}"
    last = f"gpu:xid_last:info{{{told}}}"
    return (
        f"time() - gpu:xid_last:seconds{{{told}}} < 600 "
        f"or increase({counted}[10m]) > 0 "
        f"or ({counted} unless {counted} offset 10m "
        f"unless on (uuid, xid) gpu:xid_last:seconds {watched}) "
        f"or ({last} unless {last} offset 10m {watched})"
    )


_SEEN = f"XID {{{{ $labels.xid }}}} on {WHERE_OURS}; warpwatch explain xid {{{{ $labels.xid }}}}."
_EXPLAIN = "What the code means and what the vendor says to do: `warpwatch explain xid CODE`."
_QUIET = "Ten minutes without another; the alert stands ten more. "

ALERTS: tuple[Alert, ...] = (
    Alert(
        name="GPUFallenOffBus",
        # Until it is read again: that no more is heard of it is no sign that it is back.
        expr=_recent(f'xid="{OFF_THE_BUS}"') + f' or gpu:xid_last:seconds{{xid="{OFF_THE_BUS}"}} '
        "and on (uuid) gpu:collect_success:bool == 0",
        severity=Severity.CRITICAL,
        summary="A GPU has fallen off the bus.",
        description=f"{WHERE_OURS} no longer answers on PCIe (XID 79).",
        keep=10 * MINUTE,
        runbook=Runbook(
            meaning="The driver has lost the GPU: power, heat, the slot, or the board itself. "
            "All work on it is dead, and often the other GPUs of its job wait for it.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(
                EMPTY,
                KERNEL,
                "Whether the system still lists it: `lspci -d 10de:`, `nvidia-smi -L`.",
                REPORT,
                "Restart the node; a power cycle where a restart does not bring it back.",
            ),
            over="`nvidia-smi -L` lists it after the restart, `dcgmi diag -r 2` passes, and "
            "`GPUCountBelowExpected` is silent. The second time within weeks: exchange it.",
        ),
    ),
    Alert(
        name="GPUXidNeedsReboot",
        expr=_recent(f'xid=~"{_codes(XidClass.REBOOT)}"'),
        severity=Severity.CRITICAL,
        summary="A GPU reports an error after which its node must be restarted.",
        description=_SEEN,
        keep=10 * MINUTE,
        runbook=Runbook(
            meaning="The GPU, or its link to the node, is in a state that only a restart ends.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(_EXPLAIN, EMPTY, KERNEL, REPORT, "Restart the node once its jobs have ended."),
            over=f"{_QUIET}After the restart `nvidia-smi -L` lists all GPUs.",
        ),
    ),
    Alert(
        name="GPUXidNeedsReset",
        expr=_recent(f'xid=~"{_codes(XidClass.RESET)}"'),
        severity=Severity.CRITICAL,
        summary="A GPU reports an error after which it must be reset.",
        description=_SEEN,
        keep=10 * MINUTE,
        runbook=Runbook(
            meaning="The GPU cannot be trusted until it is reset; new work on it would fail.",
            acts=ON_CALL,
            first=(_EXPLAIN, EMPTY, WHOSE, KERNEL, RESET),
            over=f"{_QUIET}`dcgmi diag -r 2 -i GPU` passes after the reset. If the code comes "
            "back within a day: the vendor.",
        ),
    ),
    Alert(
        name="GPUXidToDecode",
        expr=_recent(f'xid=~"{_codes(XidClass.DECODE)}"'),
        severity=Severity.WARNING,
        summary="A GPU reports an error whose text says how bad it is.",
        description=_SEEN,
        keep=10 * MINUTE,
        runbook=Runbook(
            meaning="An error of NVLink or a changed recovery action: from harmless to a reset of "
            "the GPU, as the words behind the code in the kernel's log say.",
            acts=ON_CALL,
            first=(
                KERNEL,
                _EXPLAIN,
                "What the driver wants: `nvidia-smi -q | grep -i -A3 'recovery action'`.",
                "The links: `nvidia-smi nvlink -s`, `nvidia-smi nvlink -e`.",
            ),
            over=f"{_QUIET}The recovery action is None.",
        ),
    ),
    Alert(
        name="GPUXidApplication",
        expr=_recent(f'xid=~"{_codes(XidClass.APPLICATION)}"'),
        severity=Severity.WARNING,
        summary="A program on a GPU has failed.",
        description=_SEEN,
        runbook=Runbook(
            meaning="The program did what the GPU forbids, or an engine gave up on its work. The "
            "process is dead; GPU and neighbours are mostly well.",
            acts=OWNER,
            first=(
                _EXPLAIN,
                WHOSE,
                "The program's own log; once more under `compute-sanitizer` if it is repeatable.",
                "The same code on the same GPU from different programs: `dcgmi diag -r 3 -i GPU`.",
            ),
            over="Ten minutes without another.",
        ),
    ),
    Alert(
        name="GPUXidUnusual",
        expr=_recent(f'xid!~"{_OTHERS}"'),
        severity=Severity.WARNING,
        summary="A GPU reports an error that is to be looked at.",
        description=_SEEN,
        runbook=Runbook(
            meaning="A code that foretells worse, that no longer should be seen, or that is newer "
            "than our catalogue. Nothing has to be broken.",
            acts=ON_CALL,
            first=(
                _EXPLAIN,
                KERNEL,
                "Memory: `nvidia-smi -q -d ECC,ROW_REMAPPER,PAGE_RETIREMENT`.",
            ),
            over="Ten minutes without another. Again and again on one GPU: the vendor.",
        ),
    ),
)
