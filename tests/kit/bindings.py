"""NVIDIA's bindings without a driver: the real names, signatures and structures, scripted answers.

Only what the driver would say is made up. A function or constant that the real module lacks, or
arguments that it would not take, fail here as they would there; so this cannot drift from it.
"""

import ctypes
import inspect
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pynvml

from warpwatch.clock import Clock, ManualClock
from warpwatch.samples.sample import Event, Reading, Reason
from warpwatch.sources.nvml.calls.table import CALLS
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.ear import TYPES, Ear
from warpwatch.sources.nvml.listener import Listener
from warpwatch.sources.nvml.numbers import FIELD_VALUES, SUMS
from warpwatch.sources.nvml.plan import PEERS, XID
from warpwatch.sources.nvml.source import NvmlSource
from warpwatch.sources.nvml.tenants import KINDS

NOW = 1_772_442_000.0
ALL = frozenset({*CALLS, *FIELD_VALUES, *SUMS, *KINDS, PEERS, XID})
"""Every field that the source can read."""
DRIVER_VERSION = "580.95.05"
NVML_VERSION = "13.580.95.05"
CUDA_VERSION = 13010
"""NVML's number for 13.1."""
MIB = 1024 * 1024
SPARE_BYTES = 12_345
"""Beside the whole MiB of each figure of memory."""


def _answers() -> dict[tuple[object, ...], object]:
    """By function and arguments after the GPU; no two are alike, so none passes for another."""
    return {
        ("nvmlDeviceGetName",): "NVIDIA H100 80GB HBM3",
        ("nvmlDeviceGetComputeRunningProcesses",): [],
        ("nvmlDeviceGetGraphicsRunningProcesses",): [],
        ("nvmlDeviceGetSerial",): "1650124001234",
        ("nvmlDeviceGetInforomVersion", pynvml.NVML_INFOROM_OEM): "2.1",
        ("nvmlDeviceGetInforomVersion", pynvml.NVML_INFOROM_ECC): "7.16",
        ("nvmlDeviceGetInforomVersion", pynvml.NVML_INFOROM_POWER): "3.5",
        ("nvmlDeviceGetInforomImageVersion",): "G520.0200.00.05",
        ("nvmlDeviceGetVbiosVersion",): "96.00.99.00.01",
        ("nvmlDeviceGetClockInfo", pynvml.NVML_CLOCK_SM): 1980,
        ("nvmlDeviceGetClockInfo", pynvml.NVML_CLOCK_MEM): 2619,
        ("nvmlDeviceGetClockInfo", pynvml.NVML_CLOCK_VIDEO): 1545,
        ("nvmlDeviceGetPerformanceState",): 2,
        ("nvmlDeviceGetTemperature", pynvml.NVML_TEMPERATURE_GPU): 59,
        ("nvmlDeviceGetFanSpeed",): 41,
        ("nvmlDeviceGetPowerUsage",): 632_417,
        ("nvmlDeviceGetTotalEnergyConsumption",): 98_765_432_109_876,
        ("nvmlDeviceGetEnforcedPowerLimit",): 650_500,
        ("nvmlDeviceGetPowerManagementLimit",): 700_000,
        ("nvmlDeviceGetUtilizationRates",): pynvml.c_nvmlUtilization_t(gpu=97, memory=11),
        ("nvmlDeviceGetEncoderUtilization",): [21, 166_000],
        ("nvmlDeviceGetDecoderUtilization",): [22, 167_000],
        ("nvmlDeviceGetMemoryInfo", pynvml.nvmlMemory_v2): pynvml.c_nvmlMemory_v2_t(
            version=pynvml.nvmlMemory_v2,
            total=81_559 * MIB + SPARE_BYTES,
            free=61_262 * MIB + SPARE_BYTES,
            used=19_818 * MIB + SPARE_BYTES,
            reserved=479 * MIB + SPARE_BYTES,
        ),
        ("nvmlDeviceGetPcieThroughput", pynvml.NVML_PCIE_UTIL_TX_BYTES): 5_100,
        ("nvmlDeviceGetPcieThroughput", pynvml.NVML_PCIE_UTIL_RX_BYTES): 5_200,
        ("nvmlDeviceGetPcieReplayCounter",): 3,
        ("nvmlDeviceGetCurrPcieLinkGeneration",): 5,
        ("nvmlDeviceGetCurrPcieLinkWidth",): 16,
        ("nvmlDeviceGetCurrentClocksEventReasons",): 0x44,
        ("nvmlDeviceGetGridLicensableFeatures",): licences(0, 1),
    } | _further_answers()


