"""MIG instances: entities of their own, which come and go while we read."""

import pynvml
import pytest

from bindings import ALL, NOW, AtOnce, Bindings, divide
from bindings import Board as Real
from warpwatch.clock import ManualClock
from warpwatch.fields import memory, power, profiling
from warpwatch.samples.entity import Compute, Instance
from warpwatch.samples.sample import Reading, Reason
from warpwatch.sources.nvml.board import Board
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.gpm import METRICS
from warpwatch.sources.nvml.mig import CALLS, FIGURES
from warpwatch.sources.nvml.tenants import KINDS

NOT_SUPPORTED = pynvml.NVML_ERROR_NOT_SUPPORTED
SM = profiling.PROF_SM_ACTIVE.id
ASKED = (ALL | METRICS.keys()) - KINDS.keys()


class Divided:
    def __init__(self) -> None:
        self.bindings = Bindings()
        self.bindings.running = 1
        self.real = self.bindings.boards[0]
        divide(self.real)
        self.clock = ManualClock(NOW)
        self.board = Board(Door(self.bindings), self.clock, AtOnce(self.clock), 0)

    def read(self) -> tuple[Reading, list[Reading]]:
        self.clock.advance(1)
        whole, *parts = self.board.read(ASKED).readings
        return whole, parts

    @property
    def kept(self) -> int:
        return [sample.freed for sample in self.bindings.samples.values()].count(False)


def instances(gpu: Divided) -> list[Instance]:
    _, parts = gpu.read()
    return [part.entity for part in parts if isinstance(part.entity, Instance)]


def test_instances_are_entities_with_their_profile_and_number() -> None:
    gpu = Divided()
    _, parts = gpu.read()
    assert [part.entity for part in parts] == [
        Instance(gpu.board.gpu, 1, "3g.40gb", "MIG-00000001"),
        Instance(gpu.board.gpu, 9, "1g.10gb", "MIG-00000009"),
    ]


def test_compute_instances_are_told_with_their_share_of_the_gpu_instance() -> None:
    gpu = Divided()
    half = Real(3)
    half.answers = gpu.real.instances[2].answers | {
        ("nvmlDeviceGetComputeInstanceId",): 5,
        ("nvmlDeviceGetUUID",): "MIG-0000000a",
    }
    gpu.real.instances[3] = half
    for _ in range(2):
        first, second = instances(gpu)
        assert first.computes == (Compute(0, "3g.40gb", "MIG-00000001"),)
        assert second.computes == (
            Compute(0, "1c.1g.10gb", "MIG-00000009"),
            Compute(5, "1c.1g.10gb", "MIG-0000000a"),
        )
    before = instances(gpu)
    gpu.real.instances.pop(3)
    # It is the same GPU instance, with one compute instance less.
    assert instances(gpu) == before
    assert [len(each.computes) for each in (*before, *instances(gpu))] == [1, 2, 1, 1]


def test_an_instance_has_memory_and_figures_of_its_own_and_nothing_board_wide() -> None:
    gpu = Divided()
    gpu.read()
    _, parts = gpu.read()
    for part, gib in zip(parts, (40, 10), strict=True):
        assert part.values.keys() == CALLS.keys() | FIGURES
        assert part.values[memory.FB_TOTAL.id] == gib * 1024
        assert part.values[memory.FB_USED.id] == 1000
        assert part.values[SM] == METRICS[SM] / 100
        assert power.POWER_USAGE.id not in part.values
        assert part.gaps == {}


def test_an_instance_that_is_destroyed_gives_its_sample_back() -> None:
    gpu = Divided()
    gpu.read()
    assert gpu.kept == 3
    destroyed = gpu.real.instances.pop(2)
    _, parts = gpu.read()
    assert len(parts) == 1
    assert gpu.kept == 2 * 2
    gpu.real.instances[2] = destroyed
    _, parts = gpu.read()
    assert parts[1].gaps == dict.fromkeys(FIGURES, Reason.NOT_YET_SAMPLED)


