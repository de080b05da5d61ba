"""Run in a process of its own: each prepared call, made through the bindings and past them."""

import functools
import json
import sys
from typing import Any

import pynvml

from warpwatch.sources.nvml.door import Door, Refused
from warpwatch.sources.nvml.prepared import FORMS, Ready
from warpwatch.sources.nvml.tenants import KINDS

VALUES = tuple((number, scope) for number in (82, 138, 139, 142, 165, 9999) for scope in (0, 1))
ARGUMENTS: dict[str, tuple[tuple[object, ...], ...]] = {
    "nvmlDeviceGetFieldValues": ((VALUES,), (VALUES[:1],)),
    "nvmlDeviceGetMemoryErrorCounter": ((0, 0, 2), (1, 1, 7)),
    "nvmlDeviceGetMemoryInfo": ((pynvml.nvmlMemory_v2,),),
    "nvmlDeviceGetNvLinkErrorCounter": ((0, 1), (17, 3)),
    **dict.fromkeys(
        (
            "nvmlDeviceGetApplicationsClock",
            "nvmlDeviceGetClockInfo",
            "nvmlDeviceGetMaxClockInfo",
            "nvmlDeviceGetMigDeviceHandleByIndex",
            "nvmlDeviceGetPcieThroughput",
            "nvmlDeviceGetTemperature",
        ),
        ((0,), (1,), (7,)),
    ),
}
SHARES = "nvmlDeviceGetProcessUtilization"
MOMENTS: dict[str, tuple[tuple[object, ...], ...]] = {SHARES: ((0,), (50,), (1 << 40,))}
"""Arguments that are given at the call."""
MEMBERS = {
    SHARES: ("pid", "timeStamp", "smUtil"),
    **dict.fromkeys(
        (name for _, name in KINDS.values()),
        ("pid", "usedGpuMemory", "gpuInstanceId", "computeInstanceId"),
    ),
}


def said(function: str, answer: Any) -> object:
    """What it holds, without what it is held by."""
    if function in MEMBERS:
        return [[getattr(each, member) for member in MEMBERS[function]] for each in answer]
    if function == "nvmlDeviceGetFieldValues":
        return [[v.fieldId, v.scopeId, v.valueType, v.nvmlReturn, v.value.ullVal] for v in answer]
    if function == "nvmlDeviceGetMigDeviceHandleByIndex":
        return pynvml.nvmlDeviceGetGpuInstanceId(answer)
    if isinstance(answer, pynvml.Structure):
        return bytes(answer).hex()
    return answer


def outcome(function: str, call: Ready) -> list[object]:
    told: list[object] = []
    for moment in MOMENTS.get(function, ((),)):
        try:
            told.append(said(function, call(*moment)))
        except Refused as refusal:
            told.append([str(refusal.reason), refusal.message, refusal.code])
    return told


def main() -> None:
    pynvml.nvmlInit()
    door = Door(pynvml)
    handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(int(sys.argv[1]))]
    told: dict[str, list[object]] = {}
    for function in FORMS:
        for arguments in ARGUMENTS.get(function, ((),)):
            for index, handle in enumerate(handles):
                through = functools.partial(door.call, function, handle, *arguments)
                past = door.ready(function, handle, *arguments)
                ways = [outcome(function, way) for way in (through, past, past)]
                prepared = not isinstance(past, functools.partial)
                told[f"{function} {arguments} {index}"] = [prepared, *ways]
    json.dump(told, sys.stdout)


main()
