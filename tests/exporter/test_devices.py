"""dcgm-exporter's notation for devices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.errors import UsageError
from warpwatch.exporter.devices import Choice, parse
from warpwatch.samples.entity import Gpu


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("f", Choice()),
        ("g", Choice(flex=False, gpus=frozenset())),
        ("i", Choice(flex=False, instances=frozenset())),
        ("g:0-2,5", Choice(flex=False, gpus=frozenset({0, 1, 2, 5}))),
        ("i:3", Choice(flex=False, instances=frozenset({3}))),
        ("g:0,2,i:1", Choice(flex=False, gpus=frozenset({0, 2}), instances=frozenset({1}))),
        ("g,i", Choice(flex=False, gpus=frozenset(), instances=frozenset())),
    ],
)
def test_notation(text: str, choice: Choice) -> None:
    assert parse(text) == choice


@pytest.mark.parametrize("text", ["", "q", "g:", "g:1-", "g:3-1", "g:a", "g:1,,2", "f:1", "g,g:1"])
def test_nonsense_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="names no devices"):
        parse(text)


GPUS = [Gpu(n, "", "", "") for n in range(3)]


@pytest.mark.parametrize(
    ("text", "read"), [("f", [0, 1, 2]), ("g", [0, 1, 2]), ("g:1", [1]), ("i:0", [0, 1, 2])]
)
def test_which_gpus_have_to_be_read(text: str, read: list[int]) -> None:
    assert [gpu.index for gpu in GPUS if parse(text).reads(gpu)] == read


@given(st.text(alphabet="fgi:,-0123456789", max_size=20))
def test_any_text_is_a_choice_or_a_usage_error(text: str) -> None:
    try:
        choice = parse(text)
    except UsageError:
        return
    assert choice.flex or choice.gpus is not None or choice.instances is not None
