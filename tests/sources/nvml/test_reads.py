"""Which call gives which field: the right figure, in the catalogue's unit and type."""

import re
from collections.abc import Mapping

import pynvml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bindings import (
    DRIVER_VERSION,
    MIB,
    NVML_VERSION,
    SPARE_BYTES,
    Bindings,
    licences,
    open_nvml,
    read,
)
from warpwatch.fields import (
    base_units,
    clocks,
    ecc,
    events,
    fabric,
    identity,
    memory,
    mig,
    nvlink,
    nvlink_links,
    pcie,
    power,
    rows,
    temperature,
    utilisation,
)
from warpwatch.fields.catalogue import BY_ID
from warpwatch.fields.field import Field, Number
from warpwatch.samples.sample import Value
from warpwatch.sources.nvml.ask import Ask
from warpwatch.sources.nvml.calls.identity import LASTING
from warpwatch.sources.nvml.calls.table import CALLS
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.numbers import ALL_LINKS, FIELD_VALUES, SCALED, SUMS

COUNTED = [
    100 * kind + 10 * life + place
    for lives in ((0, (0, 1, 2, 3, 4)), (1, (0, 1, 2, 3, 4)), (0, (5, 6)), (1, (5, 6)))
    for life, places in [lives]
    for place in places
    for kind in (0, 1)
]
"""Errors by place, in the order of the catalogue: kind, since when and where, as digits."""
CALLED: dict[Field, Value] = {
    identity.DRIVER_VERSION: DRIVER_VERSION,
    identity.NVML_VERSION: NVML_VERSION,
    identity.SERIAL: "1650124001234",
    identity.OEM_INFOROM_VER: "2.1",
    identity.ECC_INFOROM_VER: "7.16",
    identity.POWER_INFOROM_VER: "3.5",
    identity.INFOROM_IMAGE_VER: "G520.0200.00.05",
    identity.VBIOS_VERSION: "96.00.99.00.01",
    clocks.SM_CLOCK: 1980,
    clocks.MEM_CLOCK: 2619,
    clocks.VIDEO_CLOCK: 1545,
    clocks.PSTATE: 2,
    temperature.GPU_TEMP: 59,
    temperature.FAN_SPEED: 41,
    power.POWER_USAGE: 632.417,
    power.TOTAL_ENERGY_CONSUMPTION: 98_765_432_109_876,
    power.ENFORCED_POWER_LIMIT: 650.5,
    power.POWER_MGMT_LIMIT: 700.0,
    utilisation.GPU_UTIL: 97,
    utilisation.MEM_COPY_UTIL: 11,
    utilisation.ENC_UTIL: 21,
    utilisation.DEC_UTIL: 22,
    memory.FB_TOTAL: 81_559,
    memory.FB_FREE: 61_262,
    memory.FB_USED: 19_818,
    memory.FB_RESERVED: 479,
    pcie.PCIE_TX_THROUGHPUT: 5_100,
    pcie.PCIE_RX_THROUGHPUT: 5_200,
    pcie.PCIE_REPLAY_COUNTER: 3,
    pcie.PCIE_LINK_GEN: 5,
    pcie.PCIE_LINK_WIDTH: 16,
    events.CLOCKS_EVENT_REASONS: 0x44,
    mig.VGPU_LICENSE_STATUS: 1,
    identity.NAME: "NVIDIA H100 80GB HBM3",
    identity.NVML_INDEX: 31,
    identity.UUID: "GPU-00000000",
    identity.MINOR_NUMBER: 32,
    identity.PCI_BUSID: "00000000:1B:00.0",
    identity.CUDA_COMPUTE_CAPABILITY: 9 * 65536 + 4,
    identity.COMPUTE_MODE: 2,
    identity.CUDA_DRIVER_VERSION: 13_100,
    identity.BRAND: "NVIDIA Virtual Compute Server",
    identity.CC_MODE: 1,
    identity.INFOROM_CONFIG_VALID: 1,
    identity.PLATFORM_CHASSIS_SERIAL_NUMBER: "1821224190147",
    identity.PLATFORM_CHASSIS_SLOT_NUMBER: 11,
    identity.PLATFORM_TRAY_INDEX: 200,
    identity.PLATFORM_HOST_ID: 0,
    identity.PLATFORM_MODULE_ID: 14,
    identity.PERSISTENCE_MODE: 1,
    identity.INFOROM_CONFIG_CHECK: 33,
    identity.GPM_SUPPORT: 1,
    clocks.APP_SM_CLOCK: 1830,
    clocks.APP_MEM_CLOCK: 2610,
    clocks.MAX_SM_CLOCK: 1985,
    clocks.MAX_MEM_CLOCK: 2620,
    clocks.MAX_VIDEO_CLOCK: 1550,
    clocks.AUTOBOOST: 1,
    base_units.SM_CLOCK_HERTZ: 1_980_000_000,
    base_units.MEMORY_CLOCK_HERTZ: 2_619_000_000,
    base_units.VIDEO_CLOCK_HERTZ: 1_545_000_000,
    base_units.SM_APP_CLOCK_HERTZ: 1_830_000_000,
    base_units.MEMORY_APP_CLOCK_HERTZ: 2_610_000_000,
    base_units.SM_MAX_CLOCK_HERTZ: 1_985_000_000,
    base_units.MEMORY_MAX_CLOCK_HERTZ: 2_620_000_000,
    base_units.VIDEO_MAX_CLOCK_HERTZ: 1_550_000_000,
    base_units.FAN_SPEED_RATIO: 0.41,
    base_units.GPU_ENERGY_JOULES_TOTAL: 98_765_432_109,
    base_units.BAR1_CAPACITY_BYTES: 131_072 * MIB,
    base_units.BAR1_USED_BYTES: 72 * MIB,
    base_units.BAR1_FREE_BYTES: 131_000 * MIB,
    temperature.MEM_MAX_OP_TEMP: 96,
    temperature.GPU_MAX_OP_TEMP: 87,
    temperature.GPU_TEMP_LIMIT: 26,
    temperature.SLOWDOWN_TEMP: 89,
    temperature.SHUTDOWN_TEMP: 95,
    power.POWER_MGMT_LIMIT_MIN: 200.0,
    power.POWER_MGMT_LIMIT_MAX: 710.0,
    power.POWER_MGMT_LIMIT_DEF: 690.0,
    power.REQUESTED_POWER_PROFILE_MASK: 0x21,
    power.ENFORCED_POWER_PROFILE_MASK: 0x20,
    power.VALID_POWER_PROFILE_MASK: 0x2_0000_01FF,
    memory.FB_USED_PERCENT: (19_818 * MIB + SPARE_BYTES) / (81_080 * MIB),
    memory.BAR1_TOTAL: 131_072,
    memory.BAR1_USED: 72,
    memory.BAR1_FREE: 131_000,
    pcie.PCIE_MAX_LINK_GEN: 6,
    pcie.PCIE_MAX_LINK_WIDTH: 17,
    mig.MIG_MODE: 0,
    mig.MIG_MAX_SLICES: 7,
    mig.VIRTUAL_MODE: 2,
    ecc.ECC_CURRENT: 1,
    ecc.ECC_PENDING: 0,
    ecc.THRESHOLD_SRM: 1,
    **dict(zip(ecc.ECC_BY_LOCATION, COUNTED, strict=True)),
    ecc.ECC_SBE_VOL_SRM: 7,
    ecc.ECC_DBE_VOL_SRM: 107,
    ecc.ECC_SBE_AGG_SRM: 17,
    ecc.ECC_DBE_AGG_SRM: 117,
    fabric.FABRIC_MANAGER_STATUS: 3,
    fabric.FABRIC_MANAGER_ERROR_CODE: 0,
    fabric.FABRIC_CLUSTER_UUID: "01020304-0506-0708-090a-0b0c0d0e0f10",
    fabric.FABRIC_CLIQUE_ID: 34,
    fabric.FABRIC_HEALTH_MASK: 35,
    fabric.FABRIC_HEALTH_SUMMARY: 1,
    rows.BANKS_REMAP_ROWS_AVAIL_MAX: 2550,
    rows.BANKS_REMAP_ROWS_AVAIL_HIGH: 4,
    rows.BANKS_REMAP_ROWS_AVAIL_PARTIAL: 3,
    rows.BANKS_REMAP_ROWS_AVAIL_LOW: 2,
    rows.BANKS_REMAP_ROWS_AVAIL_NONE: 1,
    rows.MEMORY_UNREPAIRABLE_FLAG: 1,
    **{
        field: 3000 + 10 * link + kind
        for kind, fields in enumerate(
            (
                nvlink_links.NVLINK_REPLAY_ERRORS,
                nvlink_links.NVLINK_RECOVERY_ERRORS,
                nvlink_links.NVLINK_CRC_FLIT_ERRORS,
                nvlink_links.NVLINK_CRC_DATA_ERRORS,
            )
        )
        for link, field in enumerate(fields)
    },
}
"""What the scripted board's answers come to."""
NAMED: dict[Field, str] = {
    temperature.MEMORY_TEMP: "MEMORY_TEMP",
    ecc.ECC_SBE_VOL_TOTAL: "ECC_SBE_VOL_TOTAL",
    ecc.ECC_DBE_VOL_TOTAL: "ECC_DBE_VOL_TOTAL",
    ecc.ECC_SBE_AGG_TOTAL: "ECC_SBE_AGG_TOTAL",
    ecc.ECC_DBE_AGG_TOTAL: "ECC_DBE_AGG_TOTAL",
    rows.RETIRED_SBE: "RETIRED_SBE",
    rows.RETIRED_DBE: "RETIRED_DBE",
    rows.RETIRED_PENDING: "RETIRED_PENDING",
    rows.CORRECTABLE_REMAPPED_ROWS: "REMAPPED_COR",
    rows.UNCORRECTABLE_REMAPPED_ROWS: "REMAPPED_UNC",
    rows.ROW_REMAP_PENDING: "REMAPPED_PENDING",
    rows.ROW_REMAP_FAILURE: "REMAPPED_FAILURE",
    nvlink.NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL: "NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL",
    nvlink.NVLINK_CRC_DATA_ERROR_COUNT_TOTAL: "NVLINK_CRC_DATA_ERROR_COUNT_TOTAL",
    nvlink.NVLINK_REPLAY_ERROR_COUNT_TOTAL: "NVLINK_REPLAY_ERROR_COUNT_TOTAL",
    nvlink.NVLINK_RECOVERY_ERROR_COUNT_TOTAL: "NVLINK_RECOVERY_ERROR_COUNT_TOTAL",
    events.POWER_VIOLATION: "PERF_POLICY_POWER",
    events.THERMAL_VIOLATION: "PERF_POLICY_THERMAL",
    events.SYNC_BOOST_VIOLATION: "PERF_POLICY_SYNC_BOOST",
    events.BOARD_LIMIT_VIOLATION: "PERF_POLICY_BOARD_LIMIT",
    events.LOW_UTIL_VIOLATION: "PERF_POLICY_LOW_UTILIZATION",
    events.RELIABILITY_VIOLATION: "PERF_POLICY_RELIABILITY",
    events.CLOCKS_EVENT_REASON_SW_POWER_CAP_NS: "CLOCKS_EVENT_REASON_SW_POWER_CAP",
    events.CLOCKS_EVENT_REASON_SYNC_BOOST_NS: "CLOCKS_EVENT_REASON_SYNC_BOOST",
    events.CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS: "CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN",
    events.CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS: "CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN",
    events.CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS: (
        "CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN"
    ),
    power.POWER_USAGE_INSTANT: "POWER_INSTANT",
    events.GET_GPU_RECOVERY_ACTION: "GET_GPU_RECOVERY_ACTION",
    events.TOTAL_APP_CLOCKS_VIOLATION: "PERF_POLICY_TOTAL_APP_CLOCKS",
    events.TOTAL_BASE_CLOCKS_VIOLATION: "PERF_POLICY_TOTAL_BASE_CLOCKS",
    fabric.C2C_LINK_COUNT: "C2C_LINK_COUNT",
    fabric.C2C_LINK_STATUS: "C2C_LINK_GET_STATUS",
    fabric.C2C_MAX_BANDWIDTH: "C2C_LINK_GET_MAX_BW",
    fabric.C2C_LINK_ERROR_INTR: "C2C_LINK_ERROR_INTR",
    fabric.C2C_LINK_ERROR_REPLAY: "C2C_LINK_ERROR_REPLAY",
    fabric.C2C_LINK_ERROR_REPLAY_B2B: "C2C_LINK_ERROR_REPLAY_B2B",
    fabric.C2C_LINK_POWER_STATE: "C2C_LINK_POWER_STATE",
    nvlink.NVLINK_ECC_DATA_ERROR_COUNT_TOTAL: "NVLINK_ECC_DATA_ERROR_COUNT_TOTAL",
    pcie.PCIE_COUNT_CORRECTABLE_ERRORS: "PCIE_COUNT_CORRECTABLE_ERRORS",
    power.PWR_SMOOTHING_ENABLED: "PWR_SMOOTHING_ENABLED",
    power.PWR_SMOOTHING_HW_CIRCUITRY_PERCENT_LIFETIME_REMAINING: (
        "PWR_SMOOTHING_HW_CIRCUITRY_PERCENT_LIFETIME_REMAINING"
    ),
    **{
        getattr(nvlink, f"NVLINK_COUNT_{ours}"): f"NVLINK_COUNT_{theirs}"
        for ours, theirs in {
            "TX_PACKETS": "XMIT_PACKETS",
            "TX_BYTES": "XMIT_BYTES",
            "RX_PACKETS": "RCV_PACKETS",
            "RX_BYTES": "RCV_BYTES",
            "RX_MALFORMED_PACKET_ERRORS": "MALFORMED_PACKET_ERRORS",
            "RX_BUFFER_OVERRUN_ERRORS": "BUFFER_OVERRUN_ERRORS",
            "RX_ERRORS": "RCV_ERRORS",
            "RX_REMOTE_ERRORS": "RCV_REMOTE_ERRORS",
            "RX_GENERAL_ERRORS": "RCV_GENERAL_ERRORS",
            "LOCAL_LINK_INTEGRITY_ERRORS": "LOCAL_LINK_INTEGRITY_ERRORS",
            "TX_DISCARDS": "XMIT_DISCARDS",
            "LINK_RECOVERY_SUCCESSFUL_EVENTS": "LINK_RECOVERY_SUCCESSFUL_EVENTS",
            "LINK_RECOVERY_FAILED_EVENTS": "LINK_RECOVERY_FAILED_EVENTS",
            "LINK_RECOVERY_EVENTS": "LINK_RECOVERY_EVENTS",
            "RX_SYMBOL_ERRORS": "SYMBOL_ERRORS",
            "SYMBOL_BER": "SYMBOL_BER",
            "SYMBOL_BER_FLOAT": "SYMBOL_BER",
            "EFFECTIVE_BER": "EFFECTIVE_BER",
            "EFFECTIVE_BER_FLOAT": "EFFECTIVE_BER",
            "EFFECTIVE_ERRORS": "EFFECTIVE_ERRORS",
        }.items()
    },
}
"""How the driver's own header calls the fields that it gives many at a time."""
NUMBERS = {id_: number for id_, (number, _) in FIELD_VALUES.items()}
TYPES = {Number.INT: int, Number.FLOAT: float, Number.TEXT: str}
FIELDS_ASKED = [pytest.param(field, id=field.name) for field in NAMED]


