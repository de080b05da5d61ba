"""What there is: GPUs, their parts, and which fields they give, which not, and why."""

from collections.abc import Mapping, Sequence

from warpwatch.exporter.derived import link_status
from warpwatch.fields import ecc, identity, mig, nvlink_links, pcie
from warpwatch.fields.catalogue import BY_ID, FIELDS
from warpwatch.samples.entity import Gpu, Instance, Link
from warpwatch.samples.sample import Reading, Reason
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
_LIBRARY = {"nvml": identity.NVML_VERSION.id, "cuda": identity.CUDA_DRIVER_VERSION.id}
_MODES = {
    "gpm": identity.GPM_SUPPORT.id,
    "mig": mig.MIG_MODE.id,
    "ecc": ecc.ECC_CURRENT.id,
    "persistence": identity.PERSISTENCE_MODE.id,
}
"""Each 0 or 1."""
_MEASURED = frozenset(
    {field.id for field in FIELDS if "_PROF_" in field.name}
    | {pcie.PCIE_TX_THROUGHPUT.id, pcie.PCIE_RX_THROUGHPUT.id}
)
"""Figures that boards come by in different ways."""
_STATE, _ACTIVE = nvlink_links.NVLINK_GET_STATE.id, 1


def describe(info: SourceInfo, snapshot: Snapshot | None) -> Found:
    states = snapshot.states if snapshot else ()
    return {
        "version": VERSION,
        "source": {
            "name": info.name,
            "simulated": info.simulated,
            "driver": info.driver,
            **_of_library(states),
            "detail": info.detail,
        },
        "gpus": [
            _gpu(state.device, state, simulated=info.simulated)
            for state in states
            if isinstance(state.device, Gpu)
        ],
    }


def _gpu(gpu: Gpu, state: State, *, simulated: bool) -> Found:
    board, *parts = state.report.readings
    links = [part for part in parts if isinstance(part.entity, Link)]
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
            {
                "id": part.entity.id,
                "profile": part.entity.profile,
                "uuid": part.entity.uuid,
                "computes": [
                    {"id": each.id, "profile": each.profile, "uuid": each.uuid}
                    for each in part.entity.computes
                ],
            }
            for part in parts
            if isinstance(part.entity, Instance)
        ],
        "links": len(links),
        "links_up": sum(link.values.get(_STATE) == _ACTIVE for link in links),
        "peers": [
            {"gpu": peer.gpu, "status": peer.status, "said": link_status(peer.status)}
            for peer in board.peers
        ],
        "modes": {
            name: bool(board.values[id_]) for name, id_ in _MODES.items() if id_ in board.values
        },
        "events": sorted(state.report.heard),
        "given": sorted(BY_ID[id_].name for id_ in board.values),
        "measured": {
            BY_ID[id_].name: "simulated" if simulated else BY_ID[id_].nvml
            for id_ in sorted(_MEASURED & board.values.keys())
        },
        "missing": _missing(board),
        "forbidden": any(
            Reason.NO_PERMISSION in part.gaps.values() for part in state.report.readings
        ),
    }


def _of_library(states: Sequence[State]) -> Found:
    """What any GPU says of the library that they all share."""
    values: dict[int, object] = {}
    for state in states:
        for reading in state.report.readings[:1]:
            values |= reading.values
    return {name: str(values[id_]) for name, id_ in _LIBRARY.items() if id_ in values}


def _missing(reading: Reading) -> Mapping[str, list[str]]:
    """Names of the fields that have no value, by reason."""
    missing: dict[str, list[str]] = {}
    for id_ in sorted(reading.gaps):
        missing.setdefault(str(reading.gaps[id_]), []).append(BY_ID[id_].name)
    return missing
