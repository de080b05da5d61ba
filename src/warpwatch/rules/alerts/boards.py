"""Boards as a whole: there or not, powered or not, and what the driver wants done."""

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
    WHOSE,
)
from warpwatch.rules.model import Alert, Runbook, Severity

CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING

ALERTS: tuple[Alert, ...] = (
    Alert(
        name="GPUCountBelowExpected",
        expr="node:gpus:count < max_over_time(node:gpus:count[1d])",
        severity=CRITICAL,
        summary="A node has fewer GPUs than it had.",
        description=f"{{{{ $labels.node }}}} has {VALUE} GPUs.",
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="A GPU that was read within the last day is not any more, while others of its "
            "node are. A node that is gone altogether does not count, and neither does one "
            "without any GPU: see GPUNoDriver.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(
                "Which: `warpwatch discovery`, `nvidia-smi -L`, `lspci -d 10de:`.",
                KERNEL,
                EMPTY,
                "Restart the node; a power cycle where that does not bring it back.",
            ),
            over="The number is what it was. If the GPU was taken out on purpose, silence this for "
            "a day: the smaller number is then what is expected.",
        ),
    ),
    Alert(
        name="GPUPowerBrake",
        expr="gpu:throttled_power_brake:ratio > 0.01",
        severity=CRITICAL,
        summary="A GPU is braked by its power supply.",
        description=f"{WHERE} is slowed by an external power brake: look at the node's power "
        "supplies.",
        lasting=2 * MINUTE,
        runbook=Runbook(
            meaning="The node pulls the brake on its GPUs because power is short: a supply has "
            "failed, or a rack's budget is used up. GPUs run at a fraction of their speed.",
            acts=f"{ON_CALL}, then {HARDWARE}",
            first=(
                "The supplies: `ipmitool sdr type 'Power Supply'`, `ipmitool sel list | tail`.",
                "How it shows: `nvidia-smi -q -d PERFORMANCE`.",
                "Whether other nodes of the rack have it too: then it is the rack's power.",
            ),
            over="`HW Power Brake Slowdown: Not Active` on all GPUs of the node.",
        ),
    ),
    Alert(
        name="GPUInforomCorrupt",
        expr="gpu:inforom_valid:bool == 0",
        severity=WARNING,
        summary="A GPU's InfoROM is damaged.",
        description=f"{WHERE}: its records of errors and of its identity cannot be trusted.",
        lasting=15 * MINUTE,
        runbook=Runbook(
            meaning="The board's own memory of its errors, limits and serial number is damaged.",
            acts=HARDWARE,
            first=("`nvidia-smi -q -i GPU | grep -i -A6 inforom`.", EMPTY, RESET, REPORT),
            over="nvidia-smi no longer warns of a corrupted InfoROM. After a reset it still does: "
            "have it exchanged.",
        ),
    ),
    Alert(
        name="GPURecoveryActionNeeded",
        expr="gpu:recovery_action:code > 0",
        severity=CRITICAL,
        summary="A driver wants a GPU to be reset, drained or its node to be restarted.",
        description=f"{WHERE} asks for recovery action {VALUE}.",
        lasting=MINUTE,
        runbook=Runbook(
            meaning="The driver says itself what it needs: 1 reset the GPU, 2 restart the node, "
            "3 drain the peers of its links, 4 drain and reset.",
            acts=ON_CALL,
            first=(
                "`nvidia-smi -q -i GPU | grep -i -A3 'recovery action'`.",
                "Why: `dmesg -T | grep Xid`, `warpwatch explain xid 154`.",
                EMPTY,
                WHOSE,
                RESET,
            ),
            over="The action is None.",
        ),
    ),
)