def _further_answers() -> dict[tuple[object, ...], object]:
    """Of functions for fields that are seldom switched on."""
    thresholds = {"SHUTDOWN": 95, "SLOWDOWN": 89, "MEM_MAX": 96, "GPU_MAX": 87}
    answers: dict[tuple[object, ...], object] = {
        ("nvmlDeviceGetIndex",): 31,
        ("nvmlDeviceGetMinorNumber",): 32,
        ("nvmlDeviceGetCudaComputeCapability",): (9, 4),
        ("nvmlDeviceGetBrand",): pynvml.NVML_BRAND_NVIDIA_VCS,
        ("nvmlDeviceValidateInforom",): None,
        ("nvmlDeviceGetUnrepairableMemoryFlag_v1",): 1,
        ("nvmlDeviceGetComputeMode",): 3,
        ("nvmlDeviceGetPersistenceMode",): 1,
        ("nvmlDeviceGetInforomConfigurationChecksum",): 33,
        ("nvmlGpmQueryDeviceSupport",): pynvml.c_nvmlGpmSupport_t(isSupportedDevice=1),
        ("nvmlDeviceGetApplicationsClock", pynvml.NVML_CLOCK_SM): 1830,
        ("nvmlDeviceGetApplicationsClock", pynvml.NVML_CLOCK_MEM): 2610,
        ("nvmlDeviceGetMaxClockInfo", pynvml.NVML_CLOCK_SM): 1985,
        ("nvmlDeviceGetMaxClockInfo", pynvml.NVML_CLOCK_MEM): 2620,
        ("nvmlDeviceGetMaxClockInfo", pynvml.NVML_CLOCK_VIDEO): 1550,
        ("nvmlDeviceGetAutoBoostedClocksEnabled",): [1, 0],
        ("nvmlDeviceGetMarginTemperature",): 26,
        ("nvmlDeviceGetPowerManagementDefaultLimit",): 690_000,
        ("nvmlDeviceGetPowerManagementLimitConstraints",): [200_000, 710_000],
        ("nvmlDeviceGetBAR1MemoryInfo",): pynvml.c_nvmlBAR1Memory_t(
            bar1Total=131_072 * MIB, bar1Free=131_000 * MIB, bar1Used=72 * MIB
        ),
        ("nvmlDeviceGetMaxPcieLinkGeneration",): 6,
        ("nvmlDeviceGetMaxPcieLinkWidth",): 17,
        ("nvmlDeviceGetMigMode",): [0, 1],
        ("nvmlDeviceGetMaxMigDeviceCount",): 7,
        ("nvmlDeviceGetVirtualizationMode",): 2,
        ("nvmlDeviceGetEccMode",): [1, 0],
        ("nvmlDeviceGetRowRemapperHistogram",): pynvml.c_nvmlRowRemapperHistogramValues(
            max=2550, high=4, partial=3, low=2, none=1
        ),
    }
    for name, degrees in thresholds.items():
        which = getattr(pynvml, f"NVML_TEMPERATURE_THRESHOLD_{name}")
        answers["nvmlDeviceGetTemperatureThreshold", which] = degrees
    for which in itertools.product(range(2), range(2), range(8)):
        kind, life, place = which
        answers["nvmlDeviceGetMemoryErrorCounter", *which] = 100 * kind + 10 * life + place
    for link, kind in itertools.product(range(pynvml.NVML_NVLINK_MAX_LINKS), range(4)):
        answers["nvmlDeviceGetNvLinkErrorCounter", link, kind] = 3000 + 10 * link + kind
    return answers


def licences(*states: int) -> Any:
    """What a board says of the features that can be licensed, one state for each."""
    features = pynvml.c_nvmlGridLicensableFeatures_v4_t(licensableFeaturesCount=len(states))
    for index, state in enumerate(states):
        features.gridLicensableFeatures[index].featureState = state
    return features


