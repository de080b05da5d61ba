"""All that is known at one moment, from wherever it came: values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

Figures = Mapping[str, float]
"""By their key; what is missing is not there."""

Place = tuple[str, str, str, str]
"""Of a workload: cluster, namespace, pod, job."""

OK = "ok"


@dataclass(frozen=True, slots=True)
class Work:
    """Whose work is on a GPU or a MIG instance."""

    namespace: str = ""
    pod: str = ""
    container: str = ""
    job: str = ""
    user: str = ""
    team: str = ""
    share: float | None = None
    """How much of the whole GPU it has."""
    last: bool = False
    """The GPU is not read now: this is whose it was."""

    @property
    def name(self) -> str:
        """As people look for it: the job's number, or else the pod."""
        pod = "/".join(filter(None, (self.namespace, self.pod)))
        return self.job or pod or self.container or self.user

    @property
    def whose(self) -> tuple[str, str, str, str]:
        """The same for all its GPUs."""
        return self.namespace, self.pod, self.job, self.user


@dataclass(frozen=True, slots=True)
class Since:
    """When a workload was first seen to have its GPUs."""

    time: float
    before: bool
    """It had them before, as far back as was looked or as there is anything to look at."""


@dataclass(frozen=True, slots=True)
class Process:
    node: str
    gpu: str
    pid: int
    user: str = ""
    command: str = ""
    memory: float | None = None
    sm: float | None = None
    work: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A GPU, or a MIG instance of one."""

    cluster: str = ""
    node: str
    gpu: str
    instance: str = ""
    """Number of the MIG instance; empty of a whole GPU."""
    profile: str = ""
    uuid: str = ""
    model: str = ""
    figures: Figures = field(default_factory=dict, hash=False)
    gaps: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Why a figure is missing, where that is told."""
    state: str = ""
    """`ok`, or why it was not read; empty where nobody tells."""
    age: float | None = None
    """Seconds since it was read."""
    works: tuple[Work, ...] = ()
    alerts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.gpu}/{self.instance}" if self.instance else self.gpu

    @property
    def board(self) -> tuple[str, str, str]:
        """The GPU that it is, or is of."""
        return self.cluster, self.node, self.gpu

    @property
    def id(self) -> tuple[str, str, str, str]:
        return self.cluster, self.node, self.uuid or self.gpu, self.instance


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    origin: str
    """Who says so: the source, or the address of the Prometheus."""
    time: float
    simulated: frozenset[str] = frozenset()
    """Nodes whose numbers are invented."""
    rows: tuple[Row, ...] = ()
    processes: tuple[Process, ...] = ()
    alerts: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Of whole nodes, by cluster and node."""
    note: str = ""
    """Why there is nothing, or what is wrong with what there is."""
    age: float | None = None
    """Seconds since what is told was worked out, where that may be long ago."""

    @property
    def gpus(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if not row.instance)

    @property
    def nodes(self) -> frozenset[str]:
        return frozenset(row.node for row in self.rows)

    @property
    def invented(self) -> str:
        """What to say where numbers are not of real GPUs."""
        if not self.simulated:
            return ""
        real = self.nodes - self.simulated
        return f"SIMULATED on {len(self.simulated)} nodes" if real else "SIMULATED"


class Feed(Protocol):
    """Where pictures come from."""

    interval: float
    """Seconds after which there is something new."""

    async def picture(self) -> Picture: ...

    async def before(self) -> Mapping[tuple[str, str, str, str], list[float]]:
        """Activity of the time before, by row, where somebody kept it."""
        ...

    async def aclose(self) -> None: ...


def known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
