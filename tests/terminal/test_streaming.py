"""Lines as `dcgmi dmon` writes them."""

import pytest

from scripted import make_gpu
from warpwatch.errors import UsageError
from warpwatch.fields import memory, power, profiling
from warpwatch.fields.catalogue import BY_ID
from warpwatch.fields.field import Scope
from warpwatch.samples.entity import Instance, Switch
from warpwatch.samples.sample import Reading, Reason, Report, Value
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.terminal import streaming
from warpwatch.terminal.streaming import AGAIN, Stream

POWER, ACTIVE, USED = power.POWER_USAGE, profiling.PROF_SM_ACTIVE, memory.FB_USED


def snapshot(*values: dict[int, Value], part: dict[int, Value] | None = None) -> Snapshot:
    states = []
    for index, known in enumerate(values):
        gpu = make_gpu(index)
        readings = [Reading(gpu, known, {POWER.id: Reason.LOST})]
        if part is not None:
            readings.append(Reading(Instance(gpu, 3, "1g.10gb", "MIG-x"), part, {}))
        states.append(State(gpu, Report(gpu, 0.0, tuple(readings)), success=True, age=0.0))
    switch = Switch(0)
    states.append(State(switch, Report(switch, 0.0, ()), success=True, age=0.0))
    return Snapshot(1, tuple(states), 0.1)


def test_a_line_for_each_gpu_under_a_head() -> None:
    stream = Stream((POWER, ACTIVE, USED), frozenset())
    lines = [*stream.lines(snapshot({POWER.id: 300.0, ACTIVE.id: 0.0, USED.id: 0}, {USED.id: 7}))]
    assert lines == [
        "#Entity        POWER     SMACT     FBUSD",
        "ID                 W     ratio       MiB",
        "GPU 0        300.000     0.000         0",
        "GPU 1            N/A       N/A         7",
    ]


def test_the_head_comes_again() -> None:
    stream = Stream((USED,), frozenset())
    lines = [line for _ in range(AGAIN) for line in stream.lines(snapshot({}, {}))]
    heads = [at for at, line in enumerate(lines) if line.startswith("#Entity")]
    assert heads == [0, AGAIN + 2]


def test_instances_stand_below_their_gpu_and_only_chosen_ones_are_there() -> None:
    stream = Stream((USED,), frozenset({1}))
    lines = [*stream.lines(snapshot({}, {}, part={USED.id: 5}))][2:]
    assert lines == ["GPU 1            N/A", "GPU-I 1/3          5"]
    assert stream.unknown(snapshot({}, {})) == []
    assert stream.unknown(snapshot({})) == [1]


def test_fields_are_known_by_id_tag_and_name() -> None:
    named = streaming.fields("155, smact,FB_USED,DCGM_FI_DEV_FB_USED")
    assert named == (POWER, ACTIVE, USED)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nope", "'nope' is no field"),
        ("99999", "'99999' is no field"),
        ("", "'' is no field"),
        ("DCGM_FI_DEV_NVSWITCH_POWER_VDD", "is of no GPU by itself"),
    ],
)
def test_what_is_no_field(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        streaming.fields(text)


@pytest.mark.parametrize(("text", "found"), [("", set()), ("0", {0}), ("0,2-4", {0, 2, 3, 4})])
def test_gpus_by_number(text: str, found: set[int]) -> None:
    assert streaming.gpus(text) == found


@pytest.mark.parametrize("text", ["x", "1-", "-1", "0,99999", "1-99999", "3-1"])
def test_what_is_no_gpu(text: str) -> None:
    with pytest.raises(UsageError, match="names no GPUs"):
        streaming.gpus(text)


def test_each_tag_is_of_one_field_of_gpus() -> None:
    assert len(set(streaming.TAGS.values())) == len(streaming.TAGS)
    assert all(BY_ID[id_].scope is Scope.GPU for id_ in streaming.TAGS)
    assert all(len(tag) == 5 for tag in streaming.TAGS.values())
