"""How a GPU reaches the others of its machine over NVLink."""

from collections.abc import Iterable

from warpwatch.samples.sample import Peer, Reason
from warpwatch.sources.nvml.ask import Ask
from warpwatch.sources.nvml.door import Refused

UNKNOWN = 6
"""NVML's own word for a pair of which nothing can be said."""
_OF_ONE = frozenset({Reason.LOST, Reason.TIMED_OUT, Reason.FAILED})
"""Why a single pair may be refused, as with a GPU that is lost."""


def read(ask: Ask, others: Iterable[tuple[int, object]]) -> tuple[Peer, ...] | Reason:
    """Of GPUs by index and handle."""
    peers: list[Peer] = []
    for index, handle in others:
        try:
            status = ask.beside(
                "nvmlDeviceGetP2PStatus", handle, ask.constant("NVML_P2P_CAPS_INDEX_NVLINK")
            )
        except Refused as refusal:
            if refusal.reason not in _OF_ONE:
                return refusal.reason
            status = UNKNOWN
        peers.append(Peer(index, int(status)))
    return tuple(peers)
