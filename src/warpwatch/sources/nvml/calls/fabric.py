"""Whether a GPU has joined the fabric that it shares with others, and how well that goes."""

import uuid
from collections.abc import Mapping
from typing import Any

from warpwatch.fields import fabric
from warpwatch.samples.sample import Reason
from warpwatch.sources.nvml.ask import Ask, Read
from warpwatch.sources.nvml.door import Refused

_FUNCTION = "nvmlDeviceGetGpuFabricInfoV"
_ENDED = 3
"""NVML's state of a registration that is over; how it went is in the status beside it."""
_FAILED = 4
"""DCGM's, for one that is over and did not succeed."""


def _info(ask: Ask) -> Any:
    return ask.filled(_FUNCTION, "c_nvmlGpuFabricInfo_v3_t")


def _state(ask: Ask) -> int:
    info = _info(ask)
    return _FAILED if info.state == _ENDED and info.status else int(info.state)


def _error(ask: Ask) -> int:
    info = _info(ask)
    if info.state != _ENDED:
        raise Refused(Reason.NOT_YET_SAMPLED, f"{_FUNCTION}: registration has not ended")
    return int(info.status)


CALLS: Mapping[int, Read] = {
    fabric.FABRIC_MANAGER_STATUS.id: _state,
    fabric.FABRIC_MANAGER_ERROR_CODE.id: _error,
    fabric.FABRIC_CLUSTER_UUID.id: lambda ask: str(uuid.UUID(bytes=bytes(_info(ask).clusterUuid))),
    fabric.FABRIC_CLIQUE_ID.id: lambda ask: int(_info(ask).cliqueId),
    fabric.FABRIC_HEALTH_MASK.id: lambda ask: int(_info(ask).healthMask),
    fabric.FABRIC_HEALTH_SUMMARY.id: lambda ask: int(_info(ask).healthSummary),
}
