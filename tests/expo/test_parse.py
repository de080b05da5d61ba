"""Parsing: agreement with the field's parser, and errors that name the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.errors import InputError
from warpwatch.expo.parse import parse

PAGE = """\
# HELP a_total Things, "quoted" and \\\\ back.
# TYPE a_total counter
a_total{gpu="0",x="a,b}c"} 1 1700000000
a_total { gpu = "1" , } 2.5e3
# a remark
b +Inf
"""


def test_a_page_with_every_liberty_of_the_format() -> None:
    page = parse(PAGE)
    assert [(s.name, s.labels, s.value) for s in page.samples] == [
        ("a_total", {"gpu": "0", "x": "a,b}c"}, 1.0),
        ("a_total", {"gpu": "1"}, 2500.0),
        ("b", {}, float("inf")),
    ]
    assert page.types == {"a_total": "counter"}
    assert page.helps == {"a_total": 'Things, "quoted" and \\ back.'}
    assert page.named("b") == page.samples[2:]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ok 1\nbad line here", "page:2: not a sample: 'bad line here'"),
        ("x{a=b} 1", "page:1: not a label: 'a=b'"),
        ("x one", "page:1: not a number: 'one'"),
        ("# TYPE x gauge\n# TYPE x gauge", "page:2: a second TYPE line for x"),
    ],
)
def test_an_error_names_the_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    assert str(caught.value) == message


@given(st.text())
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        parse(text)
    except InputError as error:
        assert error.where.startswith("page:")  # noqa: PT017  both outcomes are allowed


def test_a_label_that_is_there_twice_is_refused_as_prometheus_refuses_it() -> None:
    with pytest.raises(InputError, match="page:1: a label of a is there twice"):
        parse('a{gpu="0",gpu="1"} 1')
