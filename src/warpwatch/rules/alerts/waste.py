"""GPUs that cost and do not serve, and jobs that run worse than they could."""

import itertools

from warpwatch.rules import owners
from warpwatch.rules.alerts.words import (
    BYTES,
    HOUR,
    MINUTE,
    OWNER,
    PERCENT,
    WHERE,
    WHOSE,
    WORK,
)
from warpwatch.rules.model import Alert, Runbook, Severity
from warpwatch.rules.recording import ACTIVITY
from warpwatch.rules.source import INSTANCE

_ENTITY = ", ".join(INSTANCE)
_WORKLOAD = "cluster, workload_namespace, workload_pod, workload_job, team"


def _active(condition: str) -> str:
    """How active what somebody has is, with whose it is."""
    return f"{owners.SHARE} * 0 + on ({_ENTITY}) group_left () {condition}"


_ACTIVE = _active(f"avg_over_time({ACTIVITY}[10m])")

_MEMORY = "gpu:memory_used:bytes"
_FLOORS = tuple(
    f"min_over_time({_MEMORY}[30m]{offset})"
    for offset in ("", " offset 30m", " offset 60m", " offset 90m")
)
_RISES = tuple(f"({late} - {early}) * 2" for late, early in itertools.pairwise(_FLOORS))

_LOOK = "What runs: `nvidia-smi pmon -c 5`, `nvidia-smi dmon -s pucm -c 10`."
_STACKS = "Where it is: `py-spy dump --pid PID` on each rank."

ALERTS: tuple[Alert, ...] = (
    Alert(
        name="GPUAllocatedIdle",
        expr=_active(f"(avg_over_time({ACTIVITY}[15m]) < %(idle_ratio)s)"),
        severity=Severity.WARNING,
        summary="Somebody has a GPU and does not use it.",
        description=f"{WORK} has {WHERE} and hardly uses it: activity {PERCENT}.",
        lasting=HOUR,
        runbook=Runbook(
            meaning="For more than an hour nobody else could have the GPU, and it did next to "
            "nothing: a forgotten notebook, a job that waits or hangs, more GPUs than it needs.",
            acts=OWNER,
            first=(WHOSE, _LOOK, "End it, or give it fewer GPUs or a MIG instance."),
            over="It works, or it is free for others.",
        ),
    ),
    Alert(
        name="GPUUnderused",
        expr=_active(f"(avg_over_time({ACTIVITY}[15m]) < %(underused_ratio)s >= %(idle_ratio)s)"),
        severity=Severity.INFO,
        summary="A GPU is used by less than it could be.",
        description=f"{WORK} on {WHERE}: activity {PERCENT}.",
        lasting=30 * MINUTE,
        runbook=Runbook(
            meaning="The work is too small for the GPU, or waits for data or for the CPU.",
            acts=OWNER,
            first=(
                _LOOK,
                "Whether the CPUs or the disks are what is full: `top`, `iostat -x 5 3`.",
                "More workers that load data, larger batches, a smaller GPU or a MIG instance.",
            ),
            over="Activity is above the threshold.",
        ),
    ),
    Alert(
        name="GPUSaturated",
        expr="avg_over_time(gpu:activity:ratio[15m]) > %(saturated_ratio)s",
        severity=Severity.INFO,
        summary="A GPU works as hard as it can for long.",
        description=f"Activity {PERCENT} on {WHERE}.",
        lasting=6 * HOUR,
        runbook=Runbook(
            meaning="Good for training. Of a service it says that there is nothing in reserve.",
            acts=OWNER,
            first=(_LOOK, "For a service: its latency and its queue, then more replicas."),
            over="Activity is below the threshold.",
        ),
    ),
    Alert(
        name="GPUJobStalled",
        expr="avg_over_time(gpu:power_of_limit:ratio[10m]) < %(stalled_power_ratio)s and "
        "avg_over_time(gpu:utilisation:ratio[10m]) > 0.95",
        severity=Severity.WARNING,
        summary="A GPU says it is busy and draws hardly any power.",
        description=f"{WHERE} is busy all the time with {PERCENT} of its power: a kernel that "
        "waits, such as a collective whose peer is gone.",
        lasting=10 * MINUTE,
        runbook=Runbook(
            meaning="A kernel runs all the time and computes hardly anything. Mostly a collective "
            "of NCCL spins for a rank that is dead or late; sometimes the kernels are tiny.",
            acts=OWNER,
            first=(
                WHOSE,
                "Another GPU of the job that is lost, hot or slow: its alerts.",
                _STACKS,
                (
                    "`NCCL_DEBUG=INFO`, and a timeout that ends such a job: "
                    "`TORCH_NCCL_ASYNC_ERROR_HANDLING=1`."
                ),
            ),
            over="It draws power again, or the job has ended.",
        ),
    ),
    Alert(
        name="GPUMemoryNearlyFull",
        expr="gpu:memory_used:ratio > %(memory_full_ratio)s",
        severity=Severity.INFO,
        summary="A GPU's memory is nearly full.",
        description=f"{PERCENT} in use on {WHERE}. Frameworks that take all at once do this too.",
        lasting=10 * MINUTE,
        runbook=Runbook(
            meaning="The next allocation may fail. JAX, TensorFlow and vLLM reserve nearly all by "
            "intention: then this says nothing.",
            acts=OWNER,
            first=(WHOSE, "In PyTorch: `torch.cuda.memory_summary()`."),
            over="Less is in use than the threshold.",
        ),
    ),
    Alert(
        name="GPUMemoryLeak",
        # What is least in use rises in each half hour of two: a step rises in one of them.
        expr=" and ".join(f"{rise} > %(leak_bytes_per_hour)s" for rise in _RISES),
        severity=Severity.WARNING,
        summary="A GPU's memory fills up steadily.",
        description=f"{BYTES} an hour on {WHERE}: a likely leak.",
        lasting=15 * MINUTE,
        runbook=Runbook(
            meaning="Memory in use has grown in every half hour of the last two. When it is full "
            "the program dies of it.",
            acts=OWNER,
            first=(
                WHOSE,
                (
                    "In PyTorch: `torch.cuda.memory._record_memory_history()`, later "
                    "`torch.cuda.memory._dump_snapshot('mem.pickle')`; what keeps its graph "
                    "(`loss` instead of `loss.item()`) are the usual cause."
                ),
            ),
            over="It has stopped to grow for half an hour.",
        ),
    ),
    Alert(
        name="GPUJobImbalanced",
        expr=f"max by ({_WORKLOAD}) ({_ACTIVE}) - min by ({_WORKLOAD}) ({_ACTIVE}) "
        "> %(imbalance_ratio)s",
        severity=Severity.WARNING,
        summary="The GPUs of a job are used unequally.",
        description=f"{WORK}: activity differs by {PERCENT} between its GPUs.",
        lasting=30 * MINUTE,
        runbook=Runbook(
            meaning="Some GPUs of the job work much more than others: the slowest holds up all, or "
            "some were asked for and are not used.",
            acts=OWNER,
            first=(
                "Which one: `nvidia-smi dmon -s puc -c 10` on its nodes.",
                "Whether that one is hot, capped or has a bad link: its alerts.",
                _STACKS,
                "How work and data are shared out between the ranks.",
            ),
            over="The difference is below the threshold.",
        ),
    ),
)