def values(bindings: Bindings) -> Mapping[int, Value]:
    """Everything that the first GPU gives."""
    return read(open_nvml(bindings)).values


def test_the_tables_here_miss_nothing() -> None:
    assert {field.id for field in CALLED} == CALLS.keys()
    assert {field.id for field in NAMED} == FIELD_VALUES.keys()
    assert not CALLS.keys() & FIELD_VALUES.keys()
    assert SCALED.keys() <= FIELD_VALUES.keys()


@pytest.mark.parametrize("field", [pytest.param(field, id=field.name) for field in CALLED])
def test_a_call_gives_its_field(field: Field) -> None:
    assert values(Bindings())[field.id] == CALLED[field]


@pytest.mark.parametrize("field", FIELDS_ASKED)
def test_a_field_is_asked_under_the_drivers_own_number(field: Field) -> None:
    name = NAMED[field]
    prefix = "NVML_FI_" if name.startswith("PWR_SMOOTHING") else "NVML_FI_DEV_"
    assert NUMBERS[field.id] == getattr(pynvml, prefix + name)


def test_counters_of_newer_links_are_asked_for_all_links_together() -> None:
    scoped = {id_: scope for id_, (_, scope) in FIELD_VALUES.items() if scope}
    assert {BY_ID[id_].name.split("_")[4] for id_ in scoped} == {"COUNT"}
    assert set(scoped.values()) == {ALL_LINKS} == {0xFFFF_FFFF}


