"""Who works on a GPU, and how much of it each uses, from the processes on it.

A process tells by its control group which pod, which batch job or which container it belongs to,
and by its owner whose it is. What cannot be seen from here, as in a container without hostPID,
is nobody's: nothing is guessed.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock

from warpwatch.exporter.attribution import cgroups
from warpwatch.exporter.attribution.stage import Health, Memo, joined
from warpwatch.samples.entity import Instance
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Process, Reading, Report, Use

JOB = "SLURM_JOB_ID"
_MOST = 4096
_MOST_PLACES = 512
_BRIEF = 12
"""Letters by which people know a container that has no name."""

Environment = Callable[[int], Mapping[str, str]]
"""Of a process, as far as we may see it."""
Name = Callable[[str], str]
"""Of a container, by its id; empty if it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    jobs: bool = False
    containers: bool = False
    users: bool = False


class Tenants:
    def __init__(
        self,
        wanted: Wanted,
        environment: Environment = lambda _: {},
        name: Name = lambda _: "",
    ) -> None:
        self._wanted = wanted
        self._environment = environment
        self._name = name
        self._place = lru_cache(_MOST_PLACES)(cgroups.place)
        self._jobs: OrderedDict[tuple[int, str], str] = OrderedDict()
        self._lock = Lock()
        self._pods: Memo[Mapping[str, Owner]] = Memo()

    def __call__(self, report: Report) -> Report:
        if not any(reading.processes for reading in report.readings):
            return report
        return replace(report, readings=tuple(map(self._told, report.readings)))

    async def run(self) -> None:
        """There is nothing to learn: the processes come with the report."""

    def health(self) -> Sequence[Health]:
        return ()

    def _told(self, reading: Reading) -> Reading:
        pods = self._pods(reading.entity, (reading.owners,), lambda: _pods(reading.owners))
        by_pod: dict[str, list[Process]] = {}
        by_tenant: dict[Owner, list[Process]] = {}
        for process in reading.processes:
            place = self._place(process.cgroup)
            if place.pod_uid:
                by_pod.setdefault(place.pod_uid, []).append(process)
                continue
            owner = self._tenant(process, place)
            if owner is not None:
                by_tenant.setdefault(owner, []).append(process)
        # Under MIG the driver keeps no share of the time, of whomever.
        unused = None if isinstance(reading.entity, Instance) else 0.0
        uses = (
            *(_use(pod, by_pod.get(uid, ()), unused) for uid, pod in pods.items()),
            *(_use(owner, group) for owner, group in by_tenant.items()),
        )
        owners = joined(reading.owners, tuple(by_tenant)) if by_tenant else reading.owners
        return replace(reading, owners=owners, uses=uses)

    def _tenant(self, process: Process, place: cgroups.Place) -> Owner | None:
        wanted = self._wanted
        owner = Owner(
            hpc_job=self._job(process.pid, place) if wanted.jobs else "",
            container=self._container(place) if wanted.containers else "",
            user=process.user if wanted.users else "",
        )
        return owner if owner != Owner() else None

    def _container(self, place: cgroups.Place) -> str:
        return (self._name(place.container) or place.container[:_BRIEF]) if place.container else ""

    def _job(self, pid: int, place: cgroups.Place) -> str:
        """The number that people know a job by; failing that, the id that its group has."""
        if not place.job or place.job_is_numbered:
            return place.job
        with self._lock:
            known = self._jobs.get((pid, place.job))
        if known is None:
            said = self._environment(pid).get(JOB, "")
            known = said if said.isdecimal() else place.job
            with self._lock:
                self._jobs[pid, place.job] = known
                if len(self._jobs) > _MOST:
                    self._jobs.popitem(last=False)
        return known


def _pods(owners: Iterable[Owner]) -> Mapping[str, Owner]:
    """Of those that are known by uid. Of a pod with several containers or shares on the same GPU
    it is not known which of them a process is of: what they use is the pod's.
    """
    pods: dict[str, Owner] = {}
    for owner in owners:
        if owner.pod_uid:
            one = replace(owner, vgpu="", claim=None)
            known = pods.setdefault(owner.pod_uid, one)
            if known.container != one.container:
                pods[owner.pod_uid] = replace(one, container="")
    return pods


def _use(owner: Owner, group: Sequence[Process], unused: float | None = None) -> Use:
    """A pod that has a GPU and no process on it uses nothing of it: that too is a measurement. A
    process that both computes and draws is there twice, with the same memory.
    """
    if not group:
        return Use(owner, 0, unused)
    each = group if len(group) == 1 else {process.pid: process for process in group}.values()
    memory = [process.memory for process in each if process.memory is not None]
    sm = [process.sm for process in each if process.sm is not None]
    return Use(owner, sum(memory) if memory else None, min(1.0, sum(sm)) if sm else None)
