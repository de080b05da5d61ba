"""How a GPU reaches the others of its node over NVLink, in the numbers of NVIDIA's driver."""

from collections.abc import Iterable
from dataclasses import replace

from warpwatch.fields import derived
from warpwatch.samples.sample import Peer, Reading
from warpwatch.sources.sim.state import State

PEERS = derived.EXP_P2P_STATUS.id
_WELL, _NOT_SUPPORTED, _UNKNOWN = 0, 5, 6


def add(reading: Reading, state: State, others: Iterable[tuple[State, bool]]) -> Reading:
    """To a GPU's reading; beside each of the others stands whether it answers."""
    peers = tuple(
        Peer(other.entity.index, _status(state, other) if answers else _UNKNOWN)
        for other, answers in others
    )
    gaps = {id_: why for id_, why in reading.gaps.items() if id_ != PEERS}
    return replace(reading, values={**reading.values, PEERS: len(peers)}, gaps=gaps, peers=peers)


def _status(one: State, other: State) -> int:
    """NVLink joins boards of one kind that are not cut up, over links that are up."""
    alike = one.board.identity.name == other.board.identity.name
    return _WELL if alike and _linked(one) and _linked(other) else _NOT_SUPPORTED


def _linked(state: State) -> bool:
    fabric = state.board.nvlink
    if fabric is None or state.parts:
        return False
    return len(state.strain.links_down) < fabric.links
