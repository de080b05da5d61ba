"""What may be written, and what is said to those who wrote something else."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from warpwatch.errors import InputError
from warpwatch.sources.sim.board import BOARDS
from warpwatch.sources.sim.scenario import GpuGroup, Scenario
from warpwatch.sources.sim.spec import loads, parse
from warpwatch.units import Seconds

GPU = '[[gpus]]\nboard = "H100"\n'
CALM = settings(deadline=None)


def groups(scenario: Scenario) -> list[tuple[str, int]]:
    return [(group.board, group.count) for group in scenario.gpus]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sim", [("H100", 8)]),
        ("sim:", [("H100", 8)]),
        ("sim:T4", [("T4", 1)]),
        ("sim:4xA100,4xT4", [("A100", 4), ("T4", 4)]),
        ("sim: 2xH200 , 1xL40S", [("H200", 2), ("L40S", 1)]),
    ],
)
def test_short_forms(text: str, expected: list[tuple[str, int]]) -> None:
    assert groups(parse(text)) == expected


def test_a_path_is_read_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(f'seed = 5\nambient = 30.0\n{GPU}count = 3\nworkload = "burn"')
    scenario = parse(f"sim:{path}")
    assert scenario.seed == 5
    assert scenario.gpus == (GpuGroup(board="H100", count=3, workload="burn"),)


def test_durations_have_units() -> None:
    text = f'tick = "500ms"\n[time]\nfrozen = "1h30m"\nspeed = 10\n{GPU}'
    scenario = loads(text, "lab")
    assert scenario.tick == 0.5
    assert float(scenario.time.frozen or 0) == 5400
    assert scenario.time.speed == 10


# Each text, the place that the complaint names, words of the complaint, words of the hint.
FAULTS = (
    ("gpus = 3", "lab: gpus", "Expected a list", "examples"),
    ("gpus = []", "lab: gpus", "is empty", "[[gpus]]"),
    ("seed = 1", "lab", "missing required field `gpus`", "examples"),
    ("[[gpus]]\ncount = 2", "lab: gpus[0]", "missing required field `board`", ""),
    ('[[gpus]]\nboard = "H10"', "lab: gpus[0].board", "'H10'", "did you mean 'H100'"),
    ('[[gpus]]\nboard = "h200"', "lab: gpus[0].board", "'h200'", "did you mean 'H200'"),
    (f"{GPU}cuont = 2", "lab: gpus[0]", "unknown field `cuont`", "did you mean 'count'"),
    (f"{GPU}count = 0", "lab: gpus[0].count", ">= 1", ""),
    (f"{GPU}count = 65", "lab: gpus[0].count", "<= 64", ""),
    (f'{GPU}count = "8"', "lab: gpus[0].count", "Expected a whole number", ""),
    (f'{GPU}workload = "trainig"', "lab: gpus[0].workload", "'trainig'", "'training'"),
    (f"{GPU}workload = []", "lab: gpus[0].workload", "empty", "mixed"),
    (f'{GPU}workload = ["idle", "burn"]', "lab: gpus[0].workload", "2 workloads for 1", ""),
    (f'{GPU}mig = ["3g.20gb"]', "lab: gpus[0].mig", "'3g.20gb'", "did you mean"),
    (f'{GPU}mig = ["4g.40gb", "4g.40gb"]', "lab: gpus[0].mig", "takes 8 of 7 compute", ""),
    ('[[gpus]]\nboard = "T4"\nmig = ["1g.5gb"]', "lab: gpus[0].mig", "T4 has no MIG", "A100"),
    (f"{GPU}count = 40\n{GPU}count = 40", "lab: gpus", "80 GPUs", "fleet"),
    (f"sede = 1\n{GPU}", "lab", "unknown field `sede`", "did you mean 'seed'"),
    (f"tick = 0\n{GPU}", "lab: tick", "between", "1s"),
    (f'tick = "fast"\n{GPU}', "lab: tick", "'fast' is not a duration", ""),
    (f"tick = true\n{GPU}", "lab: tick", "not bool", ""),
    (f"ambient = 300.0\n{GPU}", "lab: ambient", "<= 60", ""),
    (f"{GPU}[time]\nspede = 2", "lab: time", "unknown field `spede`", "did you mean 'speed'"),
    (f"{GPU}[time]\nspeed = 0", "lab: time.speed", "> 0", ""),
    (f"{GPU}[time]\nspeed = 3601", "lab: time.speed", "<= 3600", ""),
    (f'{GPU}[[faults]]\nfault = "xyd"', "lab: faults[0].fault", "'xyd'", "did you mean 'xid'"),
    (f'{GPU}[[faults]]\nfault = "xid"', "lab: faults[0]", "field `code`", ""),
    (f'{GPU}[[faults]]\nfault = "sbe"\nrate = 1', "lab: faults[0]", "`rate`", "did you mean"),
    (
        f'{GPU}[[faults]]\nfault = "xid"\nkode = 1',
        "lab: faults[0]",
        "`kode`",
        "at, code, fault, for",
    ),
    (f'{GPU}[[faults]]\nfault = "lost"\ngpu = 1', "lab: faults[0].gpu", "no GPU 1", "0 to 0"),
    (f'{GPU}[[faults]]\nfault = "lost"\nat = "soon"', "lab: faults[0].at", "'soon'", ""),
    ("gpus = [", "lab", "is not TOML", "syntax"),
)


def test_an_unknown_key_of_a_fault_is_answered_with_that_faults_keys() -> None:
    text = f'{GPU}[[faults]]\nfault = "sbe"\n[[faults]]\nfault = "lost"\ncode = 1'
    with pytest.raises(InputError) as refusal:
        loads(text, "lab")
    assert refusal.value.where == "lab: faults[1]"
    assert refusal.value.hint.endswith("keys: at, fault, for, gpu")


@pytest.mark.parametrize(("text", "where", "problem", "hint"), FAULTS)
def test_a_complaint_names_place_problem_and_way_out(
    text: str, where: str, problem: str, hint: str
) -> None:
    with pytest.raises(InputError) as refusal:
        loads(text, "lab")
    assert refusal.value.where == where
    assert problem in refusal.value.problem
    assert hint in refusal.value.hint
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nvml", "is not a simulator specification"),
        ("sim:8xH10", "'H10' is not one of the boards"),
        ("sim:0xH100", "is not between 1 and 64"),
        ("sim:8*H100", "is not a number of boards"),
        ("sim:8xH100,", "is not a number of boards"),
        ("sim:no/such.toml", "cannot be read"),
    ],
)
def test_a_wrong_short_form_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)) as refusal:
        parse(text)
    assert refusal.value.hint


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is not UTF-8"):
        parse(f"sim:{path}")


def complaint(act: Callable[..., Scenario], *given_: str) -> InputError | None:
    try:
        act(*given_)
    except InputError as refusal:
        return refusal
    return None


@CALM
@given(text=st.text(max_size=60))
@example("sim:\0/")
@example("sim:1x" + "9" * 30)
@example("sim:" + "9" * 5000 + "xT4")
def test_any_short_form_is_a_scenario_or_a_complaint(text: str) -> None:
    for whole in (text, f"sim:{text}"):
        refusal = complaint(parse, whole)
        assert refusal is None or refusal.hint


KEYS = ("seed", "tick", "ambient", "driver", "time", "gpus", "faults", "board", "count", "mig")
SCALARS = st.one_of(
    st.integers(), st.floats(), st.booleans(), st.text(max_size=8), st.sampled_from(BOARDS)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from((*KEYS, "fault", "workload", "start")), inner, max_size=4)
    ),
    max_leaves=12,
)


def written(value: object) -> str:
    """TOML of a value."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\U{ord(each):08X}" for each in value) + '"'
        case list():
            return "[" + ", ".join(written(each) for each in value) + "]"
        case dict():
            return "{" + ", ".join(f"{key} = {written(each)}" for key, each in value.items()) + "}"
        case _:
            return repr(value)


@CALM
@given(table=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
def test_any_file_is_a_scenario_or_a_complaint(table: dict[str, object]) -> None:
    text = "\n".join(f"{key} = {written(value)}" for key, value in table.items())
    refusal = complaint(loads, text, "any")
    assert refusal is None or (refusal.where.startswith("any") and refusal.hint)
    assert refusal or tomllib.loads(text)["gpus"]


@given(st.integers(0, 1000), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_reads_back_what_was_written(hours: int, minutes: int, seconds: int) -> None:
    total = hours * 3600 + minutes * 60 + seconds
    assert float(Seconds.parse(f"{hours}h{minutes}m{seconds}s")) == total
    assert float(Seconds.parse(total)) == total


@pytest.mark.parametrize(
    "value", ["", "s", "10", "1m2", "-3s", "1 s", "inf", "99999d", -1, True, None]
)
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is"):
        Seconds.parse(value)
