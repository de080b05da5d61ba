"""What is asked now, answered from what was asked when the recording was made."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from warpwatch.fields.catalogue import BY_ID
from warpwatch.fields.derived import EXP_P2P_STATUS
from warpwatch.fields.field import Scope
from warpwatch.fields.processes import COMPUTE_PIDS, GRAPHICS_PIDS
from warpwatch.samples.entity import Device, Gpu, Switch
from warpwatch.samples.sample import Reading, Reason, Report

_PROCESSES = frozenset({COMPUTE_PIDS.id, GRAPHICS_PIDS.id})


def answer(
    report: Report, fields: AbstractSet[int], recorded: frozenset[int]
) -> tuple[Reading, ...]:
    """Fields that were not recorded are gaps of the device; parts of which nothing is asked
    are left out, as sources do.
    """
    device = report.device
    missing = {id_ for id_ in fields - recorded if _belongs(id_, device)}
    if not missing and fields >= recorded:
        return report.readings
    answers = []
    for reading in report.readings:
        asked = _only(reading, fields)
        if asked.values or asked.gaps or reading.entity == device:
            answers.append(asked)
    if missing:
        first, *others = answers or [Reading(device, {}, {})]
        unsupported = dict.fromkeys(missing, Reason.UNSUPPORTED)
        answers = [replace(first, gaps={**first.gaps, **unsupported}), *others]
    return tuple(answers)


def _only(reading: Reading, fields: AbstractSet[int]) -> Reading:
    return replace(
        reading,
        values={id_: value for id_, value in reading.values.items() if id_ in fields},
        gaps={id_: why for id_, why in reading.gaps.items() if id_ in fields},
        processes=reading.processes if fields & _PROCESSES else (),
        peers=reading.peers if EXP_P2P_STATUS.id in fields else (),
    )


def _belongs(id_: int, device: Device) -> bool:
    """Whether a field is the device's own or of a part of it; unknown ones are a GPU's."""
    field = BY_ID.get(id_)
    scope = field.scope if field else Scope.GPU
    match device:
        case Gpu():
            return scope in {Scope.GPU, Scope.LINK}
        case Switch():
            return scope is Scope.SWITCH
        case _:
            return scope in {Scope.CPU, Scope.CORE}