@dataclass(slots=True, eq=False)
class Board:
    """One GPU, and at once the handle by which the driver knows it."""

    index: int
    answers: dict[tuple[object, ...], object] = field(default_factory=_answers)
    fields: dict[int | tuple[int, int], tuple[int, str, int]] = field(default_factory=dict)
    """Value type, member of the union and value by NVML's field id, or by that and a link, where
    not `default_field`.
    """
    links: int = 2
    peers: dict[int, int] = field(default_factory=dict)
    """Status by index, where it is not well."""
    codes: dict[str | int, int] = field(default_factory=dict)
    """Error by function, or by field id."""
    xids: deque[int] = field(default_factory=deque)
    events: deque[Any] = field(default_factory=deque)
    """Of whatever kind, as `happened` makes them."""
    supported: int = sum(TYPES)
    """Bits of the events that it can report."""
    shares: list[tuple[int, int, int]] = field(default_factory=list)
    """Process, time stamp and per cent of each sample of how much it ran."""
    fabric: tuple[int, int] = 3, 0
    """State of its registration and how that went."""
    instances: "dict[int, Board]" = field(default_factory=dict)
    """Of MIG, by place; each a handle of its own."""
    left: int | None = None
    """Calls that it still answers; each one after them fails with `fate`."""
    fate: int = pynvml.NVML_ERROR_GPU_IS_LOST

    def __post_init__(self) -> None:
        self.answers["nvmlDeviceGetUUID",] = f"GPU-{self.index:08x}"
        self.answers["nvmlDeviceGetPciInfo",] = pynvml.nvmlPciInfo_t(
            domain=0, bus=0x1B + self.index, device=0
        )


@dataclass(slots=True, eq=False)
class EventSet:
    boards: list[Board] = field(default_factory=list)
    freed: bool = False


@dataclass(slots=True, eq=False)
class Sample:
    """What the counters of a GPU stood at; the driver's memory, to be given back."""

    room: Any
    board: Board | None = None
    freed: bool = False

    @property
    def pointer(self) -> Any:
        return ctypes.cast(self.room, pynvml.c_nvmlGpmSample_t)


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


