"""Which, and in which order; what is missing is neither nothing nor first."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from warpwatch.errors import UsageError
from warpwatch.terminal import choosing
from warpwatch.terminal.choosing import Item

ITEMS: list[Item] = [
    {"gpu": "2", "power": 300.0, "user": ["ann", "bob"], "model": "H100"},
    {"gpu": "10", "power": None, "user": [], "model": "A100"},
    {"gpu": "1", "power": 0.0, "user": ["bob"], "model": "H100"},
]
KEYS = ["gpu", "power", "user", "model"]


def gpus(items: list[Item]) -> list[object]:
    return [item["gpu"] for item in items]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("model=H100", ["2", "1"]),
        ("model==H100", ["2", "1"]),
        ("model!=H100", ["10"]),
        ("model=~H.*,user=ann", ["2"]),
        ("model=~H", []),
        ("model!~H.*", ["10"]),
        ("user=bob", ["2", "1"]),
        ("user=", ["10"]),
        ("power=", ["10"]),
        ("model=~(A|H)1{1,2}00", ["2", "10", "1"]),
    ],
)
def test_a_selector(text: str, found: list[str]) -> None:
    test = choosing.selector([text], KEYS)
    assert gpus([item for item in ITEMS if test(item)]) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model", "'model' is none"),
        ("nope=1", "no 'nope' to select by"),
        ("model=~(", "not a regular expression"),
    ],
)
def test_what_is_no_selector(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        choosing.selector([text], KEYS)


def test_all_words_are_looked_for_anywhere() -> None:
    assert gpus([item for item in ITEMS if choosing.containing("h1 BOB")(item)]) == ["2", "1"]
    assert gpus([item for item in ITEMS if choosing.containing("")(item)]) == ["2", "10", "1"]


def test_numbers_fall_words_rise_and_what_is_missing_is_last() -> None:
    assert gpus(choosing.ordered(ITEMS, "power")) == ["2", "1", "10"]
    assert gpus(choosing.ordered(ITEMS, "power", reverse=True)) == ["1", "2", "10"]
    assert gpus(choosing.ordered(ITEMS, "gpu")) == ["1", "2", "10"]
    assert gpus(choosing.ordered(ITEMS, "user")) == ["2", "1", "10"]


@given(some.lists(some.floats(allow_nan=False) | some.none()), some.booleans())
def test_nobody_is_lost_in_sorting(values: list[float | None], reverse: bool) -> None:  # noqa: FBT001
    items: list[Item] = [{"x": value} for value in values]
    found = choosing.ordered(items, "x", reverse=reverse)
    assert sorted(map(id, found)) == sorted(map(id, items))
    assert [item["x"] for item in found if item["x"] is not None] == sorted(
        (value for value in values if value is not None), reverse=not reverse
    )


def test_a_column_is_known_by_its_head_too() -> None:
    heads = {"power_watts": "POWER", "gpu": "GPU"}
    assert choosing.column("power", heads) == "power_watts"
    assert choosing.column("power_watts", heads) == "power_watts"
    with pytest.raises(UsageError, match="no 'nope' to sort by"):
        choosing.column("nope", heads)
