"""The processes of simulated jobs fit what else is said of their GPUs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from warpwatch.clock import ManualClock
from warpwatch.fields.memory import FB_USED
from warpwatch.fields.processes import COMPUTE_PIDS, GRAPHICS_PIDS
from warpwatch.fields.utilisation import GPU_UTIL
from warpwatch.samples.entity import Gpu, Instance
from warpwatch.samples.sample import Reading
from warpwatch.sources.sim import spec
from warpwatch.sources.sim.readings.processes import DRIVERS_SHARE
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.workloads import WORKLOADS
from warpwatch.units import MIB

ASKED = frozenset({COMPUTE_PIDS.id, GRAPHICS_PIDS.id, FB_USED.id, GPU_UTIL.id})
MIG = Path(__file__).parents[2] / "golden" / "scenarios" / "mig.toml"
SPECS = ("sim:8xH100", "sim:4xA100,4xT4", "sim:2xH100")


def readings(text: str, hours: int = 3) -> Iterator[Reading]:
    clock = ManualClock(1e9)
    source = SimSource(spec.parse(text), clock)
    for _ in range(4 * hours):
        clock.advance(900)
        for device in source.inventory().devices:
            yield from source.read(device, ASKED).readings


@pytest.mark.parametrize("text", SPECS)
def test_processes_hold_the_memory_that_is_in_use(text: str) -> None:
    seen = 0
    for reading in readings(text):
        assert reading.values[COMPUTE_PIDS.id] == len(reading.processes)
        assert reading.values[GRAPHICS_PIDS.id] == 0
        held = sum(each.memory or 0 for each in reading.processes)
        used = reading.values[FB_USED.id]
        assert isinstance(used, int)
        assert used * MIB - held in ({0, DRIVERS_SHARE * MIB} if reading.processes else {0})
        seen += len(reading.processes)
    assert seen > 0


def test_a_process_is_its_owners_and_lives_as_long_as_the_job() -> None:
    lives: dict[int, set[tuple[str, str]]] = {}
    for reading in readings("sim:8xH100"):
        for process in reading.processes:
            (owner,) = reading.owners
            assert process.user == owner.user
            assert process.command
            assert process.sm is not None
            assert round(process.sm * 100) == reading.values[GPU_UTIL.id]
            lives.setdefault(process.pid, set()).add((process.user, process.command))
    assert all(len(said) == 1 for said in lives.values())


def test_ranks_of_a_job_are_processes_of_their_own() -> None:
    for moment in zip(*[readings("sim:8xH100")] * 8, strict=True):
        pids = [process.pid for reading in moment for process in reading.processes]
        assert len(pids) == len(set(pids))


def test_who_they_are_is_told_only_when_asked() -> None:
    source = SimSource(spec.parse("sim:8xH100"), ManualClock(1e9))
    for device in source.inventory().devices:
        (reading,) = source.read(device, frozenset({FB_USED.id})).readings
        assert reading.processes == ()


def test_every_workload_but_idleness_runs_something() -> None:
    assert [each.name for each in WORKLOADS if not each.command] == ["idle"]


def test_under_mig_each_instance_tells_of_its_own_and_the_gpu_counts_them() -> None:
    source = SimSource(spec.parse(f"sim:{MIG}"), ManualClock(1e9))
    seen = 0
    for device in source.inventory().devices:
        assert isinstance(device, Gpu)
        board, *parts = source.read(device, ASKED).readings
        assert all(isinstance(part.entity, Instance) for part in parts)
        if parts:
            assert board.processes == ()
            assert board.values[COMPUTE_PIDS.id] == sum(len(part.processes) for part in parts)
            assert all(each.sm is None for part in parts for each in part.processes)
            seen += bool(board.values[COMPUTE_PIDS.id])
    assert seen > 0
