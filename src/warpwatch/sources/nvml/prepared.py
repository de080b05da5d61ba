"""Calls that every read makes, made ready once.

The bindings look the function up, and make its arguments and the room for its answer anew at each
call, which takes longer than most answers of the driver. Here that is done once for a board: the
same function of the same library, which the bindings have loaded, with the same structures.

The room is used again by the next call, so an answer is to be read before that. A board makes one
call at a time: its lock is held while it is read.
"""

import ctypes
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

Ready = Callable[..., Any]
Refuse = Callable[[int], NoReturn]
"""Says by an exception that the driver answered with this code."""

_FEW = 16
"""Processes, or samples of them, that there is room for from the start."""
_MOST = 65536
"""The same, whatever the driver says: a wrong number must not take all memory."""
_TOO_SMALL = 7
_UNSAID = 999
"""NVML's code for an error that it has no name for."""
_UNTOLD = 2**64 - 1
"""Instead of a size."""
PROCESS = struct.Struct("@IQII")
SAMPLE = struct.Struct("@IQIIII")
"""As the driver writes it: the bindings' structures take long to give out their members."""


class Info(NamedTuple):
    """Of a process, under the names that the bindings have."""

    pid: int
    usedGpuMemory: int | None  # noqa: N815
    gpuInstanceId: int  # noqa: N815
    computeInstanceId: int  # noqa: N815


class Share(NamedTuple):
    """Of the time, as the driver sampled it."""

    pid: int
    timeStamp: int  # noqa: N815
    smUtil: int  # noqa: N815


@dataclass(frozen=True, slots=True)
class Call:
    bindings: ModuleType
    function: Callable[..., int]
    handle: Any
    arguments: tuple[Any, ...]
    refuse: Refuse

    def into(self, *rooms: Any) -> tuple[Any, ...]:
        """All that the driver is given: numbers, and behind them where it is to write."""
        return self.handle, *map(ctypes.c_uint, self.arguments), *map(ctypes.byref, rooms)


Maker = Callable[[Call], Ready]


class Form(NamedTuple):
    make: Maker
    symbol: str = ""
    """In the library, where it is not what the bindings call it."""


def _number(room: type[ctypes.c_uint | ctypes.c_ulonglong]) -> Form:
    def make(call: Call) -> Ready:
        number = room()
        function, refuse, given = call.function, call.refuse, call.into(number)

        def ready() -> int:
            code = function(*given)
            if code:
                refuse(code)
            return number.value

        return ready

    return Form(make)


def _pair(call: Call) -> Ready:
    first, second = ctypes.c_uint(), ctypes.c_uint()
    function, refuse, given = call.function, call.refuse, call.into(first, second)

    def ready() -> list[int]:
        code = function(*given)
        if code:
            refuse(code)
        return [first.value, second.value]

    return ready


def _structure(name: str, symbol: str = "") -> Form:
    """Where there is an argument, it is the version of the structure, which holds it."""

    def make(call: Call) -> Ready:
        structure = getattr(call.bindings, name)()
        if call.arguments:
            (structure.version,) = call.arguments
        function, refuse = call.function, call.refuse
        given = (call.handle, ctypes.byref(structure))

        def ready() -> Any:
            code = function(*given)
            if code:
                refuse(code)
            return structure

        return ready

    return Form(make, symbol)


def _values(call: Call) -> Ready:
    """Many of them, each by its number and scope."""
    (wanted,) = call.arguments
    room = (call.bindings.c_nvmlFieldValue_t * len(wanted))()
    for value, (number, scope) in zip(room, wanted, strict=True):
        value.fieldId, value.scopeId, value.nvmlReturn = number, scope, _UNSAID
    blank = bytes(room)
    function, refuse = call.function, call.refuse
    given = (call.handle, len(wanted), room)

    def ready() -> Any:
        # What the driver leaves alone must pass neither for zero nor for what it said before.
        ctypes.memmove(room, blank, len(blank))
        code = function(*given)
        if code:
            refuse(code)
        return room

    return ready


class _Several:
    """Room for as many as there are; the bindings make a call before, to learn how many."""

    def __init__(self, call: Call, each: struct.Struct) -> None:
        self._refuse = call.refuse
        self._each = each
        self._count = ctypes.c_uint()
        self.counted = ctypes.byref(self._count)
        self.room = ctypes.create_string_buffer(_FEW * each.size)

    def filled(self, fill: Callable[[], int]) -> Iterator[tuple[Any, ...]]:
        self._count.value = len(self.room) // self._each.size
        code = fill()
        if code == _TOO_SMALL:
            # There may be more by the time of the second call.
            most = self._count.value = min(self._count.value * 2 + 5, _MOST)
            self.room = ctypes.create_string_buffer(most * self._each.size)
            code = fill()
        if code:
            self._refuse(code)
        return self._each.iter_unpack(memoryview(self.room)[: self._count.value * self._each.size])


