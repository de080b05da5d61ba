"""Rendering: escaping, numbers, and that what is rendered reads back the same."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from warpwatch.expo.parse import Sample, parse
from warpwatch.expo.text import Family, fixed, join, sample, shortest, six_decimals

# What begins with two underscores is Prometheus' own, and its client refuses it.
names = st.from_regex(r"\A(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,20}\Z")
texts = st.text(st.characters(codec="utf-8"), max_size=40)
labels = st.dictionaries(names, texts, max_size=6)
numbers = st.one_of(
    st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False, width=64)
)


@given(names, labels, numbers)
def test_what_is_rendered_reads_back(name: str, pairs: dict[str, str], value: float) -> None:
    line = sample(name, join(pairs.items()), shortest(value))
    assert parse(line).samples == (Sample(name, pairs, float(value)),)


@given(names, labels, numbers)
def test_prometheus_client_reads_the_same(name: str, pairs: dict[str, str], value: float) -> None:
    # Its parser splits at line boundaries that the format does not know, so leave those out.
    pairs = {key: "".join(text.splitlines()) for key, text in pairs.items()}
    line = sample(name, join(pairs.items()), shortest(value))
    (family,) = text_string_to_metric_families(line)
    (read,) = family.samples
    assert (read.name, read.labels, read.value) == (name, pairs, float(value))


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_help_reads_back(text: str) -> None:
    page = parse(Family("x", "gauge", text).header.decode())
    assert page.helps == {"x": text.rstrip(" \t")}
    assert page.types == {"x": "gauge"}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_shortest_keeps_the_double(value: float) -> None:
    assert float(shortest(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (81559, "81559"),
        (0.933, "0.933"),
        (1000000, "1e+06"),
        (12345678, "1.2345678e+07"),
        (455497156, "4.55497156e+08"),
        (1e21, "1e+21"),
        (0.0001, "0.0001"),
        (0.00001234, "1.234e-05"),
        (-2500000.5, "-2.5000005e+06"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_shortest_writes_as_go_does(value: float, text: str) -> None:
    assert shortest(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (455497156, "455497156"),
        (0.0, "0.000000"),
        (40.979, "40.979000"),
        (0.0046561, "0.004656"),
        (math.nan, "NaN"),
        (-math.inf, "-Inf"),
    ],
)
def test_fixed_gives_doubles_six_decimals(value: float, text: str) -> None:
    assert fixed(value) == text


def test_labels_are_escaped_and_keep_their_order() -> None:
    assert join([("b", 'a"b'), ("a", "c\\d\ne")]) == 'b="a\\"b",a="c\\\\d\\ne"'


def test_a_sample_without_labels_has_no_braces() -> None:
    assert sample("up", "", "1") == "up 1\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (219.55799831549967, "219.557998"),
        (0.0000004, "0"),
        (12345678, "1.2345678e+07"),
        (0.5, "0.5"),
    ],
)
def test_six_decimals_are_what_is_left_of_a_page_that_was_text(value: float, text: str) -> None:
    assert six_decimals(value) == text
