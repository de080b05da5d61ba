"""Which processes a GPU has, as the driver lists them."""

import pynvml
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bindings import NOW, Bindings, Board, divide, process, source_of
from warpwatch.clock import ManualClock
from warpwatch.fields.processes import COMPUTE_PIDS, GRAPHICS_PIDS
from warpwatch.samples.sample import Process, Reading, Reason
from warpwatch.sources.nvml.patience import ASK_AGAIN_SECONDS
from warpwatch.sources.nvml.source import NvmlSource
from warpwatch.sources.nvml.tenants import MOST

BOTH = frozenset({COMPUTE_PIDS.id, GRAPHICS_PIDS.id})
GIB = 1024**3
COMPUTE, GRAPHICS = "nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetGraphicsRunningProcesses"
SHARES = "nvmlDeviceGetProcessUtilization"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def look(source: NvmlSource) -> tuple[Reading, ...]:
    (device,) = source.inventory().devices
    return source.read(device, BOTH).readings


def one(processes: list[object], drawing: list[object] | None = None) -> tuple[Board, Reading]:
    bindings = Bindings()
    (board,) = bindings.boards
    board.answers[COMPUTE,] = processes
    board.answers[GRAPHICS,] = drawing or []
    (reading,) = look(source_of(bindings, ManualClock(NOW)))
    return board, reading


def test_the_largest_come_first_and_unknown_memory_is_none() -> None:
    _, reading = one([process(7), process(8, 2 * GIB), process(9, 3 * GIB)])
    assert [(p.pid, p.memory) for p in reading.processes] == [
        (9, 3 * GIB),
        (8, 2 * GIB),
        (7, None),
    ]
    assert reading.values == {COMPUTE_PIDS.id: 3, GRAPHICS_PIDS.id: 0}


def test_a_process_of_both_kinds_is_told_of_once_for_each() -> None:
    _, reading = one([process(7, GIB)], [process(7, GIB // 2)])
    assert [(p.kind, p.memory) for p in reading.processes] == [
        ("compute", GIB),
        ("graphics", GIB // 2),
    ]


def test_no_name_is_made_up_here() -> None:
    _, reading = one([process(7, GIB)])
    assert reading.processes == (Process(7, "compute", GIB, sm=0.0),)


@example([*range(MOST + 7)])
@given(st.lists(st.integers(0, 80 * GIB), max_size=50))
def test_a_crowd_is_counted_whole_and_told_of_in_part(memory: list[int]) -> None:
    _, reading = one([process(100 + i, size) for i, size in enumerate(memory)])
    assert reading.values[COMPUTE_PIDS.id] == len(memory)
    told = [each.memory for each in reading.processes]
    assert told == sorted(memory, reverse=True)[:MOST]


def test_shares_are_of_the_time_since_the_read_before(clock: ManualClock) -> None:
    bindings = Bindings()
    (board,) = bindings.boards
    board.answers[COMPUTE,] = [process(7, 3), process(8, 2), process(9, 1)]
    board.shares = [(7, 1000, 99)]
    source = source_of(bindings, clock)

    def shares() -> list[float | None]:
        clock.advance(1)
        return [each.sm for each in look(source)[0].processes]

    assert shares() == [None, None, None]
    board.shares += [(8, 2000, 10), (8, 3000, 40), (9, 2500, 4_000_000_000)]
    assert shares() == [0.0, 0.4, 0.0]
    assert shares() == [0.0, 0.0, 0.0]
    board.codes[SHARES] = pynvml.NVML_ERROR_NO_PERMISSION
    assert shares() == [None, None, None]


def test_two_reads_close_to_each_other_have_the_same_shares(clock: ManualClock) -> None:
    bindings = Bindings()
    (board,) = bindings.boards
    board.answers[COMPUTE,] = [process(7, 3)]
    source = source_of(bindings, clock)
    look(source)
    clock.advance(1)
    board.shares = [(7, 2000, 40)]
    for _ in range(5):
        assert look(source)[0].processes[0].sm == 0.4
        clock.advance(0.1)


def test_what_is_not_supported_is_not_asked_every_second(clock: ManualClock) -> None:
    bindings = Bindings()
    (board,) = bindings.boards
    board.answers[COMPUTE,] = [process(7, 3)]
    board.codes |= {SHARES: pynvml.NVML_ERROR_NOT_SUPPORTED, GRAPHICS: 3}
    source = source_of(bindings, clock)
    for _ in range(5):
        reading = look(source)[0]
        assert reading.gaps == {GRAPHICS_PIDS.id: Reason.UNSUPPORTED}
        assert [each.sm for each in reading.processes] == [None]
        clock.advance(1)
    names = [name for name, _ in bindings.calls]
    assert (names.count(SHARES), names.count(GRAPHICS)) == (1, 1)
    clock.advance(ASK_AGAIN_SECONDS)
    look(source)
    assert [name for name, _ in bindings.calls].count(SHARES) == 2


def test_what_is_not_permitted_is_a_gap_and_leaves_no_process() -> None:
    bindings = Bindings()
    bindings.codes = {COMPUTE: pynvml.NVML_ERROR_NO_PERMISSION}
    (reading,) = look(source_of(bindings, ManualClock(NOW)))
    assert reading.gaps == {COMPUTE_PIDS.id: Reason.NO_PERMISSION}
    assert reading.values == {GRAPHICS_PIDS.id: 0}
    assert reading.processes == ()


def test_each_mig_instance_tells_of_its_own_and_the_gpu_of_none() -> None:
    bindings = Bindings()
    (board,) = bindings.boards
    divide(board)
    board.answers[COMPUTE,] = [process(7, GIB, 1), process(8, GIB, 9)]
    # The second one's handle tells of the whole GPU, as those of some drivers do.
    board.instances[0].answers[COMPUTE,] = [process(7, GIB, 1)]
    board.instances[2].answers[COMPUTE,] = [process(7, GIB, 1), process(8, GIB, 9)]
    whole, larger, smaller = look(source_of(bindings, ManualClock(NOW)))
    assert (whole.values[COMPUTE_PIDS.id], whole.processes) == (2, ())
    assert larger.processes == (Process(7, "compute", GIB),)
    assert smaller.processes == (Process(8, "compute", GIB),)
    assert SHARES not in {name for name, _ in bindings.calls}


def test_compute_instances_that_share_an_instance_all_count() -> None:
    bindings = Bindings()
    (board,) = bindings.boards
    divide(board)
    twin = Board(1, answers=dict(board.instances[0].answers))
    twin.answers[COMPUTE,] = [process(8, GIB, 1)]
    board.instances[1] = twin
    board.instances[0].answers[COMPUTE,] = [process(7, GIB, 1)]
    _, shared, _ = look(source_of(bindings, ManualClock(NOW)))
    assert [each.pid for each in shared.processes] == [7, 8]
    assert shared.values[COMPUTE_PIDS.id] == 2
