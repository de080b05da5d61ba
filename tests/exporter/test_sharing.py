"""How series are given to owners, alone, together, and copied on request."""

from dataclasses import replace

from warpwatch.exporter.sharing import Sharing
from warpwatch.fields import memory, power, utilisation
from warpwatch.samples.entity import Gpu
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Reading, Use, Value

GPU = Gpu(0, "GPU-0", "00000000:1B:00.0", "NVIDIA H100")
UTIL, USED, POWER = utilisation.GPU_UTIL.id, memory.FB_USED.id, power.POWER_USAGE.id
VALUES: dict[int, Value] = {UTIL: 80, USED: 3000, POWER: 500.0}
A = Owner(pod="a", namespace="ml", vgpu="0")
B = Owner(pod="b", namespace="ml", vgpu="1")
MIB = 1 << 20


def told(sharing: Sharing, *owners: Owner, uses: tuple[Use, ...] = ()) -> list[tuple[object, ...]]:
    reading = Reading(GPU, VALUES, {}, owners, uses=uses)
    return [(share.owner, dict(share.values), share.whole) for share in sharing.shares(reading)]


def test_one_owner_has_the_series_and_nobody_leaves_it_as_it_is() -> None:
    assert told(Sharing(), A) == [(A, VALUES, True)]
    assert told(Sharing()) == [(None, VALUES, True)]


def test_a_series_of_several_pods_is_nobodys() -> None:
    assert told(Sharing(), A, B) == [(None, VALUES, True)]


def test_of_several_batch_jobs_each_has_a_copy() -> None:
    jobs = Owner(hpc_job="1"), Owner(hpc_job="2")
    assert told(Sharing(), *jobs) == [(job, VALUES, True) for job in jobs]
    assert told(Sharing(), jobs[0], A) == [(None, VALUES, True)]
    assert told(Sharing(), jobs[0], Owner(user="root")) == [(jobs[0], VALUES, True)]


def test_with_owners_told_apart_from_series_every_series_is_there_once() -> None:
    off = Sharing(on_series=False, virtual=True)
    for owners in ((), (A,), (A, B), (Owner(hpc_job="1"), Owner(hpc_job="2"))):
        assert told(off, *owners) == [(None, VALUES, True)]


def test_copies_have_what_each_pod_uses_and_the_device_keeps_its_own() -> None:
    uses = (Use(replace(A, vgpu=""), 1000 * MIB, 0.6), Use(replace(B, vgpu=""), 0, 0.0))
    assert told(Sharing(virtual=True), A, B, uses=uses) == [
        (None, {UTIL: 80, USED: 3000}, False),
        (A, {POWER: 500.0, UTIL: 60, USED: 1000}, True),
        (B, {POWER: 500.0, UTIL: 0, USED: 0}, True),
    ]


def test_what_is_not_known_of_a_pod_is_left_out_of_its_copy() -> None:
    uses = (Use(replace(A, vgpu=""), None, 0.5),)
    assert told(Sharing(virtual=True), A, B, uses=uses)[1:] == [
        (A, {POWER: 500.0, UTIL: 50}, True),
        (B, {POWER: 500.0}, True),
    ]


def test_two_shares_of_one_pod_are_not_told_apart() -> None:
    again = replace(A, vgpu="1")
    uses = (Use(replace(A, vgpu=""), 1000 * MIB, 0.6),)
    assert told(Sharing(virtual=True), A, again, uses=uses)[1:] == [
        (A, {POWER: 500.0}, True),
        (again, {POWER: 500.0}, True),
    ]