def test_when_mig_is_switched_off_the_gpu_is_whole_and_all_is_asked_again() -> None:
    gpu = Divided()
    function = "nvmlDeviceGetUtilizationRates"
    gpu.real.codes[function] = pynvml.NVML_ERROR_NOT_SUPPORTED
    whole, _ = gpu.read()
    assert set(whole.gaps.values()) == {Reason.UNSUPPORTED, Reason.NOT_YET_SAMPLED}
    gpu.real.answers["nvmlDeviceGetMigMode",] = [0, 0]
    gpu.real.codes.clear()
    whole, parts = gpu.read()
    assert (whole.gaps, parts) == ({}, [])
    assert gpu.kept == 2


def test_compute_instances_of_one_gpu_instance_are_one_entity() -> None:
    gpu = Divided()
    gpu.real.instances[3] = gpu.real.instances[2]
    _, parts = gpu.read()
    assert [part.entity.id for part in parts if isinstance(part.entity, Instance)] == [1, 9]


def test_the_instances_of_a_lost_gpu_are_lost_with_it() -> None:
    gpu = Divided()
    gpu.read()
    gpu.real.left = 0
    whole, parts = gpu.read()
    assert set(whole.gaps.values()) == {Reason.LOST}
    assert [part.gaps for part in parts] == 2 * [dict.fromkeys(CALLS.keys() | FIGURES, Reason.LOST)]


def test_without_figures_an_instance_still_has_its_memory() -> None:
    gpu = Divided()
    gpu.real.codes["nvmlGpmQueryDeviceSupport"] = pynvml.NVML_ERROR_FUNCTION_NOT_FOUND
    _, parts = gpu.read()
    assert parts[0].values[memory.FB_FREE.id] == 39 * 1024
    assert parts[0].gaps == dict.fromkeys(FIGURES, Reason.UNSUPPORTED)


def test_the_end_gives_every_sample_back() -> None:
    gpu = Divided()
    gpu.read()
    with gpu.board.lock:
        gpu.board.close()
    assert gpu.kept == 0


def test_that_instances_are_not_told_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    gpu = Divided()
    gpu.real.codes["nvmlDeviceGetMigDeviceHandleByIndex"] = pynvml.NVML_ERROR_UNKNOWN
    assert (gpu.read()[1], gpu.read()[1]) == ([], [])
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("MIG instances of GPU 0 (")
    del gpu.real.codes["nvmlDeviceGetMigDeviceHandleByIndex"]
    assert len(gpu.read()[1]) == 2
    gpu.real.codes["nvmlDeviceGetMigDeviceHandleByIndex"] = pynvml.NVML_ERROR_UNKNOWN
    gpu.read()
    assert len(caplog.messages) == 2


def test_what_an_instance_does_not_support_is_not_asked_every_second() -> None:
    gpu = Divided()
    larger, smaller = gpu.real.instances[0], gpu.real.instances[2]
    smaller.codes["nvmlDeviceGetMemoryInfo"] = NOT_SUPPORTED
    gpu.real.codes["nvmlGpmMigSampleGet"] = NOT_SUPPORTED
    for _ in range(5):
        _, (whole, wanting) = gpu.read()
        assert memory.FB_USED.id in whole.values
        assert wanting.gaps[memory.FB_USED.id] is Reason.UNSUPPORTED
        assert whole.gaps[SM] is wanting.gaps[SM] is Reason.UNSUPPORTED
        asked = ASKED & (CALLS.keys() | FIGURES)
        assert whole.values.keys() | whole.gaps.keys() == asked
    names = [name for name, _ in gpu.bindings.calls]
    assert names.count("nvmlGpmMigSampleGet") == 2
    assert larger is not smaller
    gpu.clock.advance(600)
    smaller.codes.clear()
    gpu.real.codes.clear()
    gpu.read()
    _, (_, mended) = gpu.read()
    assert mended.values.keys() >= {memory.FB_USED.id, SM}


def test_before_hopper_nobody_asks_for_figures_every_second() -> None:
    gpu = Divided()
    gpu.real.codes["nvmlGpmQueryDeviceSupport"] = NOT_SUPPORTED
    for _ in range(5):
        _, parts = gpu.read()
        assert {part.gaps[SM] for part in parts} == {Reason.UNSUPPORTED}
    names = [name for name, _ in gpu.bindings.calls]
    assert names.count("nvmlGpmQueryDeviceSupport") <= 2
