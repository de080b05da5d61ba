"""What is known of the fleet at one time, and the sums that are made of it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from warpwatch.clients.prometheus.results import Labels
from warpwatch.rules.owners import WORKLOAD
from warpwatch.rules.thresholds import Thresholds
from warpwatch.web.fleet import Frame, Index
from warpwatch.web.health import Firing, Verdict

IDLE = Thresholds().idle_ratio
"""Below it a GPU is idle: the rules' own number."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A number of the first screen, with how it is asked for and of how many GPUs it is known."""

    key: str
    title: str
    value: float | None
    unit: str
    known: int
    promql: str
    help: str


@dataclass(frozen=True, slots=True)
class Work:
    """A workload, and the GPUs that it has."""

    id: str
    labels: Labels
    gpus: tuple[str, ...]
    nodes: int
    share: float
    """GPUs, parts as parts."""
    activity: float | None
    low: float | None
    high: float | None
    idle: float
    watts: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    at: float
    index: Index
    frames: Mapping[str, Frame]
    firing: tuple[Firing, ...]
    verdict: Verdict
    sums: tuple[Sum, ...]
    works: tuple[Work, ...]
    simulated: bool
    notes: tuple[str, ...] = field(default=())


Values = Mapping[str, Mapping[str, float]]
"""By measure and UUID."""


def sums(values: Values, allocated: Mapping[str, float]) -> tuple[Sum, ...]:
    activity, waste, power = values["activity"], values["waste"], values["power"]
    busy = sum(value >= IDLE for value in activity.values())
    return (
        Sum(
            "allocated", "Allocated", _total(allocated), "gpus", len(allocated),
            "sum(gpu:allocated:ratio)", "GPUs that a workload has; parts count as parts.",
        ),
        Sum(
            "active", "Active", busy if activity else None, "gpus", len(activity),
            f"count(gpu:activity:ratio >= {IDLE})", f"GPUs busy {IDLE:.0%} of the time or more.",
        ),
        Sum(
            "idle", "Idle but allocated", _total(waste), "gpus", len(waste),
            "sum(gpu:idle_allocated:ratio)", "GPUs that somebody has and does not use now.",
        ),
        Sum(
            "power", "Power", _total(power), "watts", len(power),
            "sum(gpu:power:watts)", "Drawn by all boards together.",
        ),
    )  # fmt: skip


def _total(values: Mapping[str, float]) -> float | None:
    """None where nothing is known, which is not nothing."""
    return math.fsum(values.values()) if values else None


def named(labels: Labels) -> str:
    """A workload's name: a job's, or of a pod with its namespace."""
    pod = "/".join(
        labels[name] for name in ("workload_namespace", "workload_pod") if labels.get(name)
    )
    return pod or labels.get("workload_job", "") or labels.get("workload_user", "") or "unnamed"


def works(owners: Iterable[tuple[Labels, float]], values: Values, index: Index) -> tuple[Work, ...]:
    """`owners`: labels of each share of a GPU, and how much of it that is."""
    kept = (*WORKLOAD, "team")
    groups: dict[str, list[tuple[Labels, float]]] = {}
    for labels, share in owners:
        if labels.get("uuid") in index.place:
            groups.setdefault(named(labels), []).append((labels, share))
    made = []
    for name, members in groups.items():
        shares: dict[str, float] = {}
        for labels, share in members:
            shares[labels["uuid"]] = shares.get(labels["uuid"], 0.0) + share
        active = [value for uuid in shares if (value := values["activity"].get(uuid)) is not None]
        drawn = [
            value * min(1.0, share)
            for uuid, share in shares.items()
            if (value := values["power"].get(uuid)) is not None
        ]
        first = members[0][0]
        made.append(
            Work(
                id=name,
                labels={key: first[key] for key in kept if first.get(key)},
                gpus=tuple(sorted(shares, key=index.place.__getitem__)),
                nodes=len({index.gpus[index.place[uuid]].node for uuid in shares}),
                share=sum(shares.values()),
                activity=sum(active) / len(active) if active else None,
                low=min(active, default=None),
                high=max(active, default=None),
                idle=sum(
                    share for uuid, share in shares.items()
                    if (value := values["activity"].get(uuid)) is not None and value < IDLE
                ),
                watts=math.fsum(drawn) if drawn else None,
            )
        )  # fmt: skip
    return tuple(sorted(made, key=lambda work: (-work.share, work.id)))
