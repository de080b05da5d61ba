"""Every name under which a device plugin hands out a GPU finds its GPU, and only that."""

import pytest

from warpwatch.exporter.attribution.device_ids import Place, place, places
from warpwatch.samples.entity import Compute, Gpu, Instance, Switch

UUID = "GPU-8b2281de-6d3c-22ed-0ec8-d3b864870b8b"
MIG = "MIG-4e7c4a1b-0d5c-5a56-9a42-1d2b9a0e3b5c"
GPU = Gpu(3, UUID, "00000000:8D:00.0", "NVIDIA H100")
OTHER = Gpu(0, "GPU-other", "00000000:1B:00.0", "NVIDIA H100")
PART = Instance(GPU, 5, "1g.10gb", MIG)
OTHER_PART = Instance(GPU, 6, "1g.10gb", "MIG-other")
ALL = (GPU, OTHER, PART, OTHER_PART)


@pytest.mark.parametrize(
    ("id_", "entity", "share"),
    [
        (UUID, GPU, ""),
        (f"{UUID}::0", GPU, "0"),
        (f"{UUID}::12", GPU, "12"),
        (MIG, PART, ""),
        (f"{MIG}::3", PART, "3"),
        (f"MIG-{UUID}/5/0", PART, ""),
        (f"MIG-{UUID}/5/0::2", PART, "2"),
        ("nvidia3", GPU, ""),
        ("nvidia3/gi5", PART, ""),
        ("nvidia3/vgpu1", GPU, "1"),
        ("nvidia3/gi5/vgpu2", PART, "2"),
    ],
)
def test_each_form_means_one_entity(id_: str, entity: object, share: str) -> None:
    found = place(id_)
    assert found is not None
    assert found.share == share
    where = Place(found.uuid, found.gpu, found.index, found.instance)
    assert [each for each in ALL if where in places(each)] == [entity]


def test_every_compute_instance_is_a_name_of_its_gpu_instance() -> None:
    computes = tuple(Compute(n, "1c.3g.40gb", f"MIG-{n}{n}") for n in range(2))
    shared = Instance(GPU, 1, "3g.40gb", "MIG-00", computes)
    for name in ("MIG-00", "MIG-11"):
        found = place(name)
        assert found in places(shared)


@pytest.mark.parametrize(
    "id_", ["nvidia٣", "", "gpu0", "nvidia", "nvidia3/", "nvidia0/ci1", "GPU-", "::1"]
)
def test_what_has_no_known_form_is_nothing(id_: str) -> None:
    assert place(id_) is None


def test_a_switch_is_handed_out_to_nobody() -> None:
    assert places(Switch(0)) == ()
