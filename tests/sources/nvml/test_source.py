"""The source over a whole life: opened, listened to, read, closed, with whatever fails between."""

import pynvml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bindings import ALL, DRIVER_VERSION, NOW, Bindings, open_nvml, read
from warpwatch.clock import ManualClock
from warpwatch.fields import identity, mig, power, temperature
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Event, Kind, Reason
from warpwatch.sources.base import Source
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.plan import XID
from warpwatch.sources.nvml.source import NvmlSource

NOT_READ = mig.VGPU_MEMORY_USAGE.id
TEMPERATURE = temperature.GPU_TEMP.id
POWER = power.POWER_USAGE.id
LOST, UNKNOWN = pynvml.NVML_ERROR_GPU_IS_LOST, pynvml.NVML_ERROR_UNKNOWN
REFUSED, UNSUPPORTED = pynvml.NVML_ERROR_NO_PERMISSION, pynvml.NVML_ERROR_NOT_SUPPORTED


MANY = 200
"""More calls than a read makes."""


def xids(source: NvmlSource, gpu: int = 0) -> list[int]:
    report = source.read(source.inventory().devices[gpu], frozenset({XID}))
    return [event.data for event in report.events]


# Opening


def test_it_is_a_source_that_says_what_it_is() -> None:
    source: Source = open_nvml(Bindings(boards=2))
    info = source.inventory().info
    assert (info.name, info.simulated, info.driver) == ("nvml", False, DRIVER_VERSION)
    assert info.detail == "NVIDIA's driver on this machine"
    assert source.inventory() is source.inventory()


def test_gpus_stand_in_the_drivers_order_with_their_identity() -> None:
    assert open_nvml(Bindings(boards=2)).inventory().devices == (
        Gpu(0, "GPU-00000000", "00000000:1B:00.0", "NVIDIA H100 80GB HBM3"),
        Gpu(1, "GPU-00000001", "00000000:1C:00.0", "NVIDIA H100 80GB HBM3"),
    )


@given(domain=st.integers(0, 2**32 - 1), bus=st.integers(0, 255), device=st.integers(0, 31))
def test_a_bus_id_has_a_domain_of_eight_upper_case_hex_digits(
    domain: int, bus: int, device: int
) -> None:
    bindings = Bindings()
    bindings.boards[0].answers["nvmlDeviceGetPciInfo",] = pynvml.nvmlPciInfo_t(
        domain=domain, bus=bus, device=device
    )
    (gpu,) = open_nvml(bindings).inventory().devices
    assert isinstance(gpu, Gpu)
    parts = gpu.pci_bus_id.removesuffix(".0").split(":")
    assert [len(part) for part in parts] == [8, 2, 2]
    assert [int(part, 16) for part in parts] == [domain, bus, device]
    assert gpu.pci_bus_id == gpu.pci_bus_id.upper()


def test_a_machine_without_gpus_has_none() -> None:
    assert open_nvml(Bindings(boards=0)).inventory().devices == ()


@pytest.mark.parametrize("function", ["nvmlSystemGetDriverVersion", "nvmlDeviceGetCount"])
def test_a_driver_that_fails_at_the_start_is_given_back(function: str) -> None:
    bindings = Bindings()
    bindings.codes[function] = UNKNOWN
    inventory = open_nvml(bindings).inventory()
    assert inventory.info.name == "none"
    assert inventory.info.detail == f"no usable NVIDIA driver: {function}: Unknown Error"
    assert bindings.running == 0


def test_a_driver_that_never_started_is_not_shut_down() -> None:
    bindings = Bindings()
    bindings.codes["nvmlInit"] = pynvml.NVML_ERROR_DRIVER_NOT_LOADED
    info = open_nvml(bindings).inventory().info
    assert info.detail.startswith("no usable NVIDIA driver: nvmlInit: Driver Not Loaded")
    assert [name for name, _ in bindings.calls] == ["nvmlInit"]


@pytest.mark.parametrize(
    "function",
    [
        "nvmlDeviceGetHandleByIndex",
        "nvmlDeviceGetPciInfo",
        "nvmlDeviceGetUUID",
        "nvmlDeviceGetName",
    ],
)
def test_a_gpu_that_cannot_be_opened_costs_only_itself(
    function: str, caplog: pytest.LogCaptureFixture
) -> None:
    bindings = Bindings(boards=3)
    bindings.boards[1].codes[function] = LOST
    source = open_nvml(bindings)
    complaint = f"GPU 1 cannot be opened: {function}: GPU is lost"
    assert [gpu.index for gpu in source.inventory().devices] == [0, 2]
    assert source.inventory().info.detail == f"NVIDIA's driver on this machine; {complaint}"
    assert caplog.messages == [source.inventory().info.detail]
    assert read(source, gpu=1).values[POWER] == 632.417


