"""The past of a fleet: the same as the living fleet goes on with, whole, and true to its sums."""

import re
from math import inf, isnan
from pathlib import Path

import pytest

from warpwatch.clock import ManualClock
from warpwatch.rules.render import Options, recorded
from warpwatch.sources.sim.fleet import Fleet, fleet
from warpwatch.sources.sim.past.replay import STEP, Past, played, racks
from warpwatch.sources.sim.past.rhythm import DAY, Rhythm
from warpwatch.sources.sim.past.series import Series, series

NOW = 1_772_442_000.0
RHYTHM = Rhythm(NOW)


def made(at: float, nodes: int = 8, *, mig: bool = False) -> Fleet:
    clock, boards = ManualClock(at), ("H100", "A100")
    return fleet(clock=clock, nodes=nodes, gpus=4, boards=boards, rhythm=RHYTHM, mig=mig)


def look(since: float, until: float, close: float = inf, *, mig: bool = False) -> Past:
    return played(tuple(racks(made(RHYTHM.begin, mig=mig), RHYTHM)), since, until, close)


def told(past: Past) -> dict[tuple[str, str], Series]:
    return {(each.name, str(dict(each.labels))): each for each in series(past)}


@pytest.fixture(scope="module")
def week() -> Past:
    """With the outage in it."""
    return look(NOW - 10 * DAY, NOW - 7 * DAY)


def test_the_living_fleet_goes_on_with_the_jobs_of_its_past() -> None:
    past = made(RHYTHM.begin)
    played(tuple(racks(past, RHYTHM)), NOW - 2 * STEP, NOW)
    living = made(NOW)

    def pods(one: Fleet) -> set[str]:
        gpus = [gpu for node in one.nodes for gpu in node.source.gpus]
        return {gpu.state.work.owners[0].pod for gpu in gpus if gpu.state.work}

    assert len(pods(living)) >= 3
    assert len(pods(living) & pods(past)) >= len(pods(living)) - 1


def test_a_piece_is_the_same_alone_and_within_a_longer_one(week: Past) -> None:
    piece = look(NOW - 8 * DAY, NOW - 7.5 * DAY)
    first = week.times.index(piece.times[0])
    assert piece.times == week.times[first : first + len(piece.times)]
    for (node, index), course in piece.courses.items():
        whole = next(
            each
            for place, each in week.courses.items()
            if (place[0].name, place[1]) == (node.name, index)
        )
        assert course.activity == whole.activity[first : first + len(piece.times)]


def test_a_step_every_five_minutes_and_none_after_the_end() -> None:
    past = look(NOW - DAY, NOW)
    assert {later - former for former, later in zip(past.times, past.times[1:], strict=False)} == {
        int(STEP)
    }
    assert past.times[-1] < NOW <= past.times[-1] + STEP
    assert past.times[0] >= NOW - DAY


def test_a_rack_without_power_says_nothing_and_loses_its_jobs(week: Past) -> None:
    outage = RHYTHM.outage(1)
    assert outage is not None
    during = [n for n, time in enumerate(week.times) if outage.begins <= time < outage.ends]
    assert len(during) > 36
    for (node, _), course in week.courses.items():
        unknown = {n for n, value in enumerate(course.power) if isnan(value)}
        assert unknown == (set(during) if node.rack == "rack-002" else set())
    gpus = told(week)["cluster:gpus:count", "{}"].values
    assert {gpus[n] for n in during} == {16}
    assert {gpus[n] for n in range(len(week.times)) if n not in during} == {32}


def test_names_and_labels_are_those_that_the_rules_record(week: Past) -> None:
    rules = {rule.name for group in recorded(Options()) for rule in group.rules}
    names = {each.name for each in series(week)}
    assert names <= rules
    assert sum(name.startswith("gpu:") for name in names) <= 6, "for weeks"
    labels = {name: set(dict(each.labels)) for each in series(week) for name in [each.name]}
    assert labels["gpu:power:watts"] == {"node", "gpu", "uuid", "model"}
    assert labels["cluster:allocated:sum"] == set()
    assert labels["team:gpus:sum"] == {"team"}
    assert labels["workload:gpus:sum"] == {"workload_namespace", "workload_pod", "team"}


def test_owners_have_what_is_given_out_and_nobody_has_more(week: Past) -> None:
    found = told(week)
    given = found["cluster:allocated:sum", "{}"]
    by_team = [each for (name, _), each in found.items() if name == "team:gpus:sum"]
    for n in range(len(week.times)):
        had = sum(0.0 if isnan(each.values[n]) else each.values[n] for each in by_team)
        assert had == pytest.approx(given.values[n])
    there = found["cluster:gpus:count", "{}"].values
    assert all(one <= all_ for one, all_ in zip(given.values, there, strict=True))
    assert 0.2 < sum(given.values) / sum(there) < 0.95


