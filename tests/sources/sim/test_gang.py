"""Ranks of one job hold each other back, on one node and over several."""

from collections.abc import Callable, Mapping

import pytest

from warpwatch.clock import ManualClock
from warpwatch.fields import clocks, memory, power, profiling, utilisation
from warpwatch.fields.catalogue import DEFAULT
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Reason, Value
from warpwatch.sources.sim.fleet import RACK, fleet
from warpwatch.sources.sim.gang import PATIENCE
from warpwatch.sources.sim.schedule import Schedule
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.work import Work

Lab = Callable[[str], tuple[SimSource, ManualClock]]
Values = Callable[[SimSource, int], Mapping[int, Value]]
FIELDS = frozenset(field.id for field in DEFAULT)
UTIL = utilisation.GPU_UTIL.id
SM = profiling.PROF_SM_ACTIVE.id
TENSOR = profiling.PROF_PIPE_TENSOR_ACTIVE.id
NVLINK = profiling.PROF_NVLINK_TX_BYTES.id
WATTS = power.POWER_USAGE.id
JOB = '[[gpus]]\nboard = "H100"\ncount = 4\nworkload = "communication_bound"\n'


def mean(seen: list[Mapping[int, Value]], field: int) -> float:
    return sum(float(each[field]) for each in seen) / len(seen)


@pytest.fixture
def peers(lab: Lab, values: Values) -> Callable[[str], list[Mapping[int, Value]]]:
    """Rank 1 over a minute, after rank 0 has had a minute with a fault."""

    def look(fault: str) -> list[Mapping[int, Value]]:
        source, clock = lab(JOB + fault)
        clock.advance(60)
        seen = []
        for _ in range(30):
            clock.advance(2)
            seen.append(values(source, 1))
        return seen

    return look


Peers = Callable[[str], list[Mapping[int, Value]]]


def test_a_slow_rank_slows_its_peers_in_proportion(peers: Peers) -> None:
    well, ill = peers(""), peers('[[faults]]\nfault = "power_brake"\n')
    for field in (TENSOR, NVLINK):
        assert mean(ill, field) == pytest.approx(0.5 * mean(well, field), rel=0.03)
    assert mean(ill, SM) < 0.75 * mean(well, SM)
    assert mean(ill, WATTS) < mean(well, WATTS) - 30
    assert mean(ill, UTIL) >= mean(well, UTIL)
    assert {each[clocks.SM_CLOCK.id] for each in ill} == {1980}
    assert mean(ill, memory.FB_USED.id) == mean(well, memory.FB_USED.id)


@pytest.mark.parametrize("fault", ["lost", "hang", "missing"])
def test_peers_of_a_rank_that_does_not_come_spin(fault: str, peers: Peers) -> None:
    seen = peers(f'[[faults]]\nfault = "{fault}"\n')
    assert {each[UTIL] for each in seen} == {100}
    assert mean(seen, TENSOR) == mean(seen, NVLINK) == 0
    assert 0.05 < mean(seen, SM) < 0.2
    assert 100 < mean(seen, WATTS) < 250


def test_neighbours_of_other_jobs_do_not_notice(lab: Lab, values: Values) -> None:
    pages = []
    for fault in ("", '[[faults]]\nfault = "power_brake"\n'):
        alone = '[[gpus]]\nboard = "H100"\ncount = 2\nworkload = "inference"\n'
        source, clock = lab(JOB + alone + fault)
        clock.advance(120)
        pages.append([values(source, index) for index in (4, 5)])
    assert pages[0] == pages[1]


def test_after_some_minutes_the_job_fails_and_begins_anew_with_all_its_gpus(
    lab: Lab, values: Values
) -> None:
    source, clock = lab(JOB + '[[faults]]\nfault = "lost"\nat = "10s"\nfor = "15m"\n')
    clock.advance(PATIENCE)
    assert values(source, 1)[UTIL] == 100
    clock.advance(30)
    gpus = [each for each in source.inventory().devices if isinstance(each, Gpu)]
    for gpu in gpus[1:]:
        reading = source.read(gpu, {UTIL, memory.FB_USED.id}).readings[0]
        assert dict(reading.values) == {UTIL: 0, memory.FB_USED.id: 0}
        assert reading.owners == ()
    assert source.read(gpus[0], {UTIL}).readings[0].gaps == {UTIL: Reason.LOST}
    clock.advance(600)
    assert all(source.read(gpu, {UTIL}).readings[0].owners for gpu in gpus)
    assert float(values(source, 0)[TENSOR]) > 0.1


