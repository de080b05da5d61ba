"""A picture of a source is what the rules would record of it, and says what is missing and why."""

import asyncio

import pytest

from scripted import make_gpu
from warpwatch.clock import ManualClock
from warpwatch.exporter.sampler import Pace, Sampler
from warpwatch.fields import clocks, memory, power, profiling, temperature, utilisation
from warpwatch.samples.entity import Instance
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Process, Reading, Reason, Report, Value
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.base import SourceInfo
from warpwatch.sources.sim import spec
from warpwatch.sources.sim.source import SimSource
from warpwatch.terminal import local
from warpwatch.terminal.figures import GPU as GPU_FIGURES
from warpwatch.terminal.picture import Picture

INFO = SourceInfo("scripted", detail="a test")
GPU = make_gpu(0)


def state(*readings: Reading, success: bool = True, **more: object) -> State:
    report = Report(GPU, 1000.0, readings)
    return State(GPU, report, success=success, age=0.5, **more)  # type: ignore[arg-type]


def seen(*states: State, info: SourceInfo = INFO) -> Picture:
    return local.picture(info, Snapshot(1, states, 0.1), "n1", 1000.0)


def board(values: dict[int, Value], gaps: dict[int, Reason] | None = None) -> Reading:
    return Reading(GPU, values, gaps or {})


def part(number: int, profile: str, values: dict[int, Value], **more: object) -> Reading:
    return Reading(Instance(GPU, number, profile, f"MIG-{number}"), values, {}, **more)  # type: ignore[arg-type]


def test_figures_are_in_base_units() -> None:
    (row,) = seen(
        state(
            board(
                {
                    memory.FB_USED.id: 1024,
                    memory.FB_FREE.id: 3072,
                    power.POWER_USAGE.id: 300.5,
                    clocks.SM_CLOCK.id: 1980,
                    utilisation.GPU_UTIL.id: 40,
                    temperature.GPU_TEMP.id: 0,
                }
            )
        )
    ).rows
    assert row.figures == {
        "memory_used_bytes": 2**30,
        "memory_total_bytes": 4 * 2**30,
        "power_watts": 300.5,
        "sm_clock_hertz": 1.98e9,
        "utilisation_ratio": 0.4,
        "activity_ratio": 0.4,
        "temperature_celsius": 0.0,
    }
    assert (row.node, row.gpu, row.uuid, row.state) == ("n1", "0", GPU.uuid, "ok")


def test_activity_is_the_best_that_is_known() -> None:
    values: dict[int, Value] = {
        utilisation.GPU_UTIL.id: 40,
        profiling.PROF_GR_ENGINE_ACTIVE.id: 0.3,
    }
    (row,) = seen(state(board(values))).rows
    assert row.figures["activity_ratio"] == 0.3
    values[profiling.PROF_SM_ACTIVE.id] = 0.2
    (row,) = seen(state(board(values))).rows
    assert row.figures["activity_ratio"] == 0.2


def test_what_is_missing_is_not_there_and_says_why() -> None:
    gaps = {power.POWER_USAGE.id: Reason.NO_PERMISSION, memory.FB_USED.id: Reason.UNSUPPORTED}
    (row,) = seen(state(board({memory.FB_FREE.id: 5}, gaps))).rows
    assert row.figures == {}
    assert row.gaps["power_watts"] == "no permission"
    assert row.gaps["memory_used_bytes"] == "unsupported"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"success": True}, "ok"),
        ({"success": False, "failure": Reason.LOST}, "lost"),
        ({"success": False, "failure": Reason.TIMED_OUT}, "timed out"),
        ({"success": False}, "no reading"),
        ({"success": False, "failure": Reason.TIMED_OUT, "hung": True}, "hung"),
    ],
)
def test_how_reading_goes(more: dict[str, object], told: str) -> None:
    (row,) = seen(state(board({}), **more)).rows  # type: ignore[arg-type]
    assert row.state == told


