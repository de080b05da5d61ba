"""Faults of the work on a GPU: taken, leaking, starved, spinning."""

import pytest

from warpwatch.clock import ManualClock
from warpwatch.errors import InputError
from warpwatch.fields.memory import FB_USED
from warpwatch.fields.power import POWER_USAGE
from warpwatch.fields.profiling import PROF_SM_ACTIVE
from warpwatch.fields.utilisation import GPU_UTIL
from warpwatch.samples.entity import Gpu
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.spec import loads

FIELDS = frozenset(field.id for field in (FB_USED, POWER_USAGE, PROF_SM_ACTIVE, GPU_UTIL))


class Bench:
    def __init__(self, gpus: str) -> None:
        self.clock = ManualClock(1_772_442_000.0)
        self.source = SimSource(loads(gpus, "bench"), self.clock, node="here")

    def hurt(self, fault: str, gpu: int = 0, **more: object) -> int:
        return self.source.inject({"fault": fault, "gpu": gpu, **more}).id

    def read(self, gpu: int = 0) -> dict[int, float]:
        device = self.source.inventory().devices[gpu]
        assert isinstance(device, Gpu)
        reading = self.source.read(device, FIELDS).readings[0]
        return {field: float(value) for field, value in reading.values.items()}

    def pod(self, gpu: int = 0) -> str:
        device = self.source.inventory().devices[gpu]
        owners = self.source.read(device, FIELDS).readings[0].owners
        return owners[0].pod if owners else ""


BURN = '[[gpus]]\nboard = "H100"\ncount = 2\nworkload = "burn"\n'


def test_somebody_takes_a_gpu_and_gives_it_back() -> None:
    bench = Bench(BURN)
    before = bench.pod()
    number = bench.hurt("occupy")
    bench.clock.advance(5)
    assert bench.pod() not in {before, ""}
    assert bench.read()[GPU_UTIL.id] == 0
    assert bench.read()[FB_USED.id] > 10_000
    assert bench.pod(1) != bench.pod()
    bench.source.clear(number)
    bench.clock.advance(5)
    assert bench.pod() == before
    assert bench.read()[GPU_UTIL.id] == 100


def test_a_job_takes_several_gpus_and_gives_them_back_at_once() -> None:
    bench = Bench(BURN)
    before = bench.pod()
    number = bench.hurt("occupy", gpus=2, workload="training", already="5m")
    bench.clock.advance(5)
    assert bench.pod() == bench.pod(1) != before
    assert bench.read(1)[PROF_SM_ACTIVE.id] > 0.7
    assert [(each.id, each.gpu) for each in bench.source.active()] == [(number, 0), (number, 1)]
    bench.hurt("lost", 1)
    bench.clock.advance(60)
    assert bench.read()[PROF_SM_ACTIVE.id] < 0.7
    bench.source.clear(number)
    bench.clock.advance(5)
    assert bench.source.active()[0].fault == "lost"
    assert bench.pod() == before


def test_a_job_of_several_gpus_needs_them_all() -> None:
    with pytest.raises(InputError, match="there is no GPU 2"):
        Bench(BURN).hurt("occupy", gpus=2, gpu=1)


def test_memory_leaks_as_fast_as_it_is_said() -> None:
    bench = Bench('[[gpus]]\nboard = "H100"\nworkload = "hpc"\n')
    before = bench.read()[FB_USED.id]
    number = bench.hurt("leak", mib_per_minute=600)
    bench.clock.advance(120)
    assert bench.read()[FB_USED.id] - before == pytest.approx(1200, rel=0.02)
    bench.source.clear(number)
    bench.clock.advance(5)
    assert bench.read()[FB_USED.id] == before


def test_one_that_starves_does_less_and_looks_it() -> None:
    bench = Bench(BURN)
    before = bench.read()
    bench.hurt("starve", share=0.2)
    bench.clock.advance(30)
    after = bench.read()
    assert after[PROF_SM_ACTIVE.id] == pytest.approx(before[PROF_SM_ACTIVE.id] * 0.2, rel=0.1)
    assert after[POWER_USAGE.id] < before[POWER_USAGE.id] / 2
    assert bench.read(1)[GPU_UTIL.id] == 100


def test_one_that_spins_looks_busy_and_draws_little() -> None:
    bench = Bench(BURN)
    bench.hurt("spin")
    bench.clock.advance(30)
    after = bench.read()
    assert after[GPU_UTIL.id] == 100
    assert after[POWER_USAGE.id] < 0.3 * 700
    assert after[PROF_SM_ACTIVE.id] < 0.2


def test_a_divided_gpu_cannot_be_taken_as_a_whole() -> None:
    bench = Bench('[[gpus]]\nboard = "H100"\nmig = ["3g.40gb"]\n')
    with pytest.raises(InputError, match="GPU 0 is divided"):
        bench.hurt("occupy")


def test_a_gang_from_which_a_gpu_is_taken_goes_on_with_the_others() -> None:
    bench = Bench('[[gpus]]\nboard = "H100"\ncount = 4\nworkload = "hpc"\n')
    bench.hurt("occupy", workload="burn")
    bench.hurt("power_brake")
    bench.clock.advance(30)
    braked, others = bench.read(), bench.read(1)
    assert braked[POWER_USAGE.id] < 400
    assert others[PROF_SM_ACTIVE.id] > 0.7, "they do not wait for one that is no longer theirs"
