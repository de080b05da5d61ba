"""What there is: GPUs, their parts, and which fields they give, which not, and why."""

from collections.abc import Mapping

from warpwatch.fields import identity
from warpwatch.fields.catalogue import BY_ID
from warpwatch.samples.entity import Gpu, Instance, Link
from warpwatch.samples.sample import Reading
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.base import SourceInfo

Found = Mapping[str, object]

VERSION = 1
"""Of the form of the data; programs may rely on it."""

_IDENTITY = {
    "serial": identity.SERIAL.id,
    "brand": identity.BRAND.id,
    "vbios": identity.VBIOS_VERSION.id,
}


def describe(info: SourceInfo, snapshot: Snapshot | None) -> Found:
    states = snapshot.states if snapshot else ()
    return {
        "version": VERSION,
        "source": {
            "name": info.name,
            "simulated": info.simulated,
            "driver": info.driver,
            "detail": info.detail,
        },
        "gpus": [_gpu(state.device, state) for state in states if isinstance(state.device, Gpu)],
    }


def _gpu(gpu: Gpu, state: State) -> Found:
    board, *parts = state.report.readings
    known = {name: board.values[id_] for name, id_ in _IDENTITY.items() if id_ in board.values}
    return {
        "gpu": gpu.index,
        "model": gpu.model,
        "uuid": gpu.uuid,
        "pci_bus_id": gpu.pci_bus_id,
        **known,
        "answers": state.success,
        "failure": str(state.failure) if state.failure else "",
        "instances": [
            {"id": part.entity.id, "profile": part.entity.profile, "uuid": part.entity.uuid}
            for part in parts
            if isinstance(part.entity, Instance)
        ],
        "links": sum(isinstance(part.entity, Link) for part in parts),
        "given": sorted(BY_ID[id_].name for id_ in board.values),
        "missing": _missing(board),
    }


def _missing(reading: Reading) -> Mapping[str, list[str]]:
    """Names of the fields that have no value, by reason."""
    missing: dict[str, list[str]] = {}
    for id_ in sorted(reading.gaps):
        missing.setdefault(str(reading.gaps[id_]), []).append(BY_ID[id_].name)
    return missing
