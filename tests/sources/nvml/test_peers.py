"""How GPUs reach each other, as the driver says of each pair."""

import pynvml

from bindings import Bindings, open_nvml
from warpwatch.fields import power
from warpwatch.samples.sample import Peer, Reading, Reason
from warpwatch.sources.nvml.plan import PEERS

ASKED = frozenset({PEERS, power.POWER_USAGE.id})


def readings(bindings: Bindings, fields: frozenset[int] = ASKED) -> list[Reading]:
    source = open_nvml(bindings)
    return [source.read(gpu, fields).readings[0] for gpu in source.inventory().devices]


def test_each_gpu_says_how_it_reaches_each_other_one() -> None:
    bindings = Bindings(boards=3)
    bindings.boards[0].peers = {2: 3}
    first, second, third = readings(bindings)
    assert first.peers == (Peer(1, 0), Peer(2, 3))
    assert second.peers == (Peer(0, 0), Peer(2, 0))
    assert third.peers == (Peer(0, 0), Peer(1, 0))
    assert [reading.values[PEERS] for reading in (first, second, third)] == [2, 2, 2]
    asked = {arguments[2] for name, arguments in bindings.calls if name.endswith("P2PStatus")}
    assert asked == {pynvml.NVML_P2P_CAPS_INDEX_NVLINK}


def test_nobody_is_asked_where_it_is_not_wanted() -> None:
    bindings = Bindings(boards=2)
    assert readings(bindings, frozenset({power.POWER_USAGE.id}))[0].peers == ()
    assert "nvmlDeviceGetP2PStatus" not in {name for name, _ in bindings.calls}


def test_a_driver_that_does_not_tell_leaves_a_gap_and_is_not_asked_again() -> None:
    bindings = Bindings(boards=2)
    bindings.codes["nvmlDeviceGetP2PStatus"] = pynvml.NVML_ERROR_NOT_SUPPORTED
    source = open_nvml(bindings)
    gpu, _ = source.inventory().devices
    for _ in range(3):
        reading = source.read(gpu, ASKED).readings[0]
        assert (reading.peers, reading.gaps) == ((), {PEERS: Reason.UNSUPPORTED})
    assert [name for name, _ in bindings.calls].count("nvmlDeviceGetP2PStatus") == 1


def test_a_lost_gpu_is_unknown_to_the_others_and_knows_nobody() -> None:
    bindings = Bindings(boards=3)
    source = open_nvml(bindings)
    bindings.boards[0].left = 0
    lost, well, _ = (source.read(gpu, ASKED).readings[0] for gpu in source.inventory().devices)
    assert (lost.peers, lost.values) == ((), {})
    assert well.peers == (Peer(0, 6), Peer(2, 0))
    assert PEERS in well.values
