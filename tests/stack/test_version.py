"""Versions as programs print them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.stack.version import Version, parse


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("prometheus, version 2.42.0+ds (branch: debian/sid, revision: 2)", "2.42.0+ds"),
        ("alertmanager, version 0.25.0 (branch: debian/sid)", "0.25.0"),
        ("node_exporter, version 1.8.2 (branch: HEAD, revision: f1)", "1.8.2"),
        ("prometheus, version 3.0.0-rc.1 (branch: HEAD)", "3.0.0-rc.1"),
        ("grafana version 11.4.0", "11.4.0"),
        ("Version 8.5, commit", "8.5.0"),
    ],
)
def test_what_the_programs_say_is_understood(text: str, wanted: str) -> None:
    assert str(parse(text)) == wanted


def test_what_is_no_version_is_none() -> None:
    assert parse("usage: prometheus [<flags>]") is None


PARTS = st.integers(min_value=0, max_value=10_000)


@given(one=st.tuples(PARTS, PARTS, PARTS), other=st.tuples(PARTS, PARTS, PARTS))
def test_they_are_ordered_as_their_numbers(
    one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    assert (Version(*one) < Version(*other)) == (one < other)


@given(numbers=st.tuples(PARTS, PARTS, PARTS))
def test_printed_and_read_again_it_is_the_same(numbers: tuple[int, int, int]) -> None:
    assert parse(f"x, version {Version(*numbers)} (branch)") == Version(*numbers)


def test_a_build_makes_it_neither_older_nor_newer() -> None:
    assert Version(2, 42, 0, "+ds") == Version(2, 42)
