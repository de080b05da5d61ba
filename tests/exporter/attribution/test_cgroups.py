"""Control groups as runtimes and schedulers name them, of both versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.exporter.attribution.cgroups import NOWHERE, Place, place

ID = "0123456789abcdef" * 4
UID = "6fd0b0b4-7a63-4f5e-9f0c-0e3c5b1a2d3e"
FLAT = UID.replace("-", "_")
STATIC = "d41d8cd98f00b204e9800998ecf8427e"
POD = Place(pod_uid=UID, container=ID)

LINES = {
    f"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{FLAT}.slice/"
    f"cri-containerd-{ID}.scope": Place(UID, ID),
    f"0::/kubepods.slice/kubepods-pod{FLAT}.slice/crio-{ID}.scope": Place(UID, ID),
    f"0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod{FLAT}.slice/"
    f"docker-{ID}.scope": Place(UID, ID),
    f"0::/../../kubepods/besteffort/pod{UID}/{ID}": POD,
    f"0::/kubepods-besteffort-pod{FLAT}.slice:cri-containerd:{ID}": Place(UID, ID),
    f"11:memory:/kubepods/burstable/pod{UID}/{ID}": POD,
    f"0::/kubepods/burstable/pod{STATIC}/{ID}": Place(STATIC, ID),
    f"4:devices:/docker/{ID}": Place("", ID),
    f"0::/system.slice/docker-{ID}.scope": Place("", ID),
    f"0::/user.slice/user-7.slice/user@7.service/user.slice/docker-{ID}.scope": (Place("", ID)),
    f"0::/machine.slice/libpod-{ID}.scope/container": Place("", ID),
    f"0::/system.slice/nerdctl-{ID}.scope": Place("", ID),
    f"0::/default/{ID}": Place("", ID),
    "9:devices:/slurm/uid_1000/job_4242/step_0/task_0": Place(job="4242"),
    "9:devices:/slurm_node7/uid_1000/job_4242": Place(job="4242"),
    "0::/system.slice/slurmstepd.scope/job_77/step_batch/user/task_0": Place(job="77"),
    "0::/system.slice/node7_slurmstepd.scope/job_77/step_extern": Place(job="77"),
    "0::/system.slice/slurmstepd.scope/s6A3C0QW5T7M00/step_0/user": Place(job="s6A3C0QW5T7M00"),
    "0::/system.slice/slurmstepd.scope/job_s6A3C0QW5T7M00/step_0": Place(job="s6A3C0QW5T7M00"),
    f"0::/system.slice/slurmstepd.scope/job_77/step_0/user/task_0/libpod-{ID}.scope": (
        Place("", ID, "77")
    ),
    "0::/system.slice/slurmstepd.scope/system": NOWHERE,
    "0::/user.slice/user-1000.slice/session-3.scope": NOWHERE,
    "0::/user.slice/user-7.slice/user@7.service/slurmstepd.scope/job_1/step_0": NOWHERE,
    f"0::/user.slice/user-7.slice/user@7.service/kubepods/pod{UID}/x": NOWHERE,
    "0::/system.slice/docker.service": NOWHERE,
    "0::/": NOWHERE,
    "": NOWHERE,
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_says_whose_process_it_is(line: str) -> None:
    assert place([line]) == LINES[line]


def test_of_several_hierarchies_one_that_says_something_counts() -> None:
    lines = ["12:pids:/user.slice", f"11:memory:/kubepods/pod{UID}/{ID}", "0::/"]
    assert place(lines) == POD


def test_a_jobs_number_is_told_from_its_sortable_id() -> None:
    assert place(["0::/system.slice/slurmstepd.scope/job_77/step_0"]).job_is_numbered
    assert not place(["0::/system.slice/slurmstepd.scope/s6A3C0QW5T7M00/step_0"]).job_is_numbered


@given(st.lists(st.text()))
def test_no_line_does_harm(lines: list[str]) -> None:
    assert isinstance(place(lines), Place)
