"""Who runs what: the kinds of jobs that people of an imaginary company send.

Names are made the way Kubernetes and batch systems make them, since attribution,
dashboards and bills are only believable with names that look like names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from warpwatch.samples.owner import Owner
from warpwatch.sources.sim.work import Job, Work, Workload
from warpwatch.sources.sim.workloads import WORKLOADS
from warpwatch.sources.sim.workloads.communication_bound import COMMUNICATION_BOUND
from warpwatch.sources.sim.workloads.held import HELD
from warpwatch.sources.sim.workloads.hpc import HPC
from warpwatch.sources.sim.workloads.imbalanced import IMBALANCED
from warpwatch.sources.sim.workloads.inference import INFERENCE
from warpwatch.sources.sim.workloads.input_bound import INPUT_BOUND
from warpwatch.sources.sim.workloads.leak import LEAK
from warpwatch.sources.sim.workloads.notebook import NOTEBOOK
from warpwatch.sources.sim.workloads.training import TRAINING

_MINUTE, _HOUR = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class Kind:
    workload: Workload
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    median: float
    """Of the running time, seconds."""
    weight: float
    batch: bool = False
    """Sent through the batch queue, so it has a job number."""


KINDS: tuple[Kind, ...] = (
    Kind(
        TRAINING,
        ("llm-pretrain", "vision-sft", "reward-model", "diffusion-xl"),
        (2, 4, 4, 8, 8, 16, 32),
        3 * _HOUR,
        0.26,
        batch=True,
    ),
    Kind(INPUT_BOUND, ("clip-finetune", "video-embed"), (1, 2, 4), 90 * _MINUTE, 0.10, batch=True),
    Kind(COMMUNICATION_BOUND, ("moe-ablation", "fsdp-scaling"), (8, 16), _HOUR, 0.05, batch=True),
    Kind(IMBALANCED, ("moe-router", "pipeline-test"), (4, 8), _HOUR, 0.04, batch=True),
    Kind(HPC, ("cfd-solver", "md-run"), (1, 2, 4), 2 * _HOUR, 0.06, batch=True),
    Kind(INFERENCE, ("chat-server", "embeddings", "code-complete"), (1, 1, 2), 9 * _HOUR, 0.20),
    Kind(LEAK, ("rag-gateway",), (1,), 5 * _HOUR, 0.04),
    Kind(NOTEBOOK, ("notebook",), (1,), 50 * _MINUTE, 0.22),
    Kind(HELD, ("notebook", "debug-shell"), (1, 1, 2), 40 * _MINUTE, 0.09),
)

_MEAN_OVER_MEDIAN = 1.3
"""Of the running times, which are log-normal."""


def mean_gpu_seconds(most: int) -> float:
    """What a request takes on average where none can have more than `most` GPUs."""
    total = 0.0
    for kind in KINDS:
        size = sum(min(size, most) for size in kind.sizes) / len(kind.sizes)
        total += kind.weight * kind.median * _MEAN_OVER_MEDIAN * size
    return total / sum(kind.weight for kind in KINDS)


def kind_of(name: str) -> Kind:
    """Of a workload by its name; those that nobody sends on their own get a plain kind."""
    for kind in KINDS:
        if kind.workload.name == name:
            return kind
    for workload in WORKLOADS:
        if workload.name == name:
            return Kind(workload, (name.replace("_", "-"),), (1,), _HOUR, 0.0)
    raise KeyError(name)


TEAMS: Mapping[str, tuple[str, ...]] = {
    "foundation": ("ana", "wei", "tomasz"),
    "vision": ("priya", "lukas"),
    "search": ("ngozi", "marta", "kenji"),
    "platform": ("sofia",),
}


@dataclass(frozen=True, slots=True)
class Request:
    """A job before it has GPUs."""

    kind: Kind
    size: int
    length: float
    seed: int
    name: str
    user: str
    team: str
    number: int


def request(rng: Random, most: int, kind: Kind | None = None, size: int | None = None) -> Request:
    """What somebody asks for next, no larger than what there is."""
    chosen = kind or rng.choices(KINDS, weights=[each.weight for each in KINDS])[0]
    team = rng.choice(tuple(TEAMS))
    return Request(
        kind=chosen,
        size=size or min(rng.choice(chosen.sizes), most),
        length=chosen.median * min(rng.lognormvariate(0.0, 0.72), 6.0),
        seed=rng.getrandbits(64),
        name=rng.choice(chosen.names),
        user=rng.choice(TEAMS[team]),
        team=team,
        number=rng.randrange(100_000, 1_000_000),
    )


def begin(asked: Request, nodes: tuple[str, ...], time: float) -> tuple[Work, ...]:
    """The job's part for each GPU, given the node of each. On every node it has one pod."""
    job = Job(asked.seed, time, asked.kind.workload, asked.size)
    owners = {node: (_owner(asked, replica),) for replica, node in enumerate(dict.fromkeys(nodes))}
    return tuple(Work(job, rank, owners[node]) for rank, node in enumerate(nodes))


def guests(seed: int, workload: str, node: str, size: int, time: float) -> tuple[Work, ...]:
    """The parts of a job that nobody's queue has sent, on GPUs of one node."""
    asked = request(Random(seed), size, kind_of(workload), size)
    return begin(asked, (node,) * size, time)


def _owner(asked: Request, replica: int) -> Owner:
    uid = f"{asked.seed:016x}"
    batch = asked.kind.batch
    name = f"{asked.name}-{uid[:5]}"
    return Owner(
        pod=f"{name}-worker-{replica}" if batch else f"{name}-{uid[5:10]}",
        namespace=asked.team,
        container="worker" if batch else asked.name,
        pod_uid=f"{uid[:8]}-{uid[8:12]}-4{uid[12:15]}-8{uid[:3]}-{asked.number:06x}{replica:06x}",
        hpc_job=str(asked.number) if batch else "",
        user=asked.user,
        team=asked.team,
        labels={"app": asked.name, "job-name": name, "team": asked.team},
    )
