"""The catalogue is complete and without doubles, and knows dcgm-exporter's defaults."""

import importlib
import pkgutil
import re
import subprocess
import sys
from collections import Counter

import pynvml
import pytest

import warpwatch.fields
from warpwatch.fields import catalogue
from warpwatch.fields.catalogue import BY_ID, DEFAULT, FAMILIES, FIELDS
from warpwatch.fields.field import Field, Kind, Number, Scope
from warpwatch.fields.spellings import BY_NAME, spellings

ABOUT_FIELDS = {"field", "declare", "catalogue", "spellings", "mistakes", "describe", "tables"}
"""The modules of the room that are not families."""

MODULES = sorted({module.name for module in pkgutil.iter_modules(warpwatch.fields.__path__)})

DEFAULTS = {
    "DCGM_FI_DEV_SM_CLOCK": (100, "gauge", "int"),
    "DCGM_FI_DEV_MEM_CLOCK": (101, "gauge", "int"),
    "DCGM_FI_DEV_MEMORY_TEMP": (140, "gauge", "int"),
    "DCGM_FI_DEV_GPU_TEMP": (150, "gauge", "int"),
    "DCGM_FI_DEV_POWER_USAGE": (155, "gauge", "float"),
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": (156, "counter", "int"),
    "DCGM_FI_DEV_PCIE_REPLAY_COUNTER": (202, "counter", "int"),
    "DCGM_FI_DEV_GPU_UTIL": (203, "gauge", "int"),
    "DCGM_FI_DEV_MEM_COPY_UTIL": (204, "gauge", "int"),
    "DCGM_FI_DEV_ENC_UTIL": (206, "gauge", "int"),
    "DCGM_FI_DEV_DEC_UTIL": (207, "gauge", "int"),
    "DCGM_FI_DEV_XID_ERRORS": (230, "gauge", "int"),
    "DCGM_FI_DEV_FB_FREE": (251, "gauge", "int"),
    "DCGM_FI_DEV_FB_USED": (252, "gauge", "int"),
    "DCGM_FI_DEV_FB_RESERVED": (253, "gauge", "int"),
    "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS": (393, "counter", "int"),
    "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS": (394, "counter", "int"),
    "DCGM_FI_DEV_ROW_REMAP_FAILURE": (395, "gauge", "int"),
    "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL": (449, "counter", "int"),
    "DCGM_FI_DEV_VGPU_LICENSE_STATUS": (526, "gauge", "int"),
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE": (1001, "gauge", "float"),
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE": (1004, "gauge", "float"),
    "DCGM_FI_PROF_DRAM_ACTIVE": (1005, "gauge", "float"),
    "DCGM_FI_PROF_PCIE_TX_BYTES": (1009, "gauge", "int"),
    "DCGM_FI_PROF_PCIE_RX_BYTES": (1010, "gauge", "int"),
    "DCGM_FI_DRIVER_VERSION": (1, "label", "text"),
}


LISTED = {
    *range(240, 246),
    *range(310, 314),
    *range(390, 393),
    *(409, 419, 429, 439, 440),
    *(2, 51, 53, 56, 80, 81, 82, 85),
    *(1002, 1003, 1006, 1007, 1008),
    *range(1084, 1097),
    *range(9001, 9007),
}
"""What its lists have as a remark."""


def test_listed_is_what_dcgm_exporter_lists_and_leaves_off() -> None:
    assert {field.id for field in FIELDS if field.listed and not field.default} == LISTED


def test_default_is_what_dcgm_exporter_emits() -> None:
    """25 series and one label, with dcgm-exporter's ids, types and ways of printing."""
    emitted = {field.name: (field.id, field.kind.value, field.number.value) for field in DEFAULT}
    assert emitted == DEFAULTS


@pytest.mark.parametrize("name", sorted(set(MODULES) - ABOUT_FIELDS))
def test_every_family_in_the_folder_is_in_the_catalogue(name: str) -> None:
    module = importlib.import_module(f"warpwatch.fields.{name}")
    members = tuple(catalogue._declared(module))  # noqa: SLF001
    assert members, f"{name} declares no field: list it in ABOUT_FIELDS if it is no family"
    assert any(set(members) == set(family) for family in FAMILIES.values())


def test_no_id_and_no_name_of_any_era_is_used_twice() -> None:
    names = Counter(name for field in FIELDS for name in spellings(field))
    assert [name for name, times in names.items() if times > 1] == []
    assert len(BY_ID) == len(FIELDS)
    assert len(BY_NAME) == names.total()


