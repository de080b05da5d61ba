"""A GPU that hangs while it is opened costs itself, and no more than one thread."""

import threading
from collections.abc import Iterator

import pytest

from bindings import NOW, AtOnce, Bindings
from warpwatch.clock import ManualClock
from warpwatch.samples.sample import Reason
from warpwatch.sources.nvml import opening
from warpwatch.sources.nvml.board import Board
from warpwatch.sources.nvml.door import Door, Refused
from warpwatch.sources.nvml.opening import Opening

PATIENCE = 20.0


class Sick:
    """Makes boards; the first one hangs until it is let go."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.asked: list[int] = []
        self.problem: Exception | None = None

    def __call__(self, index: int) -> Board:
        self.asked.append(index)
        if index == 0 or not self.go_on.is_set():
            assert self.go_on.wait(PATIENCE)
        if self.problem is not None:
            raise self.problem
        clock, door = ManualClock(NOW), Door(Bindings(boards=2))
        door.call("nvmlInit")
        return Board(door, clock, AtOnce(clock), index)


@pytest.fixture
def sick(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sick]:
    monkeypatch.setattr(opening, "DEADLINE", 0.01)
    monkeypatch.setattr(opening, "SHORTER", 0.0)
    made = Sick()
    yield made
    made.go_on.set()


def ended(it: Opening) -> None:
    for each in it._tries.values():  # noqa: SLF001  there is no other way to wait for a thread
        assert each.ended.wait(PATIENCE)


def test_one_that_hangs_is_asked_once_and_is_there_when_it_answers(sick: Sick) -> None:
    it = Opening(sick)
    for _ in range(3):
        with pytest.raises(Refused, match="it does not answer") as caught:
            it.open(0)
        assert caught.value.reason is Reason.TIMED_OUT
    assert (it.hangs, it.answered) == (True, False)
    sick.go_on.set()
    ended(it)
    assert (it.hangs, it.answered) == (False, True)
    assert it.open(0).gpu.index == 0
    assert sick.asked == [0]
    assert (it.hangs, it.answered) == (False, False)


def test_while_one_hangs_others_are_waited_for_less(sick: Sick) -> None:
    """Not at all here, so that even one who is well has not answered yet."""
    it = Opening(sick)
    for index in (0, 1):
        with pytest.raises(Refused, match="it does not answer"):
            it.open(index)
    sick.go_on.set()
    ended(it)
    assert [it.open(index).gpu.index for index in (0, 1)] == [0, 1]


def test_one_that_was_opened_too_late_to_be_used_is_closed(sick: Sick) -> None:
    it = Opening(sick)
    with pytest.raises(Refused):
        it.open(0)
    sick.go_on.set()
    ended(it)
    (late,) = (each.made for each in it._tries.values())  # noqa: SLF001  as above
    assert isinstance(late, Board)
    it.forget()
    assert late.read(frozenset({150})).readings[0].gaps == {150: Reason.LOST}
    assert it.open(0) is not late


@pytest.mark.parametrize("problem", [Refused(Reason.LOST, "gone", 15), KeyError("a defect")])
def test_what_goes_wrong_is_said_to_whoever_asked(sick: Sick, problem: Exception) -> None:
    sick.go_on.set()
    sick.problem = problem
    it = Opening(sick)
    with pytest.raises((Refused, RuntimeError)) as caught:
        it.open(1)
    if isinstance(problem, Refused):
        assert (caught.type, str(caught.value)) == (Refused, "gone")
    else:
        assert caught.value.__cause__ is problem
    assert not it.hangs
