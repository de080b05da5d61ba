"""Each workload has the signature by which people recognise it."""

import pkgutil
from collections.abc import Callable, Mapping
from itertools import pairwise

import pytest

from warpwatch.clock import ManualClock
from warpwatch.fields import clocks, events, memory, power, profiling, utilisation
from warpwatch.samples.sample import Value
from warpwatch.sources.sim import workloads
from warpwatch.sources.sim.board import board
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.workloads import WORKLOADS
from warpwatch.sources.sim.workloads.inference import load
from warpwatch.sources.sim.workloads.training import CHECKPOINT_EVERY

Lab = Callable[[str], tuple[SimSource, ManualClock]]
Values = Callable[[SimSource, int], Mapping[int, Value]]

GPU_UTIL = utilisation.GPU_UTIL.id
BUSY = profiling.PROF_GR_ENGINE_ACTIVE.id
SM = profiling.PROF_SM_ACTIVE.id
TENSOR = profiling.PROF_PIPE_TENSOR_ACTIVE.id
DRAM = profiling.PROF_DRAM_ACTIVE.id
NVLINK = profiling.PROF_NVLINK_TX_BYTES.id
PCIE_RX = profiling.PROF_PCIE_RX_BYTES.id
PCIE_TX = profiling.PROF_PCIE_TX_BYTES.id
WATTS = power.POWER_USAGE.id
USED = memory.FB_USED.id
IDLE = 0x1


@pytest.fixture
def run(lab: Lab, values: Values) -> Callable[..., list[list[Mapping[int, Value]]]]:
    """Every GPU of a node that runs one workload, every few seconds."""

    def go(
        workload: str, count: int = 1, looks: int = 120, every: float = 10, name: str = "H100"
    ) -> list[list[Mapping[int, Value]]]:
        source, clock = lab(f'[[gpus]]\nboard = "{name}"\ncount = {count}\nworkload = "{workload}"')
        seen: list[list[Mapping[int, Value]]] = [[] for _ in range(count)]
        for _ in range(looks):
            clock.advance(every)
            for index in range(count):
                seen[index].append(values(source, index))
        return seen

    return go


Run = Callable[..., list[list[Mapping[int, Value]]]]


def mean(seen: list[Mapping[int, Value]], field: int) -> float:
    return sum(float(each[field]) for each in seen) / len(seen)


def test_every_module_is_in_the_list() -> None:
    modules = {each.name for each in pkgutil.iter_modules(workloads.__path__)}
    assert modules == {workload.name for workload in WORKLOADS}


def test_an_idle_gpu_does_nothing_and_belongs_to_nobody(lab: Lab, run: Run) -> None:
    (seen,) = run("idle")
    assert mean(seen, GPU_UTIL) == mean(seen, USED) == mean(seen, SM) == 0
    assert {each[events.CLOCKS_EVENT_REASONS.id] for each in seen} == {IDLE}
    source, _ = lab('[[gpus]]\nboard = "H100"\nworkload = "idle"')
    assert source.read(source.inventory().devices[0], {GPU_UTIL}).readings[0].owners == ()


def test_one_small_kernel_reads_100_per_cent_on_an_almost_empty_gpu(run: Run) -> None:
    (seen,) = run("one_sm")
    assert mean(seen, GPU_UTIL) == 100
    assert mean(seen, BUSY) == 1
    assert mean(seen, SM) == pytest.approx(1 / board("H100").identity.sms)
    assert mean(seen, WATTS) < 200


def test_held_memory_keeps_clocks_and_some_power_up_without_work(run: Run) -> None:
    (held,), (idle,) = run("held"), run("idle")
    assert mean(held, GPU_UTIL) == 0
    assert mean(held, USED) > 0.3 * board("H100").memory.total
    assert mean(held, clocks.SM_CLOCK.id) == 1980
    assert mean(idle, WATTS) + 20 < mean(held, WATTS) < mean(idle, WATTS) + 80
    assert {each[events.CLOCKS_EVENT_REASONS.id] for each in held} == {IDLE}


def test_training_stalls_and_saves_on_all_ranks_at_the_same_time(run: Run) -> None:
    ranks = run("training", count=4, looks=400, every=5)
    waiting = [[float(each[BUSY]) < 0.5 for each in rank] for rank in ranks]
    assert all(rank == waiting[0] for rank in waiting)
    assert 0.02 < sum(waiting[0]) / len(waiting[0]) < 0.25
    working = [each for each in ranks[0] if float(each[BUSY]) > 0.5]
    assert mean(working, TENSOR) > 0.4
    assert mean(working, SM) > 0.8
    assert mean(working, NVLINK) > 0.2 * 450e9
    saving = [float(each[PCIE_TX]) for each in ranks[0] if float(each[PCIE_TX]) > 15e9]
    assert len(saving) >= 2000 // CHECKPOINT_EVERY