def test_fields_stand_in_the_order_of_their_ids() -> None:
    ids = [field.id for field in FIELDS]
    assert ids == sorted(ids)
    assert all(BY_ID[field.id] is field for field in FIELDS)


def test_a_constant_is_named_after_its_field() -> None:
    """The name without DCGM_FI_DEV_, or failing that without DCGM_FI_ or DCGM_."""
    for name in set(MODULES) - ABOUT_FIELDS:
        module = importlib.import_module(f"warpwatch.fields.{name}")
        for constant, value in vars(module).items():
            if isinstance(value, Field):
                assert constant == re.sub(r"^DCGM_(FI_(DEV_)?)?", "", value.name)


def test_names_are_legal_for_prometheus_and_tell_their_era() -> None:
    for field in FIELDS:
        assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) for name in spellings(field))
        assert field.name.startswith("DCGM_")
        assert field.canonical != field.name
        assert field.legacy == field.legacy.lower()


def test_help_is_one_short_sentence_on_one_line() -> None:
    for field in FIELDS:
        assert field.help.endswith("."), field.name
        assert "\n" not in field.help, field.name
        assert len(field.help) <= 100, field.name


def test_no_field_contradicts_itself() -> None:
    for field in FIELDS:
        assert (field.kind is Kind.LABEL) == (field.number is Number.TEXT), field.name
        assert field.corrected is not field.kind, field.name
        assert field.listed or not field.default, field.name
        assert not field.per_instance or field.scope is Scope.GPU, field.name
        assert field.unit != "ratio" or field.number is Number.FLOAT, field.name


def test_a_route_exists_in_nvml() -> None:
    """A call is one of the bindings; a field and a metric have numbers that NVML knows."""
    for field in FIELDS:
        if called := re.match(r"nvml\w+", field.nvml):
            assert hasattr(pynvml, called.group()), field.name
        else:
            route = r"|field \d+( \+ field \d+)?|GPM \d+( and on)?"
            assert re.fullmatch(route, field.nvml), field.name
        for number in re.findall(r"GPM (\d+)", field.nvml):
            assert int(number) < pynvml.NVML_GPM_METRIC_MAX, field.name
        for number in re.findall(r"field (\d+)", field.nvml):
            assert int(number) < pynvml.NVML_FI_MAX, field.name


def test_a_better_field_exists() -> None:
    """Its name comes first and the reason after a colon; only our own metrics are no field."""
    for field in FIELDS:
        if field.better:
            name, reason = field.better.split(":", 1)
            assert name in BY_NAME or name.startswith("warpwatch_"), field.name
            assert name not in spellings(field), field.name
            assert reason.strip(), field.name


@pytest.mark.parametrize(
    ("field", "constant"),
    [
        (140, pynvml.NVML_FI_DEV_MEMORY_TEMP),
        (240, pynvml.NVML_FI_DEV_PERF_POLICY_POWER),
        (245, pynvml.NVML_FI_DEV_PERF_POLICY_RELIABILITY),
        (310, pynvml.NVML_FI_DEV_ECC_SBE_VOL_TOTAL),
        (313, pynvml.NVML_FI_DEV_ECC_DBE_AGG_TOTAL),
        (392, pynvml.NVML_FI_DEV_RETIRED_PENDING),
        (393, pynvml.NVML_FI_DEV_REMAPPED_UNC),
        (394, pynvml.NVML_FI_DEV_REMAPPED_COR),
        (395, pynvml.NVML_FI_DEV_REMAPPED_FAILURE),
        (396, pynvml.NVML_FI_DEV_REMAPPED_PENDING),
        (409, pynvml.NVML_FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL),
        (439, pynvml.NVML_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL),
        (1213, pynvml.NVML_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_EVENTS),
        (1422, pynvml.NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN),
        (1523, pynvml.NVML_FI_DEV_GET_GPU_RECOVERY_ACTION),
    ],
)
def test_a_field_number_is_nvmls(field: int, constant: int) -> None:
    assert BY_ID[field].nvml == f"field {constant}"