def test_a_divided_gpu_is_what_its_instances_are() -> None:
    sm, used = profiling.PROF_SM_ACTIVE.id, memory.FB_USED.id
    ann, bob = Owner(pod="a", namespace="x"), Owner(hpc_job="7", user="bob")
    whole, first, second = seen(
        state(
            board({power.POWER_USAGE.id: 200.0}),
            part(1, "3g.40gb", {sm: 1.0, used: 1024}, owners=(ann,)),
            part(2, "2g.20gb", {sm: 0.5, used: 2048}, owners=(ann, bob)),
        )
    ).rows
    assert whole.figures["sm_active_ratio"] == pytest.approx(3 / 7 + 0.5 * 2 / 7)
    assert whole.figures["memory_used_bytes"] == 3 * 2**30
    assert whole.figures["power_watts"] == 200.0
    assert (first.name, first.profile, first.uuid) == ("0/1", "3g.40gb", "MIG-1")
    assert first.figures == {
        "sm_active_ratio": 1.0,
        "activity_ratio": 1.0,
        "memory_used_bytes": 2**30,
    }
    assert [work.share for work in first.works] == [pytest.approx(3 / 7)]
    assert [work.name for work in second.works] == ["x/a", "7"]
    assert [work.share for work in second.works] == [pytest.approx(1 / 7)] * 2
    assert [work.name for work in whole.works] == ["x/a", "x/a", "7"]


UID = "12345678-1234-1234-1234-123456789012"


def test_whose_a_process_is_is_known_or_not_said() -> None:
    ann = Owner(pod="a", namespace="x", pod_uid=UID)
    bob = Owner(hpc_job="7", user="bob")

    def work(process: Process, *owners: Owner) -> str:
        reading = Reading(GPU, {}, {}, owners=owners, processes=(process,))
        (told,) = seen(state(reading)).processes
        return told.work

    pod = Process(1, "compute", cgroup=(f"0::/kubepods.slice/kubepods-pod{UID}.slice/x",))
    assert work(pod, ann, bob) == "x/a"
    job = Process(1, "compute", cgroup=("0::/system.slice/slurmstepd.scope/job_7/step_0/x",))
    assert work(job, ann, bob) == "7"
    theirs = Process(1, "compute", user="bob")
    assert work(theirs, bob) == "7"
    assert work(Process(1, "compute", user="eve"), bob) == ""
    assert work(Process(1, "compute"), ann, bob) == ""
    assert work(Process(1, "compute")) == ""


def test_of_a_divided_gpu_the_processes_are_told_once() -> None:
    process = Process(5, "compute", memory=7, sm=None, user="ann", command="train")
    (told,) = seen(
        state(
            Reading(GPU, {}, {}, processes=(process,)),
            part(3, "1g.10gb", {}, processes=(process,)),
        )
    ).processes
    assert (told.gpu, told.pid, told.memory, told.sm) == ("0/3", 5, 7.0, None)


def test_without_gpus_it_is_said_why() -> None:
    found = local.picture(SourceInfo("none", detail="no driver"), None, "n1", 0.0)
    assert found.rows == ()
    assert found.note == "no GPUs: no driver"


def test_what_is_simulated_is_marked() -> None:
    assert seen(state(board({}))).invented == ""
    found = seen(state(board({})), info=SourceInfo("sim", simulated=True))
    assert found.invented == "SIMULATED"


def test_a_simulated_node_tells_all_that_its_boards_have() -> None:
    clock = ManualClock(1_000_000.0)

    async def main() -> Picture:
        source = SimSource(spec.parse("sim:2xH100"), clock, node="n1")
        pace = Pace(interval=1.0, stale_after=10.0)
        sampler = Sampler(source, clock, pace, fields=local.wanted(), windows=(1.0, 1.0))
        for _ in range(2):
            clock.advance(1.0)
            await sampler.sample()
        found = local.picture(source.inventory().info, sampler.look(), "n1", clock.now())
        await sampler.close()
        return found

    found = asyncio.run(main())
    assert [row.name for row in found.rows] == ["0", "1"]
    for row in found.rows:
        only_of_prometheus = {"throttled_ratio", "errors_increase1h"}
        told = set(row.figures) | only_of_prometheus
        assert {figure.key for figure in GPU_FIGURES} <= told
        assert 70 * 2**30 < row.figures["memory_total_bytes"] < 80 * 2**30
