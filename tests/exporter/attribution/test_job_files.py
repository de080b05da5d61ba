"""Job files as prologs write them, and as they are found when a prolog or an epilog has failed."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from warpwatch.clock import ManualClock
from warpwatch.exporter.attribution import job_files
from warpwatch.exporter.attribution.job_files import MOST_JOBS, JobFiles
from warpwatch.exporter.attribution.stage import Health
from warpwatch.samples.entity import Entity, Gpu, Instance
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Reading, Report

GPU = Gpu(0, "GPU-0", "00000000:1B:00.0", "NVIDIA H100")
OTHER = Gpu(1, "GPU-1", "00000000:1C:00.0", "NVIDIA H100")
THREE, FOUR = (Instance(OTHER, number, "1g.10gb", f"MIG-{number}") for number in (3, 4))


def run(stage: JobFiles, until: Callable[[Health], bool]) -> Health:
    """As it is done beside the reads of GPUs, until its health is so."""

    async def main() -> Health:
        task = asyncio.create_task(stage.run())
        async with asyncio.timeout(10):
            while not until(stage.health()[0]):
                await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return stage.health()[0]

    return asyncio.run(main())


def jobs(stage: JobFiles) -> dict[Entity, list[str]]:
    stage.learn()
    return told(stage)


def told(stage: JobFiles) -> dict[Entity, list[str]]:
    readings = tuple(Reading(entity, {1: 1}, {}) for entity in (GPU, OTHER, THREE, FOUR))
    found = stage(Report(GPU, 0.0, readings)).readings
    return {each.entity: [owner.hpc_job for owner in each.owners] for each in found if each.owners}


@pytest.fixture
def stage(tmp_path: Path) -> JobFiles:
    return JobFiles(tmp_path, ManualClock(1e9), 1.0, stale=3600.0)


def test_a_file_is_a_gpu_and_a_line_is_a_job(tmp_path: Path, stage: JobFiles) -> None:
    (tmp_path / "0").write_text("4242\n 4243 \n\n4242\n")
    (tmp_path / "1.3").write_text("77")
    assert jobs(stage) == {GPU: ["4242", "4243"], THREE: ["77"]}


def test_an_instance_without_a_file_has_the_jobs_of_its_gpu(
    tmp_path: Path, stage: JobFiles
) -> None:
    (tmp_path / "1").write_text("5")
    (tmp_path / "1.3").write_text("77")
    assert jobs(stage) == {OTHER: ["5"], THREE: ["77"], FOUR: ["5"]}


def test_a_file_that_an_epilog_left_behind_says_nothing(tmp_path: Path, stage: JobFiles) -> None:
    (tmp_path / "0").write_text("old")
    os.utime(tmp_path / "0", (1e9 - 3601, 1e9 - 3601))
    assert jobs(stage) == {}
    os.utime(tmp_path / "0", (1e9 - 3599, 1e9 - 3599))
    assert jobs(stage) == {GPU: ["old"]}


def test_without_a_limit_no_file_is_too_old(tmp_path: Path) -> None:
    (tmp_path / "0").write_text("old")
    os.utime(tmp_path / "0", (0, 0))
    assert jobs(JobFiles(tmp_path, ManualClock(1e9), 1.0)) == {GPU: ["old"]}


def test_of_a_folder_without_end_no_more_is_read_than_a_bound(
    tmp_path: Path, stage: JobFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_files, "MOST_FILES", 1)
    for gpu in ("0", "1"):
        (tmp_path / gpu).write_text(gpu)
    assert jobs(stage) == {GPU: ["0"]}


def test_what_is_no_job_file_is_passed_over(tmp_path: Path, stage: JobFiles) -> None:
    for name in ("README", "0.bak", "-1", "0.3.1", "99999", ".0"):
        (tmp_path / name).write_text("x")
    (tmp_path / "1").mkdir()
    os.mkfifo(tmp_path / "2")
    (tmp_path / "٣").write_text("x")
    (tmp_path / "0").write_bytes(b"\xff\xfe job\n")
    (tmp_path / "1.4").symlink_to(tmp_path / "gone")
    assert jobs(stage) == {GPU: ["�� job"]}


def test_a_file_of_windows_is_read_as_any_other(tmp_path: Path, stage: JobFiles) -> None:
    (tmp_path / "0").write_bytes(b"\xef\xbb\xbfjob1\r\njob2\r\n\r\n")
    assert jobs(stage) == {GPU: ["job1", "job2"]}


def test_a_file_without_end_is_read_to_a_bound(tmp_path: Path, stage: JobFiles) -> None:
    (tmp_path / "0").write_text("\n".join(str(n) for n in range(100_000)))
    (tmp_path / "1").write_text("x" * 1_000_000)
    found = jobs(stage)
    assert len(found[GPU]) == MOST_JOBS
    assert [len(job) for job in found[OTHER]] == [256]


def test_a_folder_that_goes_and_comes_is_said_once_each(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    folder = tmp_path / "jobs"
    stage = JobFiles(folder, ManualClock(1e9), 1.0)
    failed = run(stage, lambda health: str(folder) in health.detail)
    assert not failed.success
    assert told(stage) == {}
    folder.mkdir()
    (folder / "0").write_text("1")
    assert run(stage, lambda health: health.success).age == 0.0
    assert told(stage) == {GPU: ["1"]}
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2, said


def test_a_report_keeps_the_owners_that_it_has(tmp_path: Path, stage: JobFiles) -> None:
    (tmp_path / "0").write_text("1")
    stage.learn()
    pod = Owner(pod="p")
    (reading,) = stage(Report(GPU, 0.0, (Reading(GPU, {}, {}, (pod,)),))).readings
    assert reading.owners == (pod, Owner(hpc_job="1"))
