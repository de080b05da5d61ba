"""Jobs come and go by the seed, whoever follows them and how."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warpwatch.clock import ManualClock
from warpwatch.samples.sample import Reading
from warpwatch.sources.sim.schedule import Schedule
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.spec import parse
from warpwatch.sources.sim.work import Job, Work

CALM = settings(deadline=None, max_examples=40)
DAY = 86400.0
RACK = [f"n{node}" for node in range(4) for _ in range(8)]


def follow(schedule: Schedule, seat: int, until: float) -> Iterator[tuple[float, Work | None]]:
    """Each span of a seat, with its end."""
    time = 0.0
    while time < until:
        span = schedule.span(seat, time)
        yield span.until, span.work
        time = span.until


def runs(schedule: Schedule, seat: int, until: float) -> list[tuple[float, int]]:
    return [(end, work.job.seed if work else 0) for end, work in follow(schedule, seat, until)]


@CALM
@given(seed=st.integers(0, 99), seat=st.integers(0, 31), others=st.lists(st.integers(0, 31)))
def test_a_seat_sees_the_same_whoever_went_before(seed: int, seat: int, others: list[int]) -> None:
    alone, crowded = Schedule(seed, RACK, 0.0), Schedule(seed, RACK, 0.0)
    for other in others:
        if other != seat:
            crowded.span(other, DAY)
    assert runs(alone, seat, DAY) == runs(crowded, seat, DAY)


@CALM
@given(seed=st.integers(0, 99), time=st.floats(0, 5 * DAY))
def test_at_any_time_a_job_has_all_its_gpus_and_each_gpu_one_job(seed: int, time: float) -> None:
    schedule = Schedule(seed, RACK, 0.0)
    jobs: dict[Job, list[int]] = {}
    for seat in range(len(RACK)):
        work = schedule.span(seat, time).work
        if work:
            jobs.setdefault(work.job, []).append(work.rank)
    for job, ranks in jobs.items():
        assert sorted(ranks) == list(range(job.size))
        assert job.begun <= time


def test_a_job_that_fits_on_a_node_stays_on_it_and_larger_ones_take_whole_nodes() -> None:
    sizes = set()
    for seed in range(12):
        schedule = Schedule(seed, RACK, 0.0)
        jobs: dict[Job, set[str]] = {}
        for seat, node in enumerate(RACK):
            for _, work in follow(schedule, seat, 3 * DAY):
                if work:
                    jobs.setdefault(work.job, set()).add(node)
        for job, nodes in jobs.items():
            assert len(nodes) == max(1, job.size // 8)
            sizes.add(job.size)
    assert sizes >= {1, 2, 4, 8, 16}


def test_most_gpus_are_in_use_but_not_all_of_the_time() -> None:
    used = whole = 0.0
    for seed in range(10):
        schedule = Schedule(seed, RACK, 0.0)
        for seat in range(len(RACK)):
            time = 0.0
            for end, work in follow(schedule, seat, 3 * DAY):
                used += (end - time) * bool(work)
                whole += end - time
                time = end
    assert 0.55 < used / whole < 0.97


def test_seats_change_hands() -> None:
    schedule = Schedule(1, ["n"] * 8, 0.0)
    assert sum(len(runs(schedule, seat, DAY)) for seat in range(8)) > 30


@pytest.mark.parametrize("seats", range(1, 20))
def test_a_house_of_any_size_opens_with_somebody_in_it(seats: int) -> None:
    schedule = Schedule(3, ["n"] * seats, 0.0)
    works = [schedule.span(seat, 0.0).work for seat in range(seats)]
    assert any(works)
    assert seats == 1 or None in works


def first_page(text: str) -> list[Reading]:
    clock = ManualClock(1_772_442_000.0)
    source = SimSource(parse(text), clock)
    clock.advance(30)
    return [source.read(gpu, {203}).readings[0] for gpu in source.inventory().devices]


def test_the_first_page_of_a_node_of_eight_looks_like_life() -> None:
    readings = first_page("sim")
    jobs = [reading.owners[0].labels["job-name"] if reading.owners else "" for reading in readings]
    assert len(set(jobs[:4])) == 1
    assert len(set(jobs)) == 5
    assert jobs[7] == ""
    assert "notebook" in jobs[5]


def test_an_owner_has_what_bills_and_dashboards_ask_for() -> None:
    readings = first_page("sim")
    batch, server = readings[0].owners[0], readings[4].owners[0]
    assert batch.pod.endswith("-worker-0")
    assert batch.hpc_job.isdigit()
    assert server.hpc_job == ""
    for owner in (batch, server):
        assert owner.namespace == owner.team
        assert all((owner.pod, owner.container, owner.pod_uid, owner.user))
        assert owner.labels["app"] in owner.pod
    assert len({reading.owners[0].pod for reading in readings[:4]}) == 1