def test_training_on_one_gpu_sends_nothing_over_nvlink(run: Run) -> None:
    (seen,) = run("training")
    assert mean(seen, NVLINK) == 0


def test_inference_follows_the_day_and_is_bound_by_memory(run: Run) -> None:
    (seen,) = run("inference", looks=48, every=1800)
    shares = [float(each[DRAM]) for each in seen]
    assert max(shares) > 3 * min(shares)
    assert max(shares) > 0.55
    assert all(float(each[TENSOR]) < float(each[DRAM]) for each in seen)
    assert mean(seen, USED) > 0.9 * 81080
    assert load(15 * 3600, 0) > 5 * load(3 * 3600, 0)


def test_a_notebook_works_in_bursts(run: Run) -> None:
    (seen,) = run("notebook", looks=400, every=45)
    bursts = sum(float(each[GPU_UTIL]) > 0 for each in seen) / len(seen)
    assert 0.1 < bursts < 0.4


def test_a_leak_climbs_to_the_brim_and_starts_again(lab: Lab, values: Values) -> None:
    source, clock = lab('[[gpus]]\nboard = "A10"\nworkload = "leak"')
    used = []
    for _ in range(600):
        clock.advance(10)
        used.append(int(values(source, 0)[USED]))
    falls = [(a, b) for a, b in pairwise(used) if b < a]
    assert max(used) > 0.98 * (23028 - 512)
    assert falls
    assert all(after == 0 for _, after in falls)


def test_waiting_for_input_leaves_gaps_between_bursts(run: Run) -> None:
    (seen,) = run("input_bound")
    assert mean(seen, SM) < 0.3
    assert mean(seen, BUSY) < 0.5
    assert mean(seen, PCIE_RX) > 3e9


def test_communication_fills_the_links_and_not_the_pipes(run: Run) -> None:
    seen = run("communication_bound", count=8)[3]
    assert mean(seen, GPU_UTIL) > 95
    assert mean(seen, NVLINK) > 0.65 * 450e9
    assert mean(seen, TENSOR) < 0.25
    assert mean(seen, SM) < 0.5


def test_of_unbalanced_ranks_one_works_and_the_others_spin(run: Run) -> None:
    ranks = run("imbalanced", count=8, looks=30)
    active = sorted(mean(rank, SM) for rank in ranks)
    assert all(mean(rank, GPU_UTIL) == 100 for rank in ranks)
    assert active[-1] > 0.8
    assert active[-2] < 0.4
    watts = sorted(mean(rank, WATTS) for rank in ranks)
    assert watts[-1] > watts[-2] + 150


def test_a_simulation_works_in_double_precision_and_leaves_the_tensor_pipes_alone(
    run: Run,
) -> None:
    (seen,) = run("hpc", name="A100")
    assert mean(seen, profiling.PROF_PIPE_FP64_ACTIVE.id) > 0.3
    assert mean(seen, TENSOR) == 0
    assert mean(seen, DRAM) > 0.45


def test_a_burn_is_the_fullest_load(run: Run) -> None:
    (seen,) = run("burn")
    assert mean(seen, TENSOR) > 0.9
    assert mean(seen, SM) > 0.98


def test_transcoding_is_seen_in_the_video_engines(run: Run) -> None:
    (seen,) = run("transcoding", name="T4")
    assert mean(seen, utilisation.ENC_UTIL.id) > 40
    assert mean(seen, utilisation.DEC_UTIL.id) > 50
    assert mean(seen, SM) < 0.15


def test_a_load_that_asks_for_more_than_the_limit_is_capped_and_slowed(run: Run) -> None:
    (seen,) = run("burn", name="T4")
    last = seen[-1]
    assert 69 <= float(last[WATTS]) <= 70
    assert int(last[events.CLOCKS_EVENT_REASONS.id]) & 0x4
    assert int(last[clocks.SM_CLOCK.id]) < 1590
    slowed = int(last[events.POWER_VIOLATION.id]) - int(seen[0][events.POWER_VIOLATION.id])
    assert slowed == pytest.approx((len(seen) - 1) * 10e9)
    assert int(last[events.CLOCKS_EVENT_REASON_SW_POWER_CAP_NS.id]) >= slowed
