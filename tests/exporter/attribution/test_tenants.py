"""From the processes on a GPU to whose they are, and how much of it each of them uses."""

from dataclasses import replace

import pytest

from warpwatch.exporter.attribution import tenants
from warpwatch.exporter.attribution.tenants import Tenants, Wanted
from warpwatch.samples.entity import Gpu
from warpwatch.samples.owner import Claim, Owner
from warpwatch.samples.sample import Process, Reading, Report, Use

GPU = Gpu(0, "GPU-0", "00000000:1B:00.0", "NVIDIA H100")
ID = "0123456789abcdef" * 4
UIDS = {name: f"{name * 8}-1111-2222-3333-444444444444" for name in "abc"}
ALL = Wanted(jobs=True, containers=True, users=True)
GIB = 1 << 30


def of_job(job: str) -> tuple[str, ...]:
    return (f"0::/system.slice/slurmstepd.scope/{job}/step_0/user/task_0",)


def of_pod(name: str, container: str = ID) -> tuple[str, ...]:
    return (f"0::/kubepods/burstable/pod{UIDS[name]}/{container}",)


def pod(name: str, vgpu: str = "") -> Owner:
    return Owner(pod=name, namespace="ml", container="main", pod_uid=UIDS[name], vgpu=vgpu)


def process(pid: int, *cgroup: str, memory: int | None = GIB, sm: float | None = 0.25) -> Process:
    return Process(pid, "compute", memory, sm, user="ada", cgroup=cgroup)


def told(stage: Tenants, *processes: Process, owners: tuple[Owner, ...] = ()) -> Reading:
    report = Report(GPU, 0.0, (Reading(GPU, {}, {}, owners, processes),))
    return stage(report).readings[0]


def test_a_job_has_what_its_processes_have() -> None:
    reading = told(
        Tenants(Wanted(jobs=True)),
        process(1, *of_job("job_42")),
        process(2, *of_job("job_42"), sm=0.5),
        process(3, *of_job("job_43"), memory=None, sm=None),
        process(4, "0::/user.slice"),
    )
    first, second = Owner(hpc_job="42"), Owner(hpc_job="43")
    assert reading.owners == (first, second)
    assert reading.uses == (Use(first, 2 * GIB, 0.75), Use(second, None, None))


def test_a_job_by_its_sortable_id_is_named_by_its_number_where_that_can_be_read() -> None:
    asked: list[int] = []

    def environment(pid: int) -> dict[str, str]:
        asked.append(pid)
        return {"SLURM_JOB_ID": "42"} if pid == 1 else {}

    stage = Tenants(Wanted(jobs=True), environment)
    for _ in range(2):
        reading = told(stage, process(1, *of_job("s6A3C0Q")), process(2, *of_job("s9ZZZZ1")))
        assert [owner.hpc_job for owner in reading.owners] == ["42", "s9ZZZZ1"]
    assert asked == [1, 2], "an environment is read once"


def test_jobs_that_are_over_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenants, "_MOST", 2)
    asked: list[int] = []

    def environment(pid: int) -> dict[str, str]:
        asked.append(pid)
        return {"SLURM_JOB_ID": str(pid)}

    stage = Tenants(Wanted(jobs=True), environment)
    for pid in (1, 2, 3, 3, 1):
        told(stage, process(pid, *of_job(f"s{pid}A3C0Q")))
    assert asked == [1, 2, 3, 1]


def test_an_environment_that_lies_is_not_taken_for_a_job() -> None:
    stage = Tenants(Wanted(jobs=True), lambda _: {"SLURM_JOB_ID": '1"} 9\n'})
    assert told(stage, process(1, *of_job("s1AB2C"))).owners == (Owner(hpc_job="s1AB2C"),)


def test_a_container_has_its_name_or_the_beginning_of_its_id() -> None:
    scope = f"0::/system.slice/docker-{ID}.scope"
    named = Tenants(Wanted(containers=True), name={ID: "notebook"}.__getitem__)
    assert told(named, process(1, scope)).owners == (Owner(container="notebook"),)
    nameless = Tenants(Wanted(containers=True))
    assert told(nameless, process(1, scope)).owners == (Owner(container=ID[:12]),)


def test_a_process_of_nobody_else_is_its_users() -> None:
    assert told(Tenants(Wanted(users=True)), process(1)).owners == (Owner(user="ada"),)
    unseen = replace(process(1), user="")
    assert told(Tenants(ALL), unseen).owners == ()


def test_only_what_was_asked_for_is_told() -> None:
    assert told(Tenants(Wanted()), process(1, *of_job("job_42"))).owners == ()


def test_what_a_pod_uses_is_added_up_and_one_without_a_process_uses_nothing() -> None:
    owners = (pod("a", vgpu="0"), pod("b", vgpu="1"), pod("c", vgpu="2"))
    reading = told(
        Tenants(ALL),
        process(1, *of_pod("a")),
        process(2, *of_pod("a"), sm=0.5),
        process(3, *of_pod("b"), sm=None),
        owners=owners,
    )
    assert reading.owners == owners
    assert {use.owner.pod: (use.memory, use.sm) for use in reading.uses} == {
        "a": (2 * GIB, 0.75),
        "b": (GIB, None),
        "c": (0, 0.0),
    }
    assert {use.owner.vgpu for use in reading.uses} == {""}


def test_a_pod_whose_uid_is_not_known_is_not_said_to_use_nothing() -> None:
    owner = replace(pod("a"), pod_uid="")
    assert told(Tenants(ALL), process(1, *of_pod("a")), owners=(owner,)).uses == ()


def test_a_process_of_a_pod_that_was_not_given_the_gpu_is_nobodys_here() -> None:
    reading = told(Tenants(ALL), process(1, *of_pod("b")), owners=(pod("a"),))
    assert [(use.owner.pod, use.memory) for use in reading.uses] == [("a", 0)]


@pytest.mark.parametrize("claim", [None, Claim("c", "ml", "gpu.nvidia.com", "n1", "gpu-0")])
def test_several_containers_of_a_pod_use_it_together(claim: Claim | None) -> None:
    one = replace(pod("a"), claim=claim)
    other = replace(one, container="sidecar")
    reading = told(Tenants(ALL), process(1, *of_pod("a")), owners=(one, other))
    assert reading.uses == (Use(replace(pod("a"), container=""), GIB, 0.25),)


def test_a_process_that_computes_and_draws_counts_once() -> None:
    twice = process(1, *of_job("job_1"))
    reading = told(Tenants(ALL), twice, replace(twice, kind="graphics"))
    assert [use.memory for use in reading.uses] == [GIB]


def test_no_more_than_the_whole_is_used() -> None:
    busy = [process(pid, *of_job("job_1"), sm=0.8) for pid in (1, 2)]
    assert [use.sm for use in told(Tenants(ALL), *busy).uses] == [1.0]
