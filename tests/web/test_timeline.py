"""What happened, read off series."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.clients.prometheus.results import Series
from warpwatch.web.timeline import MOST, Where, events, questions, quoted, spans

STEP = 10.0
START, END = 0.0, 200.0


def series(times: list[float], value: str = "1", **labels: str) -> Series:
    return Series(labels, tuple((time, value) for time in times))


def told(times: list[float]) -> list[tuple[float | None, float | None]]:
    return list(spans(series(times), START, END, STEP))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], []),
        ([50, 60, 70], [(50, 70)]),
        ([50, 60, 90, 100], [(50, 60), (90, 100)]),
        ([0, 10, 20], [(None, 20)]),
        ([180, 190, 200], [(180, None)]),
        ([0, 100, 200], [(None, 0), (100, 100), (200, None)]),
        ([100], [(100, 100)]),
    ],
)
def test_spans(times: list[float], expected: list[tuple[float | None, float | None]]) -> None:
    assert told(times) == expected


def test_one_that_holds_all_the_time_is_open_at_both_ends() -> None:
    assert told([STEP * at for at in range(21)]) == [(None, None)]


@given(st.sets(st.integers(0, 20)))
def test_spans_are_in_order_and_apart(steps: set[int]) -> None:
    found = told([STEP * at for at in sorted(steps)])
    inner = [(begin, end) for begin, end in found if begin is not None and end is not None]
    assert all(begin <= end for begin, end in inner)
    assert all(one[1] < other[0] for one, other in pairwise(inner))
    assert len(found) == sum(at - 1 not in steps for at in steps)


def found(
    alerts: list[Series] | None = None,
    codes: list[Series] | None = None,
    slowed: list[Series] | None = None,
    work: list[Series] | None = None,
) -> list[tuple[str, str, str, float | None, float | None]]:
    answers = [alerts or [], codes or [], slowed or [], work or []]
    return [
        (event.kind, event.title, event.severity, event.start, event.end)
        for event in events(answers, START, END, STEP)
    ]


def test_an_alert_is_told_with_its_summary() -> None:
    lost = series([50, 60], alertname="GPUFallenOffBus", severity="critical")
    (event,) = events([[lost], [], [], []], START, END, STEP)
    assert (event.kind, event.severity, event.start, event.end) == ("alert", "critical", 50, 60)
    assert event.text.startswith("A GPU")


def test_a_code_is_told_once_for_each_time_that_it_was_seen() -> None:
    codes = Series({"xid": "79"}, ((10, "5"), (20, "5"), (30, "25.5"), (40, "25.5"), (50, "-9")))
    assert found(codes=[codes]) == [
        ("xid", "XID 79", "critical", 5.0, None),
        ("xid", "XID 79", "critical", 25.5, None),
    ]


def test_a_code_of_a_program_is_a_warning_and_an_unknown_one_no_defect() -> None:
    assert found(codes=[series([10], "7", xid="13")])[0][2] == "warning"
    assert found(codes=[series([10], "7", xid="what")])[0][1:3] == ("XID what", "none")


def test_work_that_goes_on_is_no_event() -> None:
    whole = [STEP * at for at in range(21)]
    names = {"workload_namespace": "a", "workload_pod": "p"}
    assert found(work=[series(whole, **names)]) == []
    assert found(work=[series(whole[5:], **names)]) == [("work", "a/p", "none", 50, None)]


def test_there_is_an_end_and_the_gravest_are_kept() -> None:
    minor = [series([50], alertname=f"A{at}", severity="info") for at in range(MOST + 50)]
    grave = series([40], alertname="B", severity="critical")
    kept = found(alerts=[*minor, grave])
    assert len(kept) == MOST
    assert kept[0][1] == "B"


@given(st.text())
def test_a_label_cannot_leave_its_quotes(value: str) -> None:
    text = quoted(value)
    assert text[0] == text[-1] == '"'
    assert '"' not in text[1:-1].replace("\\\\", "").replace('\\"', "")


def test_questions_are_about_the_part_that_is_looked_at() -> None:
    assert all('node="n1"' in each for each in questions(Where(node="n1")))
    assert all('uuid="G"' in each for each in questions(Where(uuid="G")))
    assert not any("node=" in each for each in questions(Where()))
