"""How simulated GPUs reach each other over NVLink."""

from collections.abc import Callable

import pytest

from warpwatch.clock import ManualClock
from warpwatch.fields import derived
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Peer
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.spec import parse

PEERS = derived.EXP_P2P_STATUS.id
Lab = Callable[[str], tuple[SimSource, ManualClock]]


def peers(source: SimSource, gpu: int) -> tuple[Peer, ...]:
    device = source.inventory().devices[gpu]
    assert isinstance(device, Gpu)
    (reading,) = source.read(device, {PEERS}).readings
    assert reading.values == {PEERS: len(reading.peers)}
    return reading.peers


@pytest.mark.parametrize(
    ("spec", "status"),
    [("sim:3xH100", 0), ("sim:3xA100", 0), ("sim:3xT4", 5), ("sim:3xL40S", 5)],
)
def test_boards_with_nvlink_reach_each_other_well_and_others_not_at_all(
    spec: str, status: int
) -> None:
    source = SimSource(parse(spec), ManualClock(1e9))
    assert peers(source, 0) == (Peer(1, status), Peer(2, status))
    assert peers(source, 2) == (Peer(0, status), Peer(1, status))


def test_nvlink_joins_no_boards_of_two_kinds() -> None:
    source = SimSource(parse("sim:2xH100,1xA100"), ManualClock(1e9))
    assert peers(source, 0) == (Peer(1, 0), Peer(2, 5))


def test_a_gpu_whose_links_are_all_down_reaches_nobody(lab: Lab) -> None:
    source, clock = lab('[[gpus]]\nboard = "A100"\ncount = 3')
    for link in range(12):
        source.inject({"fault": "nvlink_flap", "gpu": 1, "link": link, "down": 1.0})
    clock.advance(5)
    assert peers(source, 0) == (Peer(1, 5), Peer(2, 0))
    assert peers(source, 1) == (Peer(0, 5), Peer(2, 5))


def test_how_a_lost_gpu_is_reached_is_unknown(lab: Lab) -> None:
    source, clock = lab('[[gpus]]\nboard = "H100"\ncount = 3')
    source.inject({"fault": "lost", "gpu": 1})
    clock.advance(5)
    assert peers(source, 0) == (Peer(1, 6), Peer(2, 0))


def test_gpus_that_are_cut_up_reach_nobody(lab: Lab) -> None:
    source, _ = lab('[[gpus]]\nboard = "H100"\ncount = 2\nmig = ["1g.10gb"]')
    device = source.inventory().devices[0]
    assert source.read(device, {PEERS}).readings[0].peers == (Peer(1, 5),)


def test_nobody_is_listed_where_it_is_not_asked() -> None:
    source = SimSource(parse("sim:2xH100"), ManualClock(1e9))
    assert source.read(source.inventory().devices[0], {155}).readings[0].peers == ()