# Reading


def test_a_report_is_of_the_gpu_and_the_time_at_which_it_was_read() -> None:
    clock = ManualClock(NOW)
    source = NvmlSource(Door(Bindings(boards=2)), clock)
    clock.advance(5)
    gpu = source.inventory().devices[1]
    report = source.read(gpu, frozenset({POWER}))
    assert (report.device, report.time) == (gpu, NOW + 5)
    assert [reading.entity for reading in report.readings] == [gpu]


def test_each_gpu_answers_for_itself() -> None:
    bindings = Bindings(boards=2)
    bindings.boards[1].answers["nvmlDeviceGetPowerUsage",] = 70_000
    source = open_nvml(bindings)
    assert [read(source, gpu=gpu).values[POWER] for gpu in (0, 1)] == [632.417, 70.0]


def test_a_field_that_is_not_read_is_a_gap() -> None:
    reading = read(open_nvml(Bindings()), frozenset({NOT_READ, POWER}))
    assert reading.gaps == {NOT_READ: Reason.NOT_IMPLEMENTED}
    assert reading.values == {POWER: 632.417}


def test_only_what_is_asked_for_is_read() -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    (gpu,) = source.inventory().devices
    bindings.calls.clear()
    source.read(gpu, frozenset({POWER}))
    assert [name for name, _ in bindings.calls] == [
        "nvmlDeviceGetMigMode",
        "nvmlDeviceGetPowerUsage",
        "nvmlEventSetWait_v2",
    ]


def test_a_refused_call_costs_its_own_field() -> None:
    bindings = Bindings()
    bindings.boards[0].codes["nvmlDeviceGetTemperature"] = REFUSED
    reading = read(open_nvml(bindings))
    assert reading.gaps == {TEMPERATURE: Reason.NO_PERMISSION}


def test_a_refused_field_among_many_costs_itself() -> None:
    bindings = Bindings()
    bindings.boards[0].codes[pynvml.NVML_FI_DEV_ECC_DBE_VOL_TOTAL] = UNSUPPORTED
    assert list(read(open_nvml(bindings)).gaps.values()) == [Reason.UNSUPPORTED]


def test_a_type_of_value_that_drivers_to_come_may_bring_is_a_gap() -> None:
    bindings = Bindings()
    bindings.boards[0].fields[pynvml.NVML_FI_DEV_POWER_INSTANT] = 7, "ullVal", 70_000
    reading = read(open_nvml(bindings))
    assert reading.gaps == {power.POWER_USAGE_INSTANT.id: Reason.FAILED}


def test_many_fields_are_asked_in_one_call() -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    read(source)
    bindings.calls.clear()
    read(source)
    assert [name for name, _ in bindings.calls].count("nvmlDeviceGetFieldValues") == 1


# A GPU that is lost


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (LOST, Reason.LOST),
        (pynvml.NVML_ERROR_RESET_REQUIRED, Reason.LOST),
        (pynvml.NVML_ERROR_TIMEOUT, Reason.TIMED_OUT),
        (UNKNOWN, Reason.FAILED),
    ],
)
def test_a_gpu_that_answers_nothing_gave_no_reading(code: int, reason: Reason) -> None:
    """The versions that the library knows by itself would make it look like one that answers."""
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.boards[0].left, bindings.boards[0].fate = 0, code
    asked = ALL | {NOT_READ}
    reading = read(source, asked)
    assert reading.values == {}
    assert reading.gaps == dict.fromkeys(asked, reason)


def test_a_gpu_that_merely_lacks_what_is_asked_is_not_lost() -> None:
    reading = read(open_nvml(Bindings()), frozenset({NOT_READ, XID, identity.DRIVER_VERSION.id}))
    assert reading.values == {XID: 0, identity.DRIVER_VERSION.id: DRIVER_VERSION}
    assert reading.gaps == {NOT_READ: Reason.NOT_IMPLEMENTED}


def test_a_lost_gpu_costs_no_other_one_its_values() -> None:
    bindings = Bindings(boards=2)
    source = open_nvml(bindings)
    bindings.boards[0].left = 0
    assert read(source, gpu=0).values == {}
    assert read(source, gpu=1).gaps == {}