def _processes(call: Call) -> Ready:
    function, handle = call.function, call.handle
    several = _Several(call, PROCESS)

    def fill() -> int:
        return function(handle, several.counted, several.room)

    def ready() -> list[Info]:
        return [
            Info(pid, None if memory == _UNTOLD else memory, instance, compute)
            for pid, memory, instance, compute in several.filled(fill)
        ]

    return ready


def _shares(call: Call) -> Ready:
    """Those after a time, which is another one at each call. None at all is a refusal, as the
    bindings have it.
    """
    function, handle, refuse = call.function, call.handle, call.refuse
    several = _Several(call, SAMPLE)

    def ready(after: int) -> list[Share]:
        since = ctypes.c_ulonglong(after)
        told = several.filled(lambda: function(handle, several.room, several.counted, since))
        return [Share(pid, time, sm) for pid, time, sm, *_ in told] or refuse(0)

    return ready


def _part(call: Call) -> Ready:
    """The handle of what is in a place now: the same object as long as it is the same handle."""
    address = ctypes.c_void_p()
    function, refuse, given = call.function, call.refuse, call.into(address)
    last: list[Any] = [None, None]

    def ready() -> Any:
        code = function(*given)
        if code:
            refuse(code)
        if address.value != last[0]:
            last[:] = address.value, ctypes.cast(address, call.bindings.c_nvmlDevice_t)
        return last[1]

    return ready


FORMS: Mapping[str, Form] = {
    **dict.fromkeys(
        (
            "nvmlDeviceGetApplicationsClock",
            "nvmlDeviceGetClockInfo",
            "nvmlDeviceGetCurrPcieLinkGeneration",
            "nvmlDeviceGetCurrPcieLinkWidth",
            "nvmlDeviceGetEnforcedPowerLimit",
            "nvmlDeviceGetFanSpeed",
            "nvmlDeviceGetGpuInstanceId",
            "nvmlDeviceGetMaxClockInfo",
            "nvmlDeviceGetPcieReplayCounter",
            "nvmlDeviceGetPcieThroughput",
            "nvmlDeviceGetPerformanceState",
            "nvmlDeviceGetPowerManagementLimit",
            "nvmlDeviceGetPowerUsage",
            "nvmlDeviceGetTemperature",
        ),
        _number(ctypes.c_uint),
    ),
    **dict.fromkeys(
        (
            "nvmlDeviceGetCurrentClocksEventReasons",
            "nvmlDeviceGetMemoryErrorCounter",
            "nvmlDeviceGetNvLinkErrorCounter",
            "nvmlDeviceGetTotalEnergyConsumption",
        ),
        _number(ctypes.c_ulonglong),
    ),
    **dict.fromkeys(
        (
            "nvmlDeviceGetDecoderUtilization",
            "nvmlDeviceGetEccMode",
            "nvmlDeviceGetEncoderUtilization",
            "nvmlDeviceGetMigMode",
        ),
        Form(_pair),
    ),
    "nvmlDeviceGetBAR1MemoryInfo": _structure("c_nvmlBAR1Memory_t"),
    "nvmlDeviceGetComputeRunningProcesses": Form(
        _processes, "nvmlDeviceGetComputeRunningProcesses_v3"
    ),
    "nvmlDeviceGetFieldValues": Form(_values),
    "nvmlDeviceGetGraphicsRunningProcesses": Form(
        _processes, "nvmlDeviceGetGraphicsRunningProcesses_v3"
    ),
    "nvmlDeviceGetGridLicensableFeatures": _structure(
        "c_nvmlGridLicensableFeatures_v4_t", "nvmlDeviceGetGridLicensableFeatures_v4"
    ),
    "nvmlDeviceGetMemoryInfo": _structure("c_nvmlMemory_v2_t", "nvmlDeviceGetMemoryInfo_v2"),
    "nvmlDeviceGetMigDeviceHandleByIndex": Form(_part),
    "nvmlDeviceGetProcessUtilization": Form(_shares),
    "nvmlDeviceGetRowRemapperHistogram": _structure("c_nvmlRowRemapperHistogramValues"),
    "nvmlDeviceGetUtilizationRates": _structure("c_nvmlUtilization_t"),
}
"""By the function's name in the bindings."""


def ready(
    bindings: ModuleType,
    function: str,
    handle: object,
    arguments: tuple[object, ...],
    refuse: Refuse,
) -> Ready | None:
    """None for what is to be called through the bindings: what is not made at every read, and what
    the library lacks.
    """
    form = FORMS.get(function)
    if form is None:
        return None
    found = getattr(bindings.nvmlLib, form.symbol or function, None)
    return None if found is None else form.make(Call(bindings, found, handle, arguments, refuse))
