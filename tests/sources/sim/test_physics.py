"""Heat, power and clocks follow from each other as they do on a board."""

from collections.abc import Callable, Mapping

import pytest

from warpwatch.clock import ManualClock
from warpwatch.fields import clocks, events, power, temperature
from warpwatch.samples.sample import Value
from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.board import board
from warpwatch.sources.sim.chance import draw, seed_of
from warpwatch.sources.sim.physics.plant import plant
from warpwatch.sources.sim.physics.power import demand
from warpwatch.sources.sim.source import SimSource

Lab = Callable[[str], tuple[SimSource, ManualClock]]
Values = Callable[[SimSource, int], Mapping[int, Value]]

WARMING = """
tick = {tick}
[[gpus]]
board = "H100"
workload = "burn"
[[faults]]
fault = "overheat"
degrees = 20
at = "10s"
"""


@pytest.mark.parametrize("seconds", [30, 60, 120, 300])
def test_the_length_of_a_tick_does_not_change_how_a_gpu_warms(
    seconds: int, lab: Lab, values: Values
) -> None:
    seen = []
    for tick in (1, 5, 10):
        source, clock = lab(WARMING.format(tick=tick))
        clock.advance(seconds + tick - 1)
        warm = values(source, 0)
        seen.append((warm[temperature.GPU_TEMP.id], warm[power.POWER_USAGE.id]))
    degrees = [int(each[0]) for each in seen]
    assert max(degrees) - min(degrees) <= 3
    assert len({each[1] for each in seen}) == 1


def test_warming_takes_time_and_ends(lab: Lab, values: Values) -> None:
    source, clock = lab(WARMING.format(tick=1))
    course = []
    for _ in range(60):
        course.append(int(values(source, 0)[temperature.GPU_TEMP.id]))
        clock.advance(10)
    assert course[:20] == sorted(course[:20])
    assert 4 <= course[4] - course[0] <= 12
    assert course[-1] - course[0] == pytest.approx(20, abs=2)
    assert max(course[30:]) - min(course[30:]) <= 2


def test_traffic_warms_the_memory_more_than_the_gpu(lab: Lab, values: Values) -> None:
    """A server at its busiest draws less than a burn, and its memory is no cooler for it."""
    serving, clock = lab('[[gpus]]\nboard = "H100"\nworkload = "inference"')
    burning, _ = lab('[[gpus]]\nboard = "H100"\nworkload = "burn"')
    clock.advance(6 * 3600)
    server, burner = values(serving, 0), values(burning, 0)
    assert float(server[power.POWER_USAGE.id]) < float(burner[power.POWER_USAGE.id]) - 100
    gpu, memory = temperature.GPU_TEMP.id, temperature.MEMORY_TEMP.id
    assert int(server[gpu]) < int(burner[gpu]) - 4
    assert int(server[memory]) >= int(burner[memory]) - 1


def test_a_gpu_may_be_slowed_for_several_reasons_at_once(lab: Lab, values: Values) -> None:
    hot = WARMING.replace("H100", "T4").replace("degrees = 20", "degrees = 25")
    source, clock = lab(hot.format(tick=1) + '[[faults]]\nfault = "power_brake"\nat = "10m"')
    clock.advance(540)
    assert values(source, 0)[events.CLOCKS_EVENT_REASONS.id] == 0x4 | 0x20
    clock.advance(60)
    assert values(source, 0)[events.CLOCKS_EVENT_REASONS.id] == 0x4 | 0x20 | 0x8 | 0x80


def test_clocks_are_those_that_a_gpu_can_run_at(lab: Lab, values: Values) -> None:
    source, clock = lab('[[gpus]]\nboard = "A10"\nworkload = "burn"')
    clock.advance(60)
    assert int(values(source, 0)[clocks.SM_CLOCK.id]) % 15 == 0


def test_a_plant_burns_what_its_board_burns() -> None:
    figures = board("T4")
    made = plant(figures, 25.0, seed_of("a"))
    assert made.idle == pytest.approx(figures.power.idle, rel=0.02)
    assert made.idle + made.span > figures.power.limit
    assert made.rise == pytest.approx(figures.thermal.burn - made.cold, abs=2)


def test_nothing_to_do_costs_nothing() -> None:
    assert demand(Activity(100)) == 0


def test_draws_are_even_and_do_not_repeat() -> None:
    draws = [draw(seed_of("x"), number) for number in range(2000)]
    assert len(set(draws)) == 2000
    assert all(0 <= each < 1 for each in draws)
    assert sum(draws) / len(draws) == pytest.approx(0.5, abs=0.03)
    assert draw(seed_of("x"), 3) == draws[3] != draw(seed_of("y"), 3)
