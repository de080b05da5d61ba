"""Hosts of a fleet, under node_exporter's names."""

from collections.abc import Mapping

import pytest

from warpwatch.clock import ManualClock
from warpwatch.expo.parse import parse
from warpwatch.expo.plain import page
from warpwatch.sources.sim.fleet import Fleet, fleet

START = 1_772_442_000.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def made(clock: ManualClock) -> Fleet:
    return fleet(clock=clock, nodes=2, gpus=8)


def values(made: Fleet, name: str, node: str = "gpu-0001") -> Mapping[tuple[str, ...], float]:
    told = parse(page(made.node(node).site.of_host(node)).decode()).named(name)
    return {tuple(row.labels.values()): row.value for row in told}


def test_processors_spend_all_of_their_time_and_no_more(made: Fleet, clock: ManualClock) -> None:
    before = values(made, "node_cpu_seconds_total")
    clock.advance(600)
    after = values(made, "node_cpu_seconds_total")
    spent: dict[str, float] = {}
    for (cpu, mode), value in after.items():
        more = value - before[cpu, mode]
        assert more >= 0
        spent[cpu] = spent.get(cpu, 0.0) + more
    assert list(spent.values()) == [pytest.approx(600.0)] * 8


def test_a_disk_is_full_until_that_is_over(made: Fleet, clock: ManualClock) -> None:
    free = values(made, "node_filesystem_avail_bytes")
    request = {"fault": "disk_full", "node": "gpu-0001", "share": 0.99, "for": "1m"}
    struck = made.inject(request)
    clock.advance(10)
    full = values(made, "node_filesystem_avail_bytes")
    size = values(made, "node_filesystem_size_bytes")
    data = ("/dev/nvme1n1", "ext4", "/data")
    assert full[data] / size[data] == pytest.approx(0.01)
    assert {key: n for key, n in full.items() if key != data} == {
        key: n for key, n in free.items() if key != data
    }
    assert made.active() == (struck,)
    clock.advance(60)
    assert values(made, "node_filesystem_avail_bytes") == free
    assert made.active() == ()


def test_a_bad_cable_counts_errors_and_one_node_has_it(made: Fleet, clock: ManualClock) -> None:
    made.inject({"fault": "network_errors", "node": "gpu-0001", "per_second": 20})
    clock.advance(100)
    errors = "node_network_receive_errs_total"
    assert values(made, errors) == {("eth0",): 0, ("ib0",): pytest.approx(2000, abs=100)}
    assert set(values(made, errors, "gpu-0002").values()) == {0}


def test_memory_is_full(made: Fleet, clock: ManualClock) -> None:
    made.inject({"fault": "host_memory_full", "node": "gpu-0002", "share": 0.97})
    clock.advance(10)
    (left,) = values(made, "node_memory_MemAvailable_bytes", "gpu-0002").values()
    (total,) = values(made, "node_memory_MemTotal_bytes", "gpu-0002").values()
    assert left / total == pytest.approx(0.03, abs=0.001)


def test_a_host_that_is_down_takes_its_exporter_along(made: Fleet, clock: ManualClock) -> None:
    struck = made.inject({"fault": "host_down", "node": "gpu-0002"})
    clock.advance(5)
    assert [node.down for node in made.nodes] == [False, True]
    assert made.clear(struck.id)
    clock.advance(5)
    assert [node.down for node in made.nodes] == [False, False]


def test_the_host_works_as_its_gpus_do(made: Fleet, clock: ManualClock) -> None:
    """Where GPUs rest there is less to do than where they train."""
    for gpu in range(8):
        made.inject({"fault": "occupy", "node": "gpu-0001", "gpu": gpu, "workload": "held"})
        made.inject({"fault": "occupy", "node": "gpu-0002", "gpu": gpu, "workload": "burn"})
    clock.advance(600)
    (resting,) = values(made, "node_load1").values()
    (working,) = values(made, "node_load1", "gpu-0002").values()
    assert working > resting + 1.0


def test_a_rush_takes_every_free_gpu_and_gives_them_back(made: Fleet, clock: ManualClock) -> None:
    free = {node.name: node.source.idle() for node in made.nodes}
    assert any(free.values())
    struck = made.inject({"fault": "rush"})
    clock.advance(5)
    assert not any(node.source.idle() for node in made.nodes)
    assert [fault.fault for fault in made.active()] == ["rush"]
    assert made.clear(struck.id)
    clock.advance(5)
    assert {node.name: node.source.idle() for node in made.nodes} == free