@pytest.mark.parametrize("field", FIELDS_ASKED)
def test_each_of_many_answers_goes_to_the_field_that_asked(field: Field) -> None:
    answer = 1000 + NUMBERS[field.id]
    units = {"W": answer / 1000, "ratio": (answer >> 8) * 10.0 ** -(answer & 0xFF)}
    assert values(Bindings())[field.id] == units.get(field.unit, answer)


def test_every_value_has_the_type_that_the_catalogue_gives_it() -> None:
    wrong = {
        BY_ID[id_].name: value
        for id_, value in values(Bindings()).items()
        if type(value) is not TYPES[BY_ID[id_].number]
    }
    assert wrong == {}


@pytest.mark.parametrize("id_", sorted(CALLS))
def test_the_catalogue_names_the_call_that_is_made(id_: int) -> None:
    bindings = Bindings()
    door = Door(bindings)
    door.call("nvmlInit")
    bindings.calls.clear()
    CALLS[id_](Ask(door, bindings.boards[0]))
    assert [name for name, _ in bindings.calls] == re.findall(r"nvml\w+", BY_ID[id_].nvml)


@pytest.mark.parametrize("id_", sorted(FIELD_VALUES))
def test_the_catalogue_names_the_number_that_is_asked(id_: int) -> None:
    assert BY_ID[id_].nvml == f"field {NUMBERS[id_]}"


