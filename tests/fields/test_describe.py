"""An explanation says what applies and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from warpwatch.fields.catalogue import BY_ID, FIELDS
from warpwatch.fields.describe import describe, family, summary
from warpwatch.fields.field import Field


def test_a_busy_field_is_told_in_full() -> None:
    facts = describe(BY_ID[203])
    assert facts["name"] == "DCGM_FI_DEV_GPU_UTIL"
    assert facts["id"] == 203
    assert facts["unit"] == "%"
    assert facts["1.x name"] == "dcgm_gpu_utilization"
    assert facts["on by default"] is True
    assert facts["read from"] == "nvmlDeviceGetUtilizationRates"
    assert facts["traps"] == list(BY_ID[203].traps)
    assert str(facts["better"]).startswith("DCGM_FI_PROF_SM_ACTIVE")
    assert facts["wrong beliefs"] == [
        "203 is the SMs' utilisation: it is a share of time; the SMs are 1002"
    ]
    assert "DCGM_FI_DEV_GPU_UTILIZATION: DCGM says UTIL" in str(facts["wrong names"])


def test_a_type_that_was_corrected_is_told_as_both() -> None:
    facts = describe(BY_ID[449])
    assert (facts["type"], facts["type from 4.8.3"]) == ("counter", "gauge")


def test_a_field_of_dcgm_alone_says_so() -> None:
    assert describe(BY_ID[856])["read from"] == "DCGM only: NVML does not give it"


def test_whose_value_it_is() -> None:
    assert describe(BY_ID[1001])["value of"] == "the whole GPU and each MIG instance"
    assert describe(BY_ID[155])["value of"] == "the whole GPU"
    assert describe(BY_ID[1100])["value of"] == "a core of a CPU"


@given(st.sampled_from(FIELDS))
def test_what_matters_is_told_and_nothing_empty(field: Field) -> None:
    facts = describe(field)
    assert all(value not in ("", []) for value in facts.values())
    assert {"name", "id", "meaning", "type", "on by default", "read from"} <= facts.keys()
    assert family(field) == facts["family"]
    assert summary(field).split() == [str(field.id), field.name, *field.help.split()]