class Bindings(ModuleType):
    def __init__(self, boards: int = 1) -> None:
        super().__init__("pynvml")
        self.nvmlLib = None
        """No library is loaded, so that every call is one of the bindings'."""
        self.boards = [Board(index) for index in range(boards)]
        self.codes: dict[str, int] = {}
        """Error by function, whatever it is called for."""
        self.calls: list[tuple[str, tuple[object, ...]]] = []
        self.asked: set[str] = set()
        """Every name that was looked up in the module."""
        self.running = 0
        """Starts less shutdowns."""
        self.sets: list[EventSet] = []
        self.samples: dict[int, Sample] = {}
        self._scripts: dict[str, Callable[..., object]] = {
            "nvmlInit": self._init,
            "nvmlShutdown": self._shutdown,
            "nvmlSystemGetDriverVersion": lambda: DRIVER_VERSION,
            "nvmlSystemGetNVMLVersion": lambda: NVML_VERSION,
            "nvmlDeviceGetCount": lambda: len(self.boards),
            "nvmlDeviceGetHandleByIndex": lambda index: self.boards[index],
            "nvmlDeviceGetFieldValues": _field_values,
            "nvmlSystemGetCudaDriverVersion_v2": lambda: CUDA_VERSION,
            "nvmlSystemGetConfComputeState": lambda: pynvml.c_nvmlConfComputeSystemState_t(0, 1),
            "nvmlDeviceGetNvLinkState": _link_state,
            "nvmlDeviceGetP2PStatus": lambda board, other, _: board.peers.get(other.index, 0),
            "nvmlDeviceGetPlatformInfo": _platform,
            "nvmlDeviceWorkloadPowerProfileGetCurrentProfiles": _profiles,
            "nvmlDeviceGetSramEccErrorStatus": _sram,
            "nvmlDeviceGetGpuFabricInfoV": _fabric,
            "nvmlEventSetCreate": self._create,
            "nvmlEventSetFree": _free,
            "nvmlDeviceGetSupportedEventTypes": lambda board: board.supported,
            "nvmlDeviceRegisterEvents": _register,
            "nvmlEventSetWait_v2": _wait,
            "nvmlGpmSampleAlloc": self._alloc,
            "nvmlGpmSampleFree": self._free_sample,
            "nvmlGpmSampleGet": self._sample,
            "nvmlGpmMetricsGet": self._metrics,
            "nvmlGpmMigSampleGet": self._sample_of_instance,
            "nvmlDeviceGetMigDeviceHandleByIndex": _instance,
            "nvmlDeviceGetProcessUtilization": _shares,
        }

    def __getattr__(self, name: str) -> Any:
        real = getattr(pynvml, name)
        self.asked.add(name)
        return self._function(name, real) if inspect.isfunction(real) else real

    def _function(self, name: str, real: Callable[..., object]) -> Callable[..., object]:
        signature = inspect.signature(real)

        def call(*arguments: Any) -> object:
            signature.bind(*arguments)
            self.calls.append((name, arguments))
            self._refuse(name, arguments)
            if name in self._scripts:
                return self._scripts[name](*arguments)
            board, *rest = arguments
            return board.answers[name, *rest]

        return call

    def _refuse(self, name: str, arguments: tuple[object, ...]) -> None:
        codes = [self.codes.get(name, 0)]
        if not self.running and name != "nvmlInit":
            codes.append(pynvml.NVML_ERROR_UNINITIALIZED)
        for argument in arguments:
            if isinstance(argument, EventSet) and argument.freed:
                raise AssertionError(f"{name} on an event set that was freed crashes the process")
            for board in self._meant(name, argument):
                codes.append(board.codes.get(name, 0))
                if board.left == 0:
                    codes.append(board.fate)
                elif board.left is not None:
                    board.left -= 1
        for code in filter(None, codes):
            raise pynvml.NVMLError(code)

    def _meant(self, name: str, argument: object) -> list[Board]:
        """The boards that an argument stands for."""
        if isinstance(argument, EventSet):
            # What a GPU reported before it fell off the bus is still handed out.
            return [board for board in argument.boards if not board.xids]
        if name == "nvmlDeviceGetHandleByIndex" and isinstance(argument, int):
            return [self.boards[argument]]
        return [argument] if isinstance(argument, Board) else []

    def _init(self) -> None:
        self.running += 1

    def _shutdown(self) -> None:
        self.running -= 1

    def _create(self) -> EventSet:
        self.sets.append(EventSet())
        return self.sets[-1]

    def _alloc(self) -> Any:
        sample = Sample(ctypes.create_string_buffer(8))
        self.samples[_address(sample.pointer)] = sample
        return sample.pointer

    def _held(self, pointer: Any) -> Sample:
        sample = self.samples[_address(pointer)]
        assert not sample.freed, "a sample that was freed crashes the process"
        return sample

    def _free_sample(self, pointer: Any) -> None:
        self._held(pointer).freed = True

    def _sample(self, board: Board, pointer: Any) -> Any:
        self._held(pointer).board = board
        return pointer

    def _sample_of_instance(self, board: Board, number: int, pointer: Any) -> Any:
        wanted = next(
            instance
            for instance in board.instances.values()
            if instance.answers["nvmlDeviceGetGpuInstanceId",] == number
        )
        return self._sample(wanted, pointer)

    def _metrics(self, asked: Any) -> Any:
        """Each metric is worth its number."""
        older, newer = self._held(asked.sample1), self._held(asked.sample2)
        assert older.board is newer.board
        for metric in asked.metrics[: asked.numMetrics]:
            metric.nvmlReturn = (
                newer.board.codes.get(f"gpm {metric.metricId}", 0) if newer.board else 0
            )
            metric.value = float(metric.metricId)
        return asked


def _instance(board: Board, place: int) -> Board:
    if place not in board.instances:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
    return board.instances[place]


def process(pid: int, memory: int | None = None, instance: int | None = None) -> Any:
    """As the driver lists it."""
    place = 0xFFFFFFFF if instance is None else instance
    info = pynvml.c_nvmlProcessInfo_t(pid=pid, gpuInstanceId=place, computeInstanceId=place)
    said = pynvml.nvmlStructToFriendlyObject(info)
    said.usedGpuMemory = memory
    return said


def _shares(board: Board, after: int) -> object:
    newer = [share for share in board.shares if share[1] > after]
    if not newer:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
    return [
        pynvml.c_nvmlProcessUtilizationSample_t(pid=pid, timeStamp=time, smUtil=share)
        for pid, time, share in newer
    ]


