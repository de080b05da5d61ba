"""Steps of time: every tick when somebody reads, few of them when nobody did for long."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.clock import ManualClock
from warpwatch.fields.power import TOTAL_ENERGY_CONSUMPTION
from warpwatch.samples.entity import Gpu
from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.board import board
from warpwatch.sources.sim.fleet import RACK, fleet
from warpwatch.sources.sim.gpu import SimGpu
from warpwatch.sources.sim.identity import papers
from warpwatch.sources.sim.noise import Noise
from warpwatch.sources.sim.physics.plant import plant
from warpwatch.sources.sim.roster import Pinned
from warpwatch.sources.sim.scenario import GpuGroup, Scenario
from warpwatch.sources.sim.stage import EXACT, Stage
from warpwatch.sources.sim.state import State
from warpwatch.sources.sim.timeline import Timeline
from warpwatch.sources.sim.work import Job, Work, Workload
from warpwatch.units import Seconds

BEGIN = 1_772_442_000.0
ENERGY = TOTAL_ENERGY_CONSUMPTION.id


def stage(tick: float) -> tuple[Stage, list[float]]:
    """A stage with one GPU whose work writes down the time of each step."""
    scenario = Scenario(gpus=(GpuGroup(board="H100"),), tick=Seconds(tick))
    timeline = Timeline(scenario, ManualClock(BEGIN))
    times: list[float] = []

    def drive(_activity: Activity, _work: Work, time: float, _noise: Noise) -> None:
        times.append(time - BEGIN)

    job = Job(1, BEGIN, Workload("counted", "", drive), 1)
    figures = board("H100")
    gpu = Gpu(0, "GPU-0", "00000000:1B:00.0", "H100")
    state = State(gpu, figures, plant(figures, 25.0, 1), papers(1, "n", 0, "580"))
    made = Stage(timeline)
    made.join([SimGpu(state, Pinned(lambda _: (Work(job, 0, ()),), BEGIN), 0, BEGIN)])
    times.clear()
    return made, times


@pytest.mark.parametrize("tick", [1, 5])
def test_within_ten_minutes_no_tick_is_left_out(tick: int) -> None:
    made, times = stage(tick)
    made.advance(BEGIN + EXACT)
    assert times == [tick * number for number in range(1, int(EXACT / tick) + 1)]


@given(hours=st.integers(1, 1000), tick=st.sampled_from([1, 5, 10]))
def test_catching_up_costs_no_more_for_a_week_than_for_an_hour(hours: int, tick: int) -> None:
    made, times = stage(tick)
    made.advance(BEGIN + hours * 3600)
    assert len(times) <= 60 + 60 / tick
    assert times == sorted(times)
    assert times[-1] == hours * 3600
    late = [time for time in times if time > times[-1] - 60]
    assert all(new - old == tick for old, new in pairwise(late))


def test_a_moment_is_a_step_of_its_own_between_ticks_and_in_long_strides() -> None:
    made, times = stage(5)
    made.advance(BEGIN + 5)
    made.stop_at(BEGIN + 7, BEGIN + 10, BEGIN + 5000.5, float("inf"))
    made.advance(BEGIN + 8)
    assert times == [5, 7]
    made.advance(BEGIN + 11)
    assert times == [5, 7, 10]
    made.advance(BEGIN + 7200)
    assert 5000.5 in times
    assert times == sorted(set(times))


def test_after_a_night_without_reads_counters_are_about_where_they_would_be() -> None:
    def joules(every: int) -> list[float]:
        clock = ManualClock(BEGIN)
        made = fleet(clock=clock, nodes=RACK, seed=4)

        def look() -> list[float]:
            return [
                float(node.source.read(gpu, {ENERGY}).readings[0].values[ENERGY])
                for node in made.nodes
                for gpu in node.source.inventory().devices
            ]

        before = after = look()
        for _ in range(4 * 3600 // every):
            clock.advance(every)
            after = look()
        return [new - old for old, new in zip(before, after, strict=True)]

    watched, alone = joules(600), joules(4 * 3600)
    assert alone == joules(4 * 3600)
    assert sum(alone) == pytest.approx(sum(watched), rel=0.05)