def test_what_asks_no_gpu_is_no_sign_that_one_lives() -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    assert source.inventory().devices
    silent = set()
    for id_ in CALLS:
        bindings.calls.clear()
        CALLS[id_](Ask(Door(bindings), bindings.boards[0]))
        if bindings.boards[0] not in bindings.calls[0][1]:
            silent.add(id_)
    assert silent == {
        identity.DRIVER_VERSION.id,
        identity.NVML_VERSION.id,
        identity.CUDA_DRIVER_VERSION.id,
        identity.CC_MODE.id,
    }
    assert silent <= LASTING


@given(kib=st.integers(0, 1 << 40))
def test_memory_is_in_whole_mib_rounded_down(kib: int) -> None:
    bindings = Bindings()
    bindings.boards[0].answers["nvmlDeviceGetMemoryInfo", pynvml.nvmlMemory_v2] = (
        pynvml.c_nvmlMemory_v2_t(used=kib * 1024)
    )
    used = values(bindings)[memory.FB_USED.id]
    assert isinstance(used, int)
    assert used * MIB <= kib * 1024 < (used + 1) * MIB


@given(milliwatts=st.integers(0, 2_000_000))
def test_power_is_in_watts(milliwatts: int) -> None:
    bindings = Bindings()
    bindings.boards[0].answers["nvmlDeviceGetPowerUsage",] = milliwatts
    watts = values(bindings)[power.POWER_USAGE.id]
    assert isinstance(watts, float)
    assert round(watts * 1000) == milliwatts


