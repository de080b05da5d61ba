"""The memory of boards: errors, and what replaces bad cells until nothing is left to."""

from warpwatch.rules.alerts.words import (
    DAY,
    EMPTY,
    HARDWARE,
    MINUTE,
    ON_CALL,
    REPORT,
    RESET,
    VALUE,
    WHERE,
    WHOSE,
)
from warpwatch.rules.model import Alert, Runbook, Severity

CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING

_ECC = "The counts: `nvidia-smi -q -d ECC -i GPU`."
_ROWS = "The rows: `nvidia-smi -q -d ROW_REMAPPER -i GPU`."
_PAGES = "The pages: `nvidia-smi -q -d PAGE_RETIREMENT -i GPU`."
_DIAG = "When it is free: `dcgmi diag -r 3 -i GPU`."
_EXCHANGE = "Have it exchanged; the vendor wants the report and the field diagnostic."

ALERTS: tuple[Alert, ...] = (
    Alert(
        name="GPUMemoryErrorUncorrected",
        expr="increase(gpu:ecc_uncorrected:total[10m]) > 0 "
        "or gpu:ecc_uncorrected_volatile:total > 0",
        severity=CRITICAL,
        summary="A GPU's memory has an error beyond mending.",
        description=f"{VALUE} uncorrected ECC errors on {WHERE}.",
        keep=10 * MINUTE,
        runbook=Runbook(
            meaning="Data in the GPU's memory was lost. The process that read it was killed, or "
            "everything on the GPU was.",
            acts=f"{ON_CALL}; {HARDWARE} where it comes back",
            first=(
                _ECC,
                (
                    "Contained (XID 94) or not (48, 95): `dmesg -T | grep Xid`, "
                    "`warpwatch explain xid 94`."
                ),
                EMPTY,
                WHOSE,
                RESET,
            ),
            over="The volatile counts are 0 after the reset. If it comes back: `GPUSramThreshold`.",
        ),
    ),
    Alert(
        name="GPUMemoryErrorsRising",
        expr="increase(gpu:ecc_corrected:total[1h]) > %(ecc_corrected_per_hour)s "
        "or increase(gpu:ecc_corrected_volatile:total[1h]) > %(ecc_corrected_per_hour)s",
        severity=WARNING,
        summary="A GPU's memory is mended more and more often.",
        description=f"{VALUE} corrected ECC errors within an hour on {WHERE}.",
        lasting=10 * MINUTE,
        runbook=Runbook(
            meaning="Every one was mended and no data is wrong; so many foretell one that is not.",
            acts=HARDWARE,
            first=(_ECC, _ROWS, _DIAG),
            over="Fewer than the threshold within an hour.",
        ),
    ),
    Alert(
        name="GPURowRemapPending",
        expr="gpu:row_remap_pending:bool > 0",
        severity=WARNING,
        summary="A GPU waits for a reset to replace rows of its memory.",
        description=f"{WHERE} replaces rows at its next reset; until then it may go on.",
        lasting=MINUTE,
        runbook=Runbook(
            meaning="A bad row is set aside and a spare takes its place at the next reset. Boards "
            "for data centres may run on until then.",
            acts=ON_CALL,
            first=(_ROWS, EMPTY, RESET),
            over="`Pending: No` after the reset.",
        ),
    ),
    Alert(
        name="GPURowRemapFailed",
        expr="gpu:row_remap_failed:bool > 0",
        severity=CRITICAL,
        summary="A GPU has no spare rows left for its memory.",
        description=f"{WHERE} could not replace rows of its memory: it is to be exchanged.",
        runbook=Runbook(
            meaning="A bad row stays in use because no spare is left where it is.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(EMPTY, _ROWS, RESET, REPORT, _EXCHANGE),
            over="Another board is in its place; a reset does not take the flag away.",
        ),
    ),
    Alert(
        name="GPURowsRemapped",
        expr="increase(gpu:rows_remapped_uncorrected:total[1h]) > 0 "
        "or gpu:rows_remapped_uncorrected:total + gpu:rows_remapped_corrected:total "
        "> %(rows_remapped)s",
        severity=WARNING,
        summary="Rows of a GPU's memory were replaced after errors.",
        description=f"{VALUE} rows of {WHERE}.",
        keep=DAY,
        runbook=Runbook(
            meaning="Spare rows were used up: lately after an error beyond mending, or so many in "
            "the board's life that few are left of 512.",
            acts=HARDWARE,
            first=(_ROWS, _ECC, _DIAG),
            over="A day without another. Where it is the number in all, an exchange is due soon.",
        ),
    ),
    Alert(
        name="GPUMemorySparesUsedUp",
        expr="gpu:memory_banks_without_spares:total > 0",
        severity=WARNING,
        summary="A part of a GPU's memory has no spare rows left.",
        description=f"{VALUE} banks of {WHERE} have none: the next bad row there is the end.",
        lasting=MINUTE,
        runbook=Runbook(
            meaning="The next error in such a bank cannot be repaired, and the board fails then.",
            acts=HARDWARE,
            first=(_ROWS, _DIAG, "Plan its exchange before it is needed."),
            over="Another board is in its place.",
        ),
    ),
    Alert(
        name="GPUPagesRetired",
        expr="gpu:pages_retired_corrected:total + gpu:pages_retired_uncorrected:total "
        "> %(pages_retired)s",
        severity=WARNING,
        summary="A GPU has retired nearly all the memory pages that it may.",
        description=f"{VALUE} of 64 pages on {WHERE}.",
        lasting=MINUTE,
        runbook=Runbook(
            meaning="Boards before A100 set bad pages aside and have a table of 64; at 60 the "
            "vendor exchanges the board.",
            acts=HARDWARE,
            first=(_PAGES, _DIAG, _EXCHANGE),
            over="Another board is in its place.",
        ),
    ),
    Alert(
        name="GPUPageRetirementPending",
        expr="gpu:page_retirement_pending:bool > 0",
        severity=WARNING,
        summary="A GPU waits for a reset to retire memory pages.",
        description=f"{WHERE} retires pages at its next reset.",
        lasting=MINUTE,
        runbook=Runbook(
            meaning="A bad page is still in use until the driver is loaded anew.",
            acts=ON_CALL,
            first=(_PAGES, EMPTY, RESET),
            over="`Pending Page Blacklist: No` after the reset.",
        ),
    ),
    Alert(
        name="GPUSramThreshold",
        expr="gpu:sram_threshold:bool > 0",
        severity=CRITICAL,
        summary="A GPU's SRAM has had more errors than it may.",
        description=f"{WHERE} has passed the SRAM error threshold: it is to be tested and "
        "exchanged.",
        runbook=Runbook(
            meaning="SRAM has no spares: beyond this many errors the vendor takes the board back.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(EMPTY, _ECC, REPORT, _EXCHANGE),
            over="Another board is in its place.",
        ),
    ),
    Alert(
        name="GPUMemoryUnrepairable",
        expr="gpu:memory_unrepairable:bool > 0",
        severity=CRITICAL,
        summary="A GPU's memory is beyond repair.",
        description=f"{WHERE} is to be exchanged.",
        runbook=Runbook(
            meaning="The board has used all its ways of repair: rows, channels, spares.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(EMPTY, WHOSE, REPORT, _EXCHANGE),
            over="Another board is in its place.",
        ),
    ),
)
