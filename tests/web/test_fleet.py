"""GPUs in one order, and bytes that say what they say."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.web.fleet import (
    MEASURES,
    MISSING,
    Gpu,
    Index,
    Measure,
    frame,
    indexed,
    natural,
    racked,
)

RATIO = Measure(
    key="x", title="X", series="gpu:x:ratio", unit="ratio", low=0, high=1, help="for tests"
)
POWER = next(measure for measure in MEASURES if measure.key == "power")


def gpu(node: str, number: int, rack: str = "") -> Gpu:
    return Gpu(f"GPU-{node}-{number}", node, str(number), "H100", rack, "")


def test_the_order_is_that_of_people() -> None:
    given_ = [gpu("node-10", 0), gpu("node-9", 10), gpu("node-9", 2), gpu("node-1", 0, "rack-2")]
    names = [(each.rack, each.node, each.gpu) for each in Index(given_).gpus]
    assert names == [
        ("", "node-9", "2"),
        ("", "node-9", "10"),
        ("", "node-10", "0"),
        ("rack-2", "node-1", "0"),
    ]


@given(st.permutations(["a10", "a9", "a", "", "10", "9a", "b-2-1", "b-2", "b-10"]))
def test_it_is_one_order_however_they_come(names: list[str]) -> None:
    assert sorted(names, key=natural) == ["", "9a", "10", "a", "a9", "a10", "b-2", "b-2-1", "b-10"]


def test_the_index_goes_out_as_columns_and_its_tag_follows_it() -> None:
    index = Index([gpu("a", 0, "r"), gpu("a", 1, "r")])
    told = json.loads(index.json)
    assert told["uuid"] == ["GPU-a-0", "GPU-a-1"]
    assert told["node"] == {"names": ["a"], "of": [0, 0]}
    assert told["gpu"] == {"names": ["0", "1"], "of": [0, 1]}
    assert index.tag == Index(reversed(index.gpus)).tag
    assert index.tag != Index([gpu("a", 0, "s"), gpu("a", 1, "r")]).tag


def test_a_place_is_known_by_the_targets_labels() -> None:
    racks = racked(
        [
            {"instance": "n1:9400", "rack": "r1"},
            {"instance": "10.0.0.2:9400", "node": "n2", "rack": "r2"},
            {"instance": "n3", "rack": "r3"},
            {"instance": "n4:9400", "hostname": "h4", "rack": "r4"},
        ]
    )
    seen = [{"uuid": f"G{name}", "node": name, "gpu": "0"} for name in ("n1", "n2", "n3", "h4")]
    index = indexed(seen, {"Gn1": "H100"}, racks)
    assert [each.rack for each in index.gpus] == ["r1", "r2", "r3", "r4"]
    assert [each.model for each in index.gpus] == ["H100", "", "", ""]


def test_a_gpu_without_a_uuid_is_none() -> None:
    assert len(indexed([{"node": "a", "gpu": "0"}], {}, {})) == 0


def test_what_is_missing_is_not_low() -> None:
    index = Index([gpu("a", number) for number in range(4)])
    values = {"GPU-a-0": 0.0, "GPU-a-1": 1.0, "GPU-a-2": math.nan, "GPU-elsewhere": 1.0}
    assert frame(RATIO, values, index).data == bytes((0, 254, MISSING, MISSING))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_value_is_told_to_half_a_step_or_held_at_the_edge(value: float) -> None:
    index = Index([gpu("a", 0)])
    (byte,) = frame(RATIO, {"GPU-a-0": value}, index).data
    assert byte != MISSING
    assert byte / 254 == pytest.approx(min(1.0, max(0.0, value)), abs=0.5 / 254 + 1e-9)


def test_the_range_of_power_follows_the_greatest() -> None:
    index = Index([gpu("a", 0), gpu("a", 1)])
    assert frame(POWER, {}, index).high == 300
    grown = frame(POWER, {"GPU-a-0": 1010.0, "GPU-a-1": 550.0}, index)
    assert grown.high == 1100
    assert grown.data == bytes((round(1010 / 1100 * 254), 127))