@pytest.mark.parametrize(
    ("field", "metric"),
    [
        (1001, pynvml.NVML_GPM_METRIC_GRAPHICS_UTIL),
        (1002, pynvml.NVML_GPM_METRIC_SM_UTIL),
        (1003, pynvml.NVML_GPM_METRIC_SM_OCCUPANCY),
        (1004, pynvml.NVML_GPM_METRIC_ANY_TENSOR_UTIL),
        (1005, pynvml.NVML_GPM_METRIC_DRAM_BW_UTIL),
        (1009, pynvml.NVML_GPM_METRIC_PCIE_TX_PER_SEC),
        (1012, pynvml.NVML_GPM_METRIC_NVLINK_TOTAL_RX_PER_SEC),
        (1013, pynvml.NVML_GPM_METRIC_IMMA_TENSOR_UTIL),
        (1014, pynvml.NVML_GPM_METRIC_HMMA_TENSOR_UTIL),
        (1015, pynvml.NVML_GPM_METRIC_DFMA_TENSOR_UTIL),
        (1024, pynvml.NVML_GPM_METRIC_NVDEC_7_UTIL),
        (1034, pynvml.NVML_GPM_METRIC_NVOFA_1_UTIL),
        (1074, pynvml.NVML_GPM_METRIC_NVLINK_L17_TX_PER_SEC),
        (1079, pynvml.NVML_GPM_METRIC_C2C_DATA_RX_PER_SEC),
        (1096, pynvml.NVML_GPM_METRIC_FP16_CYCLES_ACTIVE),
    ],
)
def test_a_metric_number_is_gpms(field: int, metric: int) -> None:
    assert BY_ID[field].nvml == f"GPM {metric}"


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (405, "DCGM_FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_L5"),
        (408, "DCGM_FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_L14"),
        (451, "DCGM_FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_L6"),
        (462, "DCGM_FI_DEV_NVLINK_CRC_DATA_ERROR_COUNT_L11"),
        (489, "DCGM_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_L17"),
        (491, "DCGM_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_L15"),
        (440, "DCGM_FI_DEV_NVLINK_BANDWIDTH_L0"),
        (448, "DCGM_FI_DEV_NVLINK_BANDWIDTH_L14"),
        (496, "DCGM_FI_DEV_NVLINK_BANDWIDTH_L17"),
        (842, "DCGM_FI_DEV_NVLINK_TX_BANDWIDTH_L17"),
        (896, "DCGM_FI_DEV_NVLINK_RX_BANDWIDTH_L17"),
        (1075, "DCGM_FI_PROF_NVLINK_L17_RX_BYTES"),
        (341, "DCGM_FI_DEV_ECC_DBE_AGG_CBU"),
    ],
)
def test_numbered_siblings_have_dcgms_ids(number: int, name: str) -> None:
    """DCGM handed out ids for links in three turns, so they are no simple series."""
    assert BY_ID[number].name == name


@pytest.mark.parametrize("number", [440, 449, 9001, 9002, 9003, 9004])
def test_counters_that_are_none_became_gauges_in_4_8_3(number: int) -> None:
    assert BY_ID[number].kind is Kind.COUNTER
    assert BY_ID[number].corrected is Kind.GAUGE


def test_a_mig_instance_has_its_own_memory_and_activity_but_the_boards_bus() -> None:
    assert all(BY_ID[number].per_instance for number in (250, 252, 1001, 1002, 1005, 1016))
    assert not any(BY_ID[number].per_instance for number in (150, 155, 203, 1009, 1012, 1084))


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (203, "MIG"),
        (204, "MIG"),
        (230, "Sticky"),
        (156, "Millijoules"),
        (449, "rate()"),
        (1009, "device to host"),
        (1010, "host to device"),
        (254, "0 to 1"),
        (240, "Nanoseconds"),
        (1002, "wait"),
        (1003, "Higher is not better"),
        (1004, "0.93"),
        (1005, "0.8"),
        (252, "MiB"),
        (392, "0 or 1"),
        (393, "increase"),
        (395, "return"),
        (396, "Reset"),
        (174, "Non-zero does not mean faulty"),
        (9001, "window"),
        (9002, "samples"),
    ],
)
def test_the_known_traps_are_told(number: int, word: str) -> None:
    assert any(word in trap for trap in BY_ID[number].traps)


def test_importing_the_catalogue_loads_nothing_heavy() -> None:
    """Every command imports it: neither difflib nor a parser, and no third-party package."""
    seen = "import sys, warpwatch.fields.catalogue, warpwatch.fields.spellings; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {seen}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert not {"difflib", "csv", "tomllib", "json", "click", "msgspec", "pynvml"} & set(loaded)
