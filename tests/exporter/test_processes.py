"""The families that tell of processes, and how processes come by their names."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from warpwatch.expo.parse import Exposition, parse
from warpwatch.exporter.counters import built_in
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.identity import Naming
from warpwatch.exporter.page import Press
from warpwatch.exporter.processes import FAMILIES, FIELDS, MOST, Names
from warpwatch.exporter.selection import select
from warpwatch.exporter.tally import Tally
from warpwatch.exporter.view import Arranger
from warpwatch.fields.processes import COMPUTE_PIDS, GRAPHICS_PIDS
from warpwatch.procfs import Known
from warpwatch.samples.entity import Gpu, Instance
from warpwatch.samples.sample import Process, Reading, Reason, Report
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.base import SourceInfo

GPU = Gpu(0, "GPU-0", "00000000:1B:00.0", "NVIDIA H100")
PART = Instance(GPU, 9, "1g.10gb", "MIG-9")
ERA = ERAS["classic"]
TRAINING = Process(42, "compute", 3 << 30, 0.75, "ana", "python3 train.py")


def page(*readings: Reading) -> Exposition:
    selection = select(built_in(), ERA, FIELDS)
    state = State(device=GPU, report=Report(GPU, 0.0, readings), success=True, age=0.0)
    arranger = Arranger(selection, Naming(ERA, "n1"), lambda _: Tally(1, 1))
    view = arranger.view(SourceInfo("nvml"), Snapshot(1, (state,), 0.0))
    return parse(Press(selection, ERA).print(view, FAMILIES).decode())


def told(*processes: Process, count: int | None = None) -> Reading:
    counts = {COMPUTE_PIDS.id: len(processes) if count is None else count, GRAPHICS_PIDS.id: 0}
    return Reading(GPU, counts, {}, processes=processes)


def test_a_process_is_told_of_with_all_that_is_known() -> None:
    found = page(told(TRAINING))
    (memory,) = found.named("warpwatch_process_gpu_memory_bytes")
    assert memory.value == 3 << 30
    assert memory.labels == {
        "gpu": "0",
        "UUID": "GPU-0",
        "Hostname": "n1",
        "pid": "42",
        "kind": "compute",
        "user": "ana",
        "command": "python3 train.py",
    }
    (share,) = found.named("warpwatch_process_sm_ratio")
    assert (share.value, share.labels) == (0.75, memory.labels)
    assert [each.value for each in found.named("warpwatch_process_omitted")] == [0]


def test_what_is_not_known_of_a_process_is_left_out() -> None:
    found = page(told(replace(TRAINING, memory=None, sm=None)))
    assert found.named("warpwatch_process_gpu_memory_bytes") == ()
    assert found.named("warpwatch_process_sm_ratio") == ()


@given(st.integers(0, 3 * MOST), st.integers(0, 1000))
def test_told_and_omitted_add_up_to_all_there_are(listed: int, more: int) -> None:
    crowd = [Process(pid, "compute", pid << 20) for pid in range(listed)]
    found = page(told(*crowd, count=listed + more))
    shown = found.named("warpwatch_process_gpu_memory_bytes")
    (omitted,) = found.named("warpwatch_process_omitted")
    assert len(shown) == min(listed, MOST)
    assert len(shown) + omitted.value == listed + more
    kept = {int(sample.labels["pid"]) for sample in shown}
    assert kept == set(range(listed)[-MOST:])


def test_under_mig_the_instances_tell_and_the_gpu_does_not() -> None:
    board = told(count=1)
    found = page(board, replace(told(TRAINING), entity=PART))
    (memory,) = found.named("warpwatch_process_gpu_memory_bytes")
    assert (memory.labels["GPU_I_ID"], memory.labels["GPU_I_PROFILE"]) == ("9", "1g.10gb")
    assert [s.labels["GPU_I_ID"] for s in found.named("warpwatch_process_omitted")] == ["9"]


def test_a_gpu_that_does_not_tell_is_a_gap_and_not_an_empty_one() -> None:
    refused = Reading(GPU, {}, dict.fromkeys((220, 221), Reason.NO_PERMISSION))
    found = page(refused)
    assert found.named("warpwatch_process_omitted") == ()
    gaps = {(s.labels["field"], s.labels["reason"]) for s in found.named("warpwatch_gpu_gap")}
    assert ("DCGM_FI_DEV_COMPUTE_PIDS", "no_permission") in gaps


def test_names_are_put_to_processes_that_this_machine_knows() -> None:
    known = {42: Known(1, "ana", "python3 train.py", ())}
    report = Report(GPU, 0.0, (told(Process(42, "compute"), Process(43, "compute")),))
    named = Names(known.get)(report)
    assert [(each.user, each.command) for each in named.readings[0].processes] == [
        ("ana", "python3 train.py"),
        ("", ""),
    ]


def test_a_report_without_processes_is_not_touched() -> None:
    report = Report(GPU, 0.0, (told(),))
    assert Names(lambda _: None)(report) is report