def test_some_of_what_is_given_out_is_idle(week: Past) -> None:
    found = told(week)
    idle = sum(found["cluster:idle_allocated:sum", "{}"].values)
    assert 0.005 < idle / sum(found["cluster:allocated:sum", "{}"].values) < 0.4


def test_power_of_nodes_adds_up_to_the_clusters(week: Past) -> None:
    found = told(week)
    nodes = [each.values for (name, _), each in found.items() if name == "node:power_watts:sum"]
    whole = found["cluster:power_watts:sum", "{}"].values
    for n in range(0, len(week.times), 50):
        known = [values[n] for values in nodes if not isnan(values[n])]
        assert sum(known) == pytest.approx(whole[n])


PAGES = Path(__file__).parents[4] / "console" / "src" / "pages"
NEVER = re.compile(r"(ecc|rows|pcie_replays)\w*:|xid_errors:|gpu:temperature_margin:")
"""What no past has: errors, which nobody had, and what stands in for a limit that all tell."""


@pytest.fixture(scope="module")
def hours() -> Past:
    """The last three, of which two are seen closely."""
    return look(NOW - 3 * 3600, NOW, NOW - 2 * 3600, mig=True)


def test_pages_of_a_gpu_a_node_and_a_job_find_all_that_they_draw(hours: Past) -> None:
    drawn = {
        name
        for page in ("gpu", "nodes", "workloads")
        for name in re.findall(
            r"\b(?:gpu|node|gpu_owner):\w+:\w+", (PAGES / f"{page}.tsx").read_text()
        )
    }
    assert len(drawn) > 20
    names = {each.name for each in series(hours)}
    assert {name for name in drawn if not NEVER.search(name)} <= names
    assert names <= {rule.name for group in recorded(Options()) for rule in group.rules}


def test_what_is_seen_closely_is_of_the_end_alone(hours: Past) -> None:
    for each in series(hours):
        assert each.first + len(each.values) <= len(hours.times)
    for (name, _), each in told(hours).items():
        if name == "gpu:sm_clock:hertz":
            assert hours.times[each.first] == NOW - 2 * 3600
            assert each.first + len(each.values) == len(hours.times)
    assert all(not closeup.steps for closeup in look(NOW - 3600, NOW).closeups.values())


def test_who_works_has_clocks_memory_and_an_owner(hours: Past) -> None:
    found = told(hours)
    for (name, labels), whose in found.items():
        if name != "gpu_owner:workload:info" or "mig_id" in labels:
            continue
        gpu = {key: value for key, value in whose.labels if key in {"node", "gpu", "uuid", "model"}}
        clock = found["gpu:sm_clock:hertz", str(gpu)]
        used = found["gpu:memory_used:ratio", str(gpu)]
        activity = found["gpu:activity:ratio", str(gpu)]
        sm = found["gpu:sm_active:ratio", str(gpu)]
        for number, there in enumerate(whose.values):
            at = whose.first + number
            assert sm.values[at - sm.first] == activity.values[at]
            if not isnan(there):
                assert clock.values[at - clock.first] > 2e8
                assert 0 < used.values[at - used.first] <= 1
    owners = [dict(each.labels) for (name, _), each in found.items() if name.startswith("gpu_o")]
    assert any("mig_profile" in each for each in owners)
    told_of = {"workload_namespace", "workload_pod", "workload_container", "team"}
    assert {name for each in owners for name in each if name.startswith(("w", "t"))} == told_of


def test_memory_of_owners_is_that_of_the_gpus_that_they_have_whole(week: Past) -> None:
    found = told(week)
    teams = [each for (name, _), each in found.items() if name == "team:memory_used_bytes:sum"]
    assert teams
    whole = found["cluster:memory_used_bytes:sum", "{}"].values
    for n in range(0, len(week.times), 50):
        known = [each.values[n] for each in teams if not isnan(each.values[n])]
        assert sum(known) == pytest.approx(whole[n])


def test_an_outage_is_one_closely_too() -> None:
    outage = RHYTHM.outage(1)
    assert outage is not None
    past = look(outage.begins - 1800, outage.begins + 1800, outage.begins - 1800)
    for (node, _), closeup in past.closeups.items():
        for course in closeup.courses.values():
            assert any(map(isnan, course)) is (node.rack == "rack-002")


def test_a_divided_gpu_is_given_out_by_its_slices() -> None:
    past = look(NOW - 3600, NOW, mig=True)
    shares = {
        round(course.allocated[0] * 7, 6)
        for (node, index), course in past.courses.items()
        if node.source.gpus[index].state.parts
    }
    assert shares
    assert all(0 < share <= 7 for share in shares)
