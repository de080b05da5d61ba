"""Values of kinds of their own become what JSON has, or are refused when they are written."""

from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from warpwatch.samples.owner import Owner
from warpwatch.sources.replay import form
from warpwatch.sources.replay.form import Change, Read
from warpwatch.units import Seconds


def written(**change: Any) -> Change:
    line = form.encode(Read(t=0.0, at=0.0, device=0, changes=[Change(n=0, **change)]))
    return msgspec.json.decode(line, type=Read).changes[0]


def test_a_truth_is_a_number() -> None:
    value = form.write(True)
    assert (value, type(value)) == (1, int)


def test_a_length_of_time_is_a_number() -> None:
    assert written(values={1: Seconds(2.5)}).values == {1: 2.5}


def test_labels_that_cannot_be_changed_are_labels() -> None:
    owner = Owner(pod="p", labels=MappingProxyType({"team": "a"}))
    assert written(owners=(owner,)).owners == (Owner(pod="p", labels={"team": "a"}),)


def test_what_is_no_value_is_a_defect_of_ours() -> None:
    with pytest.raises(NotImplementedError, match="has no place in a recording"):
        written(values={1: 1j})