@pytest.mark.parametrize(
    ("states", "status"), [((), 0), ((0,), 0), ((0, 0), 0), ((1,), 1), ((0, 2), 1)]
)
def test_a_licence_in_force_on_any_feature_counts(states: tuple[int, ...], status: int) -> None:
    bindings = Bindings()
    bindings.boards[0].answers["nvmlDeviceGetGridLicensableFeatures",] = licences(*states)
    assert values(bindings)[mig.VGPU_LICENSE_STATUS.id] == status


def test_what_stands_behind_the_features_that_count_is_not_looked_at() -> None:
    bindings = Bindings()
    features = licences(0, 1)
    features.licensableFeaturesCount = 1
    bindings.boards[0].answers["nvmlDeviceGetGridLicensableFeatures",] = features
    assert values(bindings)[mig.VGPU_LICENSE_STATUS.id] == 0


@pytest.mark.parametrize("name", ["CRC", "RECOVERY", "REPLAY"])
def test_what_is_told_of_single_links_is_added_up(name: str) -> None:
    bindings = Bindings()
    bindings.boards[0].links = 3
    field = getattr(nvlink, f"NVLINK_ERROR_DL_{name}")
    number = getattr(pynvml, f"NVML_FI_DEV_NVLINK_ERROR_DL_{name}")
    assert (SUMS[field.id], field.nvml) == (number, f"field {number}")
    for link in range(3):
        bindings.boards[0].fields[number, link] = 1, "uiVal", 10**link
    assert values(bindings)[field.id] == 111


