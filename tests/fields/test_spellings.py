"""Every spelling leads to its field; what is misspelt leads near it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.fields.catalogue import BY_ID, FIELDS
from warpwatch.fields.field import Field
from warpwatch.fields.mistakes import WRONG_BELIEFS, WRONG_NAMES, Mistake
from warpwatch.fields.spellings import (
    BY_NAME,
    bare,
    nearest,
    resolve,
    search,
    spellings,
    wrong_name,
)

LEGACY = 41
"""Names that dcgm-exporter resolves in lower case."""

fields = st.sampled_from(FIELDS)
names = st.sampled_from(sorted(BY_NAME))


@given(fields)
def test_every_spelling_resolves_to_its_field(field: Field) -> None:
    assert all(resolve(name) is field for name in spellings(field))


@given(names)
def test_resolving_minds_case_and_blanks(name: str) -> None:
    assert resolve(name.title()) is None
    assert resolve(f"{name} ") is None


def test_all_lower_case_names_of_1_x_are_known() -> None:
    assert sum(1 for field in FIELDS if field.legacy) == LEGACY
    known = {"dcgm_gpu_utilization": 203, "dcgm_retired_pages_pending": 392}
    known |= {"dcgm_nvlink_flit_crc_error_count_total": 409, "dcgm_fi_prof_sm_active": 1002}
    assert {name: field.id for name in known if (field := resolve(name))} == known


@given(names)
def test_the_nearest_name_repairs_case_and_a_missing_prefix(name: str) -> None:
    for given_name in (name.swapcase(), bare(name), f" {name} "):
        repaired = nearest(given_name)
        assert repaired is not None
        assert bare(repaired) == bare(name)


@given(names.filter(lambda name: len(bare(name)) > 6), st.data())
def test_the_nearest_name_repairs_a_lost_letter(name: str, data: st.DataObject) -> None:
    """Names that differ by one letter exist, so it may be another, but it is a real one."""
    at = data.draw(st.integers(len(name) - len(bare(name)), len(name) - 1))
    assert nearest(name[:at] + name[at + 1 :]) in BY_NAME


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("DCGM_FI_PROF_SM_ACTVE", "DCGM_FI_PROF_SM_ACTIVE"),
        ("dcgm_fi_dev_gpu_util", "DCGM_FI_DEV_GPU_UTIL"),
        ("DCGM_FI_DEV_TEMP_GPU", "DCGM_FI_DEV_GPU_TEMP"),
        ("DCGM_FI_DEV_NVLINK_TX_THROUGHPUT", "DCGM_FI_PROF_NVLINK_TX_BYTES"),
        ("dcgm_gpu_utilisation", "dcgm_gpu_utilization"),
    ],
)
def test_the_nearest_name_of_what_people_write(wrong: str, right: str) -> None:
    assert nearest(wrong) == right


@pytest.mark.parametrize("text", ["", "zzzzzzzzzz", "42"])
def test_nothing_is_near_to_nonsense(text: str) -> None:
    assert nearest(text) is None


@given(fields, st.sampled_from([str.upper, str.lower, str.title]))
def test_a_search_finds_a_field_by_id_and_by_any_name(
    field: Field, case: Callable[[str], str]
) -> None:
    assert search(str(field.id)) == (field,)
    for name in spellings(field):
        assert search(case(name)) == (field,)
        assert search(bare(name)) == (field,)


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=1, max_size=8))
def test_a_search_for_a_part_finds_nothing_foreign_to_it(part: str) -> None:
    known = wrong_name(part)
    for field in search(part):
        hit = any(bare(part) in bare(name) for name in spellings(field))
        assert hit or (known is not None and known.field == field.id)


def test_the_best_comes_first_and_single_links_last() -> None:
    found = [field.id for field in search("nvlink")]
    assert found[0] == 449
    assert found.index(439) < found.index(843) < found.index(400)


@pytest.mark.parametrize("text", ["sm active", "sm-active", "PROF_SM_ACTIVE", "SM_ACTIVE"])
def test_a_search_forgives_how_words_are_joined(text: str) -> None:
    assert [field.id for field in search(text)] == [1002]


@pytest.mark.parametrize("text", ["", "  ", "7", "99999", "no such thing"])
def test_a_search_may_find_nothing(text: str) -> None:
    assert search(text) == ()


@pytest.mark.parametrize("mistake", WRONG_NAMES.values(), ids=lambda mistake: mistake.wrong)
def test_a_wrong_name_is_wrong_and_leads_to_its_field(mistake: Mistake) -> None:
    meant = BY_ID[mistake.field]
    assert resolve(mistake.wrong) is None
    assert nearest(mistake.wrong) == meant.name
    assert wrong_name(mistake.wrong.lower()) is mistake


def test_every_wrong_belief_concerns_a_field_that_it_names() -> None:
    for belief in WRONG_BELIEFS:
        assert belief.field in BY_ID
        assert str(belief.field) in belief.wrong or str(belief.field) in belief.why