@given(left=st.integers(0, MANY))
def test_what_a_gpu_said_before_it_was_lost_stands(left: int) -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.boards[0].left = MANY
    whole = read(source).values
    needed = MANY - bindings.boards[0].left
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.boards[0].left = left
    reading = read(source)
    assert reading.values.items() <= whole.items()
    assert set(reading.gaps.values()) <= {Reason.LOST}
    assert reading.values.keys() | reading.gaps.keys() == ALL
    assert (reading.gaps == {}) is (bindings.boards[0].left > 0 or left == needed)


def test_a_gpu_that_comes_back_is_read_again() -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.boards[0].left = 0
    assert read(source).values == {}
    bindings.boards[0].left = None
    assert read(source).gaps == {}


# XIDs


@given(codes=st.lists(st.integers(1, 200), max_size=30))
def test_xids_are_told_once_each_in_order(codes: list[int]) -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.boards[0].xids.extend(codes)
    assert xids(source) == codes
    assert xids(source) == []


def test_an_xid_bears_the_time_at_which_it_was_heard() -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.boards[0].xids.append(79)
    assert source.read(source.inventory().devices[0], frozenset()).events == (
        Event(NOW, Kind.XID, 79),
    )


def test_an_xid_is_told_of_the_gpu_that_it_befell() -> None:
    bindings = Bindings(boards=2)
    source = open_nvml(bindings)
    bindings.boards[1].xids.append(48)
    assert (xids(source, gpu=0), xids(source, gpu=1)) == ([], [48])


def test_a_storm_is_taken_in_parts_and_nothing_of_it_is_lost() -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.boards[0].xids.extend(range(1, 2501))
    taken = [xids(source) for _ in range(4)]
    assert [len(part) for part in taken] == [1000, 1000, 500, 0]
    assert [code for part in taken for code in part] == list(range(1, 2501))


def test_listening_never_waits() -> None:
    bindings = Bindings()
    bindings.boards[0].xids.append(31)
    xids(open_nvml(bindings))
    waits = [arguments for name, arguments in bindings.calls if name == "nvmlEventSetWait_v2"]
    assert [milliseconds for _, milliseconds in waits] == [0, 0]


def test_the_last_words_of_a_lost_gpu_are_heard() -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.boards[0].xids.append(79)
    bindings.boards[0].left = 0
    report = source.read(source.inventory().devices[0], ALL)
    assert [event.data for event in report.events] == [79]
    assert report.readings[0].values == {}


def test_where_listening_fails_the_code_is_a_gap_and_the_rest_is_read() -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.codes["nvmlEventSetWait_v2"] = UNKNOWN
    assert read(source).gaps == {XID: Reason.FAILED}


def test_a_board_that_can_be_heard_again_has_a_value_and_no_gap() -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.codes["nvmlEventSetWait_v2"] = UNSUPPORTED
    assert read(source).gaps == {XID: Reason.UNSUPPORTED}
    bindings.codes.clear()
    assert read(source).gaps == {}


@pytest.mark.parametrize("function", ["nvmlEventSetCreate", "nvmlDeviceRegisterEvents"])
def test_a_board_that_takes_no_listener_has_a_gap_and_no_zero(function: str) -> None:
    bindings = Bindings()
    bindings.codes[function] = UNSUPPORTED
    source = open_nvml(bindings)
    assert read(source).gaps == {XID: Reason.UNSUPPORTED}
    assert xids(source) == []
    assert all(event_set.freed for event_set in bindings.sets)


# Closing


def test_closing_frees_every_event_set_and_shuts_the_library_down() -> None:
    bindings = Bindings(boards=3)
    source = open_nvml(bindings)
    source.close()
    assert [event_set.freed for event_set in bindings.sets] == [True] * 3
    assert bindings.running == 0
    assert bindings.calls[-1][0] == "nvmlShutdown"


@given(stuck=st.sets(st.integers(0, 2)))
def test_what_cannot_be_freed_keeps_nothing_else_from_being_given_back(stuck: set[int]) -> None:
    bindings = Bindings(boards=3)
    source = open_nvml(bindings)
    for index in stuck:
        bindings.boards[index].codes["nvmlEventSetFree"] = LOST
    source.close()
    assert {i for i, event_set in enumerate(bindings.sets) if not event_set.freed} == stuck
    assert bindings.running == 0


def test_what_cannot_be_given_back_is_said(caplog: pytest.LogCaptureFixture) -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.codes["nvmlShutdown"] = UNKNOWN
    source.close()
    assert caplog.messages == ["closing the driver: nvmlShutdown: Unknown Error"]