def test_a_corrupt_inforom_is_a_value_and_no_gap() -> None:
    bindings = Bindings()
    bindings.boards[0].codes["nvmlDeviceValidateInforom"] = pynvml.NVML_ERROR_CORRUPTED_INFOROM
    assert values(bindings)[identity.INFOROM_CONFIG_VALID.id] == 0


@pytest.mark.parametrize(
    ("brand", "text"),
    [(2, "Tesla"), (5, "GeForce"), (14, "NVIDIA"), (0, "Unknown"), (99, "Unknown")],
)
def test_a_brand_is_told_as_dcgm_tells_it(brand: int, text: str) -> None:
    bindings = Bindings()
    bindings.boards[0].answers["nvmlDeviceGetBrand",] = brand
    assert values(bindings)[identity.BRAND.id] == text


@pytest.mark.parametrize(("nvml", "dcgm"), [(0, 0), (2, 1), (3, 2)])
def test_compute_modes_have_dcgms_numbers(nvml: int, dcgm: int) -> None:
    bindings = Bindings()
    bindings.boards[0].answers["nvmlDeviceGetComputeMode",] = nvml
    assert values(bindings)[identity.COMPUTE_MODE.id] == dcgm


KINDS = {
    "DOUBLE": ("dVal", st.integers(-(2**53), 2**53)),
    "UNSIGNED_INT": ("uiVal", st.integers(0, 2**32 - 1)),
    "UNSIGNED_LONG": ("ulVal", st.integers(0, 2**64 - 1)),
    "UNSIGNED_LONG_LONG": ("ullVal", st.integers(0, 2**64 - 1)),
    "SIGNED_LONG_LONG": ("sllVal", st.integers(-(2**63), 2**63 - 1)),
    "SIGNED_INT": ("siVal", st.integers(-(2**31), 2**31 - 1)),
    "UNSIGNED_SHORT": ("usVal", st.integers(0, 2**16 - 1)),
}


@given(data=st.data(), kind=st.sampled_from(sorted(KINDS)))
def test_a_value_is_the_member_that_its_type_names(data: st.DataObject, kind: str) -> None:
    member, numbers = KINDS[kind]
    number = data.draw(numbers)
    bindings = Bindings()
    asked = NUMBERS[rows.RETIRED_SBE.id]
    kind_number = getattr(pynvml, f"NVML_VALUE_TYPE_{kind}")
    bindings.boards[0].fields[asked] = kind_number, member, number
    assert values(bindings)[rows.RETIRED_SBE.id] == number


@pytest.mark.parametrize(
    ("state", "status", "said", "error"),
    [(0, 0, 0, None), (1, 0, 1, None), (2, 0, 2, None), (3, 0, 3, 0), (3, 999, 4, 999)],
)
def test_registration_with_the_fabric_is_told_in_dcgms_numbers(
    state: int, status: int, said: int, error: int | None
) -> None:
    bindings = Bindings()
    bindings.boards[0].fabric = state, status
    found = values(bindings)
    assert found[fabric.FABRIC_MANAGER_STATUS.id] == said
    assert found.get(fabric.FABRIC_MANAGER_ERROR_CODE.id) == error
