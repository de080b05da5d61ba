"""The CSV: what it accepts, and that each fault names its line and column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.errors import InputError
from warpwatch.exporter.counters import built_in, read
from warpwatch.fields import tables
from warpwatch.fields.catalogue import FIELDS


def test_a_list_with_comments_blanks_spaces_and_quoted_commas() -> None:
    text = """\
# a remark, with commas, too

DCGM_FI_DEV_SM_CLOCK , gauge, SM clock (in MHz).
   DCGM_FI_DEV_FB_USED, gauge, "Used, in MiB."
DCGM_FI_DRIVER_VERSION, label, Driver
"""
    counters = read(text, "list.csv")
    assert [(c.name, c.type, c.help, c.is_label) for c in counters] == [
        ("DCGM_FI_DEV_SM_CLOCK", "gauge", "SM clock (in MHz).", False),
        ("DCGM_FI_DEV_FB_USED", "gauge", "Used, in MiB.", False),
        ("DCGM_FI_DRIVER_VERSION", "label", "Driver", True),
    ]


def test_a_series_keeps_the_spelling_of_its_row() -> None:
    text = "DCGM_FI_DEV_GPU_TEMP_CELSIUS, gauge, new\ndcgm_gpu_temp, gauge, old\n"
    new, old = read(text, "list.csv")
    assert new.field is old.field
    assert (new.name, old.name) == ("DCGM_FI_DEV_GPU_TEMP_CELSIUS", "dcgm_gpu_temp")


@pytest.mark.parametrize("word", ["histogram", "summary"])
def test_types_that_one_number_cannot_have_become_untyped(word: str) -> None:
    (counter,) = read(f"DCGM_FI_DEV_SM_CLOCK, {word}, x", "list.csv")
    assert counter.type == "untyped"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "# one\nDCGM_FI_DEV_GPU_UTL, gauge, x",
            "list.csv, line 2, column 1: unknown field 'DCGM_FI_DEV_GPU_UTL'",
            "DCGM_FI_DEV_GPU_UTIL",
        ),
        (
            "DCGM_FI_DEV_GPU_UTIL, guage, x",
            "list.csv, line 1, column 2: unknown type 'guage'",
            "gauge, counter, label, untyped",
        ),
        (
            "DCGM_FI_DEV_GPU_UTIL, gauge, a, b",
            "list.csv, line 1, column 4: 4 columns where there must be three: field, type, help",
            "put a help text that contains commas",
        ),
        (
            "DCGM_FI_DEV_GPU_UTIL, gauge",
            "list.csv, line 1, column 2: 2 columns where there must be three: field, type, help",
            "",
        ),
        (
            "DCGM_FI_DEV_GPU_UTIL, gauge, x\n\nDCGM_FI_DEV_GPU_UTIL, gauge, y",
            "list.csv, line 3, column 1: DCGM_FI_DEV_GPU_UTIL is listed twice, first in line 1",
            "delete one",
        ),
        (
            "DCGM_FI_DRIVER_VERSION, gauge, x",
            "list.csv, line 1, column 2: DCGM_FI_DRIVER_VERSION is a text and cannot be a gauge",
            "DCGM_FI_DRIVER_VERSION, label, x",
        ),
        (
            "DCGM_EXP_XID_ERRORS_COUNT, label, x",
            "list.csv, line 1, column 2: DCGM_EXP_XID_ERRORS_COUNT has a value per code or pair",
            "",
        ),
        ("# nothing but a remark", "list.csv: names no field", "add a row"),
        (
            'DCGM_FI_DEV_GPU_UTIL, gauge, "never closed',
            "list.csv, line 1: not a CSV row",
            "quotes doubled",
        ),
    ],
)
def test_a_fault_names_its_place_and_the_way_out(text: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text, "list.csv")
    assert caught.value.message.startswith(message)
    assert hint in caught.value.hint


def test_the_built_in_list_is_the_default_file() -> None:
    file = tables.csv_files()["default-counters.csv"]
    from_file = sorted((c.field.id, c.name, c.type, c.help) for c in read(file, "default"))
    assert from_file == sorted((c.field.id, c.name, c.type, c.help) for c in built_in())


@pytest.mark.parametrize("name", tables.csv_files())
def test_every_shipped_list_is_accepted(name: str) -> None:
    assert read(tables.csv_files()[name], name)


names = st.sampled_from([field.name for field in FIELDS])
rows = st.one_of(
    st.text(max_size=80),
    st.tuples(
        names, st.sampled_from(["gauge", "counter", "label", "odd"]), st.text(max_size=20)
    ).map(", ".join),
)


@given(st.lists(rows, max_size=6))
def test_any_text_is_a_list_or_an_error_with_a_line(lines: list[str]) -> None:
    try:
        counters = read("\n".join(lines), "fuzz.csv")
    except InputError as error:
        assert error.where.startswith("fuzz.csv")  # noqa: PT017  both outcomes are allowed
    else:
        assert len({counter.name for counter in counters}) == len(counters)
