"""One node's exporter from inside: what it needs of the machine, and what the machine gives it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from warpwatch.doctor.finding import Finding, Link, gpus

SHOWN = 4
_RIGHTS = (
    "run the exporter as root or grant it CAP_SYS_ADMIN; or, for everybody, "
    "NVreg_RestrictProfilingToAdminUsers=0"
)
_REFUSED = "in a container give it CAP_SYS_ADMIN of the machine; see dmesg -T | grep NVRM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    index: str
    model: str
    failure: str = ""
    """Why it cannot be read; empty where it can."""
    refused: Sequence[str] = ()
    """Fields that want more rights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What was found on the machine, as the user that asks is let."""

    source: str
    """As it would be read: `nvml`, `none`, or what else was named."""
    detail: str = ""
    driver: str = ""
    boards: Sequence[Board] = ()
    devices: Mapping[str, bool] | None = None
    """Files of the driver, and whether we may open them; None where it is not a driver's source."""
    visible: str = ""
    """NVIDIA_VISIBLE_DEVICES."""
    privileged: bool = False
    """With CAP_SYS_ADMIN, which root has but in most containers."""
    user: str = ""
    host_processes: bool = True
    """Whether processes are known by the numbers that the driver tells."""
    wants_kubelet: bool = False
    kubelet: str = ""
    """Its socket."""
    pods: int | None = None
    """That have something of the node's; None where the kubelet did not say."""
    kubelet_error: str = ""
    kubelet_hint: str = ""
    page: str = ""
    """Where the exporter is to be."""
    page_found: str = ""
    """What answers there; empty where nobody does."""


def look(node: Node) -> Iterator[Finding]:
    yield from _driver(node)
    yield from _devices(node)
    yield from _rights(node)
    yield from _processes(node)
    yield from _kubelet(node)
    yield from _page(node)


def _driver(node: Node) -> Iterator[Finding]:
    link = Link("driver", node.source)
    if not node.boards:
        yield link.problem(
            node.detail or "tells of no GPU",
            "nvidia-smi; in a container, whether it was given GPUs: --gpus all, or "
            "runtimeClassName: nvidia",
        )
        return
    models = sorted({board.model for board in node.boards})
    version = f", driver {node.driver}" if node.driver else ""
    yield link.ok(f"{gpus(len(node.boards))} ({', '.join(models)}){version}")
    if node.source.startswith("sim"):
        yield link.note("these GPUs are simulated")
    for board in node.boards:
        if board.failure:
            yield link.problem(
                f"GPU {board.index} cannot be read: {board.failure}",
                f"nvidia-smi -q -i {board.index}; dmesg -T | grep -E 'NVRM|nvidia'",
            )


def _devices(node: Node) -> Iterator[Finding]:
    if node.devices is None:
        return
    link = Link("devices", "/dev/nvidia*")
    closed = [path for path, may in node.devices.items() if not may]
    if closed:
        yield link.problem(
            f"{', '.join(closed)} may not be opened by {node.user}",
            "ls -l /dev/nvidia*; join their group, or let the container have them",
        )
    elif not node.devices:
        yield link.note("there are none", "nvidia-smi, which makes them; WSL has none")
    else:
        yield link.ok(f"{len(node.devices)} may be opened")
    if node.visible and node.visible != "all":
        yield link.note(f"NVIDIA_VISIBLE_DEVICES={node.visible}: others are not seen")


def _rights(node: Node) -> Iterator[Finding]:
    link = Link("rights", node.user)
    refused = sorted({name for board in node.boards for name in board.refused})
    if refused:
        more = f" and {len(refused) - SHOWN} more" if len(refused) > SHOWN else ""
        told = f"the driver refuses {', '.join(refused[:SHOWN])}{more}"
        if node.privileged:
            yield link.note(f"{told}, though we may administrate", _REFUSED)
        else:
            yield link.note(told, _RIGHTS)
    elif node.boards:
        yield link.ok("the driver refuses nothing")


def _processes(node: Node) -> Iterator[Finding]:
    link = Link("processes", "/proc/self/ns/pid")
    if node.host_processes:
        yield link.ok("those of the machine")
    else:
        yield link.note(
            "those of a container only: users, jobs and shares of a GPU are not known",
            "hostPID: true in the pod, or --pid=host",
        )


def _kubelet(node: Node) -> Iterator[Finding]:
    link = Link("kubelet", node.kubelet)
    if node.pods is not None:
        yield link.ok(f"answers; {node.pods} pods have containers here")
        if not node.wants_kubelet:
            yield link.note("is not asked: pods are not told of", "warpwatch exporter --kubernetes")
    elif node.wants_kubelet:
        yield link.problem(node.kubelet_error, node.kubelet_hint)


def _page(node: Node) -> Iterator[Finding]:
    if not node.page:
        return
    link = Link("exporter", node.page)
    if node.page_found:
        yield link.ok(node.page_found)
    else:
        yield link.note("nobody answers", "warpwatch exporter, or where it listens: --address")
