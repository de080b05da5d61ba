"""Readings of the same load differ as those of real boards do: each on its own, and a little."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from statistics import correlation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.clock import ManualClock
from warpwatch.fields import ecc, memory, nvlink, pcie, power, profiling, temperature, utilisation
from warpwatch.fields import events as fields_events
from warpwatch.samples.sample import Value
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.source import SimSource

Lab = Callable[[str], tuple[SimSource, ManualClock]]
Values = Callable[[SimSource, int], Mapping[int, Value]]
SIGNALS = ("busy", "sm", "tensor", "dram", "nvlink", "pcie", "watts", "instant")
TENSOR = profiling.PROF_PIPE_TENSOR_ACTIVE.id
DRAM = profiling.PROF_DRAM_ACTIVE.id
WATTS = power.POWER_USAGE.id
USED = memory.FB_USED.id
ENERGY = power.TOTAL_ENERGY_CONSUMPTION.id


def course(noise: Noise, name: str, seconds: int = 4000) -> list[float]:
    seen = []
    for second in range(seconds):
        noise.move(1e9 + second)
        seen.append(float(getattr(noise, name)))
    return seen


@given(seed=st.integers(0, 2**64 - 1), times=st.lists(st.floats(0, 4e9), min_size=1))
def test_noise_is_a_function_of_the_time_and_stays_in_its_bounds(
    seed: int, times: list[float]
) -> None:
    wandering = Noise(seed)
    for time in times:
        wandering.move(time)
        straight = Noise(seed)
        straight.move(time)
        for name in (*SIGNALS, "air"):
            assert getattr(wandering, name) == getattr(straight, name)
            assert -1.0 - 1e-9 <= getattr(straight, name) <= 1.0 + 1e-9


def test_signals_stray_each_on_its_own() -> None:
    courses = [course(Noise(3), name) for name in SIGNALS] + [course(Noise(4), "busy")]
    for number, left in enumerate(courses):
        for right in courses[:number]:
            assert abs(correlation(left, right)) < 0.3


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_resembles_what_it_was_a_moment_ago_and_not_what_it_was_minutes_ago(
    name: str,
) -> None:
    seen = course(Noise(5), name)
    assert correlation(seen[:-3], seen[3:]) > 0.5
    assert abs(correlation(seen[:-200], seen[200:])) < 0.3
    assert max(abs(new - old) for old, new in pairwise(seen)) < 0.75


@pytest.fixture
def training(lab: Lab, values: Values) -> list[Mapping[int, Value]]:
    """A rank in its steps, every second for some minutes."""
    source, clock = lab('[[gpus]]\nboard = "H100"\ncount = 2\nworkload = "training"')
    seen = []
    for _ in range(400):
        clock.advance(1)
        seen.append(values(source, 0))
    return [each for each in seen if float(each[TENSOR]) > 0.3]


def test_engines_at_work_do_not_move_as_one(training: list[Mapping[int, Value]]) -> None:
    tensor, dram = ([float(each[field]) for each in training] for field in (TENSOR, DRAM))
    assert abs(correlation(tensor, dram)) < 0.5
    assert len({round(left - right, 5) for left, right in zip(tensor, dram, strict=True)}) > 100


def test_memory_of_training_stands_still_between_checkpoints(
    training: list[Mapping[int, Value]], lab: Lab, values: Values
) -> None:
    assert len({each[USED] for each in training}) <= 2
    source, clock = lab('[[gpus]]\nboard = "H100"\ncount = 2\nworkload = "training"')
    plateaus: set[Value] = set()
    for _ in range(12):
        clock.advance(300)
        plateaus.add(values(source, 0)[USED])
    assert 3 <= len(plateaus) <= 5
    assert max(map(int, plateaus)) - min(map(int, plateaus)) < 0.01 * 81559
    assert values(source, 1)[USED] not in plateaus


def test_utilisation_moves_between_96_and_100_per_cent(
    training: list[Mapping[int, Value]],
) -> None:
    seen = {int(each[utilisation.GPU_UTIL.id]) for each in training}
    assert len(seen) >= 3
    assert 96 <= min(seen) <= max(seen) <= 100


def test_what_goes_over_pcie_is_never_the_same_twice(
    training: list[Mapping[int, Value]],
) -> None:
    for field in (pcie.PCIE_TX_THROUGHPUT, pcie.PCIE_RX_THROUGHPUT):
        assert len({each[field.id] for each in training}) > 100


def test_a_gpu_at_rest_ripples_by_less_than_a_watt_and_about_a_degree(
    lab: Lab, values: Values
) -> None:
    source, clock = lab('[[gpus]]\nboard = "H100"\ncount = 2\nworkload = "idle"')
    seen = []
    for _ in range(300):
        clock.advance(15)
        seen.append(values(source, 0))
    watts = [float(each[WATTS]) for each in seen]
    degrees = [int(each[temperature.GPU_TEMP.id]) for each in seen]
    assert len(set(watts)) > 100
    assert 0.2 < max(watts) - min(watts) < 1.0
    assert 1 <= max(degrees) - min(degrees) <= 2


@pytest.mark.parametrize("workload", ["idle", "training", "burn"])
def test_power_comes_in_whole_milliwatts(workload: str, lab: Lab, values: Values) -> None:
    source, clock = lab(f'[[gpus]]\nboard = "H100"\nworkload = "{workload}"')
    for _ in range(20):
        clock.advance(7)
        seen = values(source, 0)
        for field in (WATTS, power.POWER_USAGE_INSTANT.id):
            assert float(seen[field]) == round(float(seen[field]), 3)


def test_every_gpu_has_a_past_of_its_own(lab: Lab, values: Values) -> None:
    source, _ = lab('[[gpus]]\nboard = "H100"\ncount = 8\nworkload = "idle"')
    seen = [values(source, index) for index in range(8)]
    for field in (
        ENERGY,
        profiling.PROF_PCIE_RX_BYTES_TOTAL.id,
        nvlink.NVLINK_COUNT_TX_BYTES.id,
        fields_events.LOW_UTIL_VIOLATION.id,
    ):
        assert len({each[field] for each in seen}) == 8
    energies = [float(each[ENERGY]) for each in seen]
    assert max(energies) > 1.3 * min(energies)


def test_some_boards_have_had_an_error_that_was_mended(lab: Lab, values: Values) -> None:
    source, _ = lab('[[gpus]]\nboard = "H100"\ncount = 64\nworkload = "idle"')
    past = [int(values(source, index)[ecc.ECC_SBE_AGG_TOTAL.id]) for index in range(64)]
    assert 1 <= sum(count > 0 for count in past) <= 24
    assert {values(source, index)[ecc.ECC_SBE_VOL_TOTAL.id] for index in range(64)} == {0}