def divide(board: Board) -> None:
    """Switches MIG on, with two instances that are unlike."""
    board.answers["nvmlDeviceGetMigMode",] = [1, 1]
    for place, number, profile, gib in ((0, 1, "3g.40gb", 40), (2, 9, "1c.1g.10gb", 10)):
        board.instances[place] = Board(place)
        board.instances[place].answers = {
            ("nvmlDeviceGetGpuInstanceId",): number,
            ("nvmlDeviceGetComputeInstanceId",): 0,
            ("nvmlDeviceGetName",): f"NVIDIA H100 80GB HBM3 MIG {profile}",
            ("nvmlDeviceGetUUID",): f"MIG-{number:08x}",
            ("nvmlDeviceGetComputeRunningProcesses",): [],
            ("nvmlDeviceGetGraphicsRunningProcesses",): [],
            ("nvmlDeviceGetMemoryInfo", pynvml.nvmlMemory_v2): pynvml.c_nvmlMemory_v2_t(
                version=pynvml.nvmlMemory_v2,
                total=gib * 1024 * MIB,
                free=(gib - 1) * 1024 * MIB,
                used=1000 * MIB,
                reserved=24 * MIB,
            ),
        }


def _register(board: Board, types: int, event_set: EventSet) -> None:
    if types & pynvml.nvmlEventTypeXidCriticalError:
        event_set.boards.append(board)


def _free(event_set: EventSet) -> None:
    event_set.freed = True


def happened(type_: int, data: int = 0, instance: int = 0xFFFFFFFF) -> Any:
    return pynvml.c_nvmlEventData_t(eventType=type_, eventData=data, gpuInstanceId=instance)


def _wait(event_set: EventSet, _milliseconds: int) -> object:
    for board in event_set.boards:
        if board.xids:
            return happened(pynvml.nvmlEventTypeXidCriticalError, board.xids.popleft())
        if board.events:
            return board.events.popleft()
    raise pynvml.NVMLError(pynvml.NVML_ERROR_TIMEOUT)


def _link_state(board: Board, link: int) -> int:
    if link >= board.links:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
    return 1


def _platform(_board: Board, pointer: Any) -> None:
    info = pointer.contents
    assert info.version == pynvml.nvmlPlatformInfo_v2
    info.chassisSerialNumber = b"1821224190147"
    info.slotNumber, info.trayIndex, info.hostId, info.moduleId = b"\x0b", b"\xc8", b"\0", b"\x0e"


def _profiles(_board: Board, pointer: Any) -> None:
    masks = pointer.contents
    masks.perfProfilesMask.mask[:2] = 0x1FF, 0x2
    masks.requestedProfilesMask.mask[0], masks.enforcedProfilesMask.mask[0] = 0x21, 0x20


def _fabric(board: Board, pointer: Any) -> None:
    info = pointer.contents
    info.state, info.status = board.fabric
    info.cliqueId, info.healthMask, info.healthSummary = 34, 35, 1
    info.clusterUuid[:] = range(1, 17)


def _sram(_board: Board, pointer: Any) -> None:
    pointer.contents.bThresholdExceeded = 1


def _field_values(board: Board, wanted: Sequence[tuple[int, int]]) -> object:
    known = {pynvml.NVML_FI_DEV_NVLINK_LINK_COUNT: (1, "uiVal", board.links)} | board.fields
    values = (pynvml.c_nvmlFieldValue_t * len(wanted))()
    for value, asked in zip(values, wanted, strict=True):
        id_ = asked[0]
        value.fieldId, value.nvmlReturn = id_, board.codes.get(id_, 0)
        found = known.get(asked) or known.get(id_) or default_field(id_)
        value.valueType, member, number = found
        setattr(value.value, member, number)
    return values


def default_field(id_: int) -> tuple[int, str, int]:
    return pynvml.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG, "ullVal", 1000 + id_


class AtOnce(Listener):
    """Without a thread: the driver is asked when somebody wants to know."""

    def _start(self) -> None:
        pass

    def take(self, ear: Ear) -> tuple[tuple[Event, ...], Reason | None]:
        self._hear(ear)
        return super().take(ear)


def source_of(
    bindings: ModuleType, clock: Clock, bound: Path = Path("/nonexistent"), visible: str = ""
) -> NvmlSource:
    source = NvmlSource(Door(bindings), clock, AtOnce(clock), bound=bound, visible=visible)
    source.inventory()
    return source


def open_nvml(bindings: Bindings) -> NvmlSource:
    return source_of(bindings, ManualClock(NOW))


def read(source: NvmlSource, fields: frozenset[int] = ALL, gpu: int = 0) -> Reading:
    """What one GPU says of itself."""
    (reading,) = source.read(source.inventory().devices[gpu], fields).readings
    return reading
