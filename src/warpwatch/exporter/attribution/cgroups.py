"""What the control group of a process says of its pod, its container or its batch job.

The lines are those of /proc/PID/cgroup, of both versions: `5:memory:/slurm/uid_7/job_42/step_0`
and `0::/kubepods.slice/…`. Whoever starts a container or a job names its groups in his own way.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_POD = re.compile(
    r"pod(?P<uid>[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})"
    r"(?:\.slice)?(?:[/:]|$)"
)
"""Under systemd with `_` for `-`; of a static pod a checksum."""
_CONTAINER = re.compile(
    r"(?:^|[/:-])(?P<id>[0-9a-f]{64})(?:\.scope)?(?:/|$)",
)
_USERS = re.compile(r"(?:^|/)user\.slice/")
_JOB = re.compile(
    r"/(?:slurm[^/]*/uid_\d+|(?:[^/]*_)?slurmstepd\.scope)/(?:job_)?(?P<job>(?=[A-Za-z]*\d)[0-9A-Za-z]+)/"
)
"""Numeric until Slurm 26.05, which names the group by the job's sortable unique id (SLUID)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Empty where it says nothing."""

    pod_uid: str = ""
    container: str = ""
    job: str = ""

    @property
    def job_is_numbered(self) -> bool:
        return self.job.isdecimal()


NOWHERE = Place()


def place(lines: Iterable[str]) -> Place:
    """Of several hierarchies the first that says anything counts."""
    for line in lines:
        path = line.split(":", 2)[-1]
        found = _of_path(f"{path}/")
        if found != NOWHERE:
            return found
    return NOWHERE


def _of_path(path: str) -> Place:
    """What users may name themselves, in the part of the tree that is handed to them, says of a
    container at most.
    """
    theirs = _USERS.search(path) is not None
    pod = None if theirs else _POD.search(path)
    job = None if theirs else _JOB.search(path)
    container = _CONTAINER.search(path)
    return Place(
        pod_uid=pod["uid"].replace("_", "-") if pod else "",
        container=container["id"] if container else "",
        job=job["job"] if job else "",
    )
