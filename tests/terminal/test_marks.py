"""Whatever is drawn has exactly as many cells as there are, and nothing that a terminal obeys."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from warpwatch.terminal import marks
from warpwatch.terminal.marks import ASCII, BLOCKS, Glyphs

GLYPHS = some.sampled_from([BLOCKS, ASCII])


@given(some.text(), some.integers(0, 60), some.booleans())
def test_a_text_fits(text: str, width: int, right: bool) -> None:  # noqa: FBT001
    made = marks.fitted(text, width, right=right)
    assert marks.cells(made) == width
    assert made.isprintable()


def test_what_would_be_obeyed_is_seen_to_be_there() -> None:
    assert marks.clean("a\x1b[2Jb\n") == "a?[2Jb?"


def test_what_is_cut_is_seen_to_be_cut() -> None:
    assert marks.fitted("abcdef", 4) == "abc~"
    assert marks.fitted("日本語", 4) == "日~ "
    assert marks.fitted("ab", 4, right=True) == "  ab"


@given(some.lists(some.floats(-1, 2) | some.just(math.nan)), some.integers(0, 40), GLYPHS)
def test_a_sparkline_fits(shares: list[float], width: int, glyphs: Glyphs) -> None:
    assert len(marks.spark(shares, width, glyphs)) == width


def test_a_gap_is_no_zero() -> None:
    assert marks.spark([0.0, math.nan, 1.0], 5) == "  ▁ █"
    assert marks.bar(None, 4) == ("", "    ")
    assert marks.bar(0.0, 4) == ("", "────")


@given(some.floats(0, 1), some.integers(0, 40), GLYPHS)
def test_a_bar_fits_and_is_as_long_as_it_is_much(share: float, width: int, glyphs: Glyphs) -> None:
    filled, rest = marks.bar(share, width, glyphs)
    assert len(filled) + len(rest) == width
    assert abs(len(filled) - share * width) <= 1


@pytest.mark.parametrize(("share", "drawn"), [(0.5, "━━──"), (0.625, "━━╸─"), (1.0, "━━━━")])
def test_a_bar(share: float, drawn: str) -> None:
    assert "".join(marks.bar(share, 4)) == drawn
