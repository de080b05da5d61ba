"""Many nodes: named, racked, sharing jobs; each on its own to read."""

import pytest

from warpwatch.clock import ManualClock
from warpwatch.errors import InputError
from warpwatch.fields.catalogue import DEFAULT
from warpwatch.samples.entity import Instance
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Reason
from warpwatch.sources.sim.fleet import RACK, Fleet, fleet

FIELDS = frozenset(field.id for field in DEFAULT)
START = 1_772_442_000.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


def owners(made: Fleet) -> list[tuple[str, Owner]]:
    """Whose work runs where: the node of each owned GPU and its owner."""
    return [
        (node.name, owner)
        for node in made.nodes
        for gpu in node.source.inventory().devices
        for owner in node.source.read(gpu, FIELDS).readings[0].owners
    ]


def test_nodes_have_names_racks_and_boards(clock: ManualClock) -> None:
    made = fleet(clock=clock, nodes=9, gpus=4, boards=("H100", "A100"))
    assert [node.name for node in made.nodes][:2] == ["gpu-0001", "gpu-0002"]
    assert [node.rack for node in made.nodes] == ["rack-001"] * 4 + ["rack-002"] * 4 + ["rack-003"]
    assert [node.board for node in made.nodes] == ["H100"] * 4 + ["A100"] * 4 + ["H100"]
    assert all(len(node.source.inventory().devices) == 4 for node in made.nodes)


def test_no_two_gpus_are_the_same(clock: ManualClock) -> None:
    made = fleet(clock=clock, nodes=20)
    gpus = [gpu for node in made.nodes for gpu in node.source.inventory().devices]
    assert len(set(gpus)) == 160


def test_the_same_seed_is_the_same_fleet_and_another_is_not() -> None:
    def look(seed: int, waits: tuple[float, ...]) -> list[object]:
        clock = ManualClock(START)
        made = fleet(clock=clock, nodes=RACK, seed=seed)
        for wait in waits:
            clock.advance(wait)
            owners(made)
        return [
            node.source.read(gpu, FIELDS).readings
            for node in made.nodes
            for gpu in node.source.inventory().devices
        ]

    assert look(1, (600,)) == look(1, (60, 300, 240))
    assert look(1, (7200,)) != look(2, (7200,))


def test_some_jobs_span_nodes_of_one_rack(clock: ManualClock) -> None:
    made = fleet(clock=clock, nodes=40)
    racks = {node.name: node.rack for node in made.nodes}
    jobs: dict[str, set[str]] = {}
    for node, owner in owners(made):
        jobs.setdefault(owner.labels["job-name"], set()).add(node)
    wide = [nodes for nodes in jobs.values() if len(nodes) > 1]
    assert wide
    assert all(len({racks[node] for node in nodes}) == 1 for nodes in wide)


def test_each_node_of_a_job_has_a_pod_of_its_own(clock: ManualClock) -> None:
    made = fleet(clock=clock, nodes=40)
    pods: dict[str, set[str]] = {}
    for node, owner in owners(made):
        pods.setdefault(owner.pod, set()).add(node)
    assert all(len(nodes) == 1 for nodes in pods.values())


def test_work_comes_and_goes(clock: ManualClock) -> None:
    made = fleet(clock=clock, nodes=8)
    before = {owner.pod for _, owner in owners(made)}
    clock.advance(6 * 3600)
    after = {owner.pod for _, owner in owners(made)}
    assert before - after
    assert after - before
    assert 8 < len(owners(made)) < 64


def test_a_fault_strikes_one_gpu_of_one_node(clock: ManualClock) -> None:
    made = fleet(clock=clock, nodes=3)
    struck = made.inject({"node": "gpu-0002", "gpu": 5, "fault": "lost"})
    down = made.inject({"node": "gpu-0003", "fault": "exporter_down"})
    hung = made.inject({"node": "gpu-0001", "fault": "hang"})
    assert (struck.node, struck.gpu, struck.id) == ("gpu-0002", 5, 1)
    clock.advance(5)
    gone = []
    for node in made.nodes:
        for gpu in node.source.inventory().devices:
            reading = node.source.read(gpu, FIELDS).readings[0]
            if not reading.values:
                gone.append((node.name, set(reading.gaps.values())))
    assert gone == [("gpu-0001", {Reason.TIMED_OUT}), ("gpu-0002", {Reason.LOST})]
    assert [node.source.exporter_down for node in made.nodes] == [False, False, True]
    assert made.active() == (hung, struck, down)
    assert made.clear(hung.id)
    assert made.active() == (struck, down)
    made.close()


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"fault": "lost"}, "node: is missing"),
        ({"fault": "lost", "node": "gpu-9999"}, "'gpu-9999' is not in the fleet"),
        ({"fault": "lost", "node": "gpu-0001", "gpu": 8}, "there is no GPU 8"),
    ],
)
def test_a_wrong_request_is_refused(
    request_: dict[str, object], message: str, clock: ManualClock
) -> None:
    made = fleet(clock=clock, nodes=2)
    with pytest.raises(InputError, match=message) as refusal:
        made.inject(request_)
    assert refusal.value.hint


def test_a_fleet_of_nothing_or_too_much_is_refused(clock: ManualClock) -> None:
    with pytest.raises(InputError, match="0 is not a fleet"):
        fleet(clock=clock, nodes=0)
    with pytest.raises(InputError, match="20001 are more than") as refusal:
        fleet(clock=clock, nodes=20_001)
    assert "20000" in refusal.value.hint
    with pytest.raises(InputError, match="gpus: 0"):
        fleet(clock=clock, gpus=0)
    with pytest.raises(InputError, match="boards: none"):
        fleet(clock=clock, boards=())
    with pytest.raises(InputError, match="'H10'"):
        fleet(clock=clock, boards=("H10",))


def test_a_partitioned_fleet_has_one_such_gpu_on_each_node_whose_board_can() -> None:
    nodes = fleet(clock=ManualClock(), nodes=8, gpus=4, boards=("A100", "L40S"), mig=True).nodes
    for node in nodes:
        gpus = node.source.inventory().devices
        parts = [
            reading.entity.gpu.index
            for gpu in gpus
            for reading in node.source.read(gpu, FIELDS).readings
            if isinstance(reading.entity, Instance)
        ]
        assert parts == ([3] * 4 if node.board == "A100" else [])
        assert len(gpus) == 4