def test_a_short_absence_is_forgiven(lab: Lab, values: Values) -> None:
    source, clock = lab(JOB + '[[faults]]\nfault = "hang"\nfor = "4m"\n')
    clock.advance(239)
    assert values(source, 1)[TENSOR] == 0
    clock.advance(400)
    assert float(values(source, 1)[TENSOR]) > 0.1


def test_the_order_of_reading_changes_nothing() -> None:
    def look(order: tuple[int, ...]) -> list[object]:
        clock = ManualClock(1e9)
        made = fleet(clock=clock, nodes=RACK)
        made.inject({"node": "gpu-0002", "gpu": 1, "fault": "power_brake"})
        made.inject({"node": "gpu-0003", "gpu": 6, "fault": "lost"})
        for _ in range(30):
            clock.advance(15)
            for index in order:
                source = made.nodes[index].source
                seen = [source.read(gpu, FIELDS).readings for gpu in source.inventory().devices]
                assert seen
        return [
            node.source.read(gpu, FIELDS).readings
            for node in made.nodes
            for gpu in node.source.inventory().devices
        ]

    assert look((0, 1, 2, 3)) == look((3, 1, 2, 0)) == look((2,))


def test_a_job_over_several_nodes_is_held_back_by_one_gpu() -> None:
    clock = ManualClock(1e9)
    made = fleet(clock=clock, nodes=40)
    clock.advance(60)
    ranks: dict[str, list[tuple[str, Gpu]]] = {}
    for node in made.nodes:
        for gpu in node.source.inventory().devices:
            reading = node.source.read(gpu, FIELDS).readings[0]
            if isinstance(gpu, Gpu) and reading.owners and float(reading.values[TENSOR]) > 0.4:
                ranks.setdefault(reading.owners[0].labels["job-name"], []).append((node.name, gpu))
    wide = next(each for each in ranks.values() if len({name for name, _ in each}) > 1)
    (first, broken), (last, far) = wide[0], wide[-1]
    made.inject({"node": first, "gpu": broken.index, "fault": "lost"})
    clock.advance(30)
    seen = made.node(last).source.read(far, FIELDS).readings[0].values
    assert first != last
    assert seen[UTIL] == 100
    assert seen[TENSOR] == 0


def works(schedule: Schedule, time: float) -> list[Work | None]:
    return [schedule.span(seat, time).work for seat in range(16)]


def test_a_job_that_failed_begins_anew_and_not_on_a_seat_that_is_unfit() -> None:
    schedule = Schedule(5, ["a"] * 8 + ["b"] * 8, 0.0)
    before = works(schedule, 100.0)
    broken = next(seat for seat, work in enumerate(before) if work and work.job.size > 1)
    failed = before[broken]
    assert failed is not None
    schedule.judge(broken, 100.0, fit=False)
    schedule.fail(failed.job, 400.0)
    begun = set()
    for time in range(400, 40_000, 400):
        now = works(schedule, time)
        assert now[broken] is None
        begun |= {work.job for work in now if work and work.job.seed == failed.job.seed}
    assert len(begun) == 1
    assert failed.job not in begun
    schedule.judge(broken, 40_001.0, fit=True)
    later = [schedule.span(broken, float(time)).work for time in range(40_001, 120_000, 400)]
    assert any(later)


def test_others_go_on_when_a_job_fails() -> None:
    schedule = Schedule(5, ["a"] * 8 + ["b"] * 8, 0.0)
    before = works(schedule, 100.0)
    failed = next(work for work in before if work)
    schedule.fail(failed.job, 100.0)
    after = works(schedule, 100.0)
    for old, new in zip(before, after, strict=True):
        if old and old.job is not failed.job:
            assert new is old
