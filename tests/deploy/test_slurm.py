"""The script that is Slurm's Prolog and Epilog, run by sh and read by the stage that it is for."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from warpwatch.clock import SystemClock
from warpwatch.exporter.attribution.job_files import JobFiles
from warpwatch.samples.entity import Entity, Gpu, Instance
from warpwatch.samples.sample import Reading, Report

SCRIPT = Path(__file__).parents[2] / "deploy" / "slurm" / "job-mapping.sh"
GPUS = [Gpu(n, f"GPU-{n}", "", "NVIDIA A100") for n in range(4)]
PART = Instance(GPUS[1], 3, "1g.10gb", "MIG-3")

Run = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "jobs"


def environment(folder: Path, what: str, job: str, **more: str) -> dict[str, str]:
    boot = folder.parent / "boot_id"
    if not boot.exists():
        boot.write_text("first\n")
    return {
        "WARPWATCH_JOB_DIR": str(folder),
        "WARPWATCH_BOOT_ID": str(boot),
        "SLURM_SCRIPT_CONTEXT": f"{what}_slurmd",
        "SLURM_JOB_ID": job,
        **more,
    }


@pytest.fixture
def run(folder: Path) -> Run:
    """What the script says; whatever it is given, it must not fail the job."""

    def call(what: str, job: str, gpus: str = "", **more: str) -> str:
        if gpus:
            more["SLURM_JOB_GPUS"] = gpus
        done = subprocess.run(
            ["/bin/sh", str(SCRIPT)],
            env=environment(folder, what, job, **more),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, "")
        return done.stderr

    return call


def jobs(folder: Path) -> dict[Entity, list[str]]:
    stage = JobFiles(folder, SystemClock(), 1.0)
    stage.learn()
    found = {}
    for gpu in GPUS:
        entities: list[Entity] = [gpu, PART] if gpu is PART.gpu else [gpu]
        report = Report(gpu, 0.0, tuple(Reading(each, {}, {}) for each in entities))
        for reading in stage(report).readings:
            if reading.owners:
                found[reading.entity] = sorted(owner.hpc_job for owner in reading.owners)
    return found


def test_a_job_is_there_from_prolog_to_epilog(folder: Path, run: Run) -> None:
    assert run("prolog", "42", "0,2") == ""
    assert jobs(folder) == {GPUS[0]: ["42"], GPUS[2]: ["42"]}
    assert run("epilog", "42", "0,2") == ""
    assert jobs(folder) == {}
    assert sorted(path.name for path in folder.iterdir()) == [".boot", ".lock"]


def test_a_job_that_ends_takes_only_itself_away(folder: Path, run: Run) -> None:
    for job in ("4", "42", "421"):
        run("prolog", job, "0")
    run("prolog", "42", "0")
    assert (folder / "0").read_text().split() == ["4", "421", "42"]
    run("epilog", "42")
    assert jobs(folder) == {GPUS[0]: ["4", "421"]}


def test_others_may_read_the_files(folder: Path, run: Run) -> None:
    run("prolog", "42", "0")
    assert (folder.stat().st_mode & 0o777, (folder / "0").stat().st_mode & 0o777) == (0o755, 0o644)


def test_jobs_that_begin_and_end_at_the_same_time_do_not_lose_each_other(folder: Path) -> None:
    def together(what: str, numbers: range) -> None:
        running = [
            subprocess.Popen(
                ["/bin/sh", str(SCRIPT)],
                env=environment(folder, what, str(number), SLURM_JOB_GPUS="0,1"),
            )
            for number in numbers
        ]
        assert [process.wait(60) for process in running] == [0] * len(running)

    together("prolog", range(100, 130))
    assert jobs(folder)[GPUS[0]] == [str(number) for number in range(100, 130)]
    together("epilog", range(100, 125))
    assert jobs(folder)[GPUS[1]] == [str(number) for number in range(125, 130)]


def test_ranges_and_instances_by_number(folder: Path, run: Run) -> None:
    assert run("prolog", "7", "0-1,3") == ""
    assert sorted(jobs(folder), key=str) == sorted([GPUS[0], GPUS[1], GPUS[3], PART], key=str)
    run("epilog", "7")
    run("prolog", "8", "1.3")
    assert jobs(folder) == {PART: ["8"]}


@pytest.fixture
def smi(tmp_path: Path) -> dict[str, str]:
    """A PATH with an nvidia-smi that knows two GPUs."""
    tool = tmp_path / "bin" / "nvidia-smi"
    tool.parent.mkdir()
    lines = "".join(f"echo 'GPU {n}: NVIDIA A100 (UUID: GPU-aa-{n})'\n" for n in range(2))
    tool.write_text(f"#!/bin/sh\n{lines}echo '  MIG 1g.10gb Device 0: (UUID: MIG-bb)'\n")
    tool.chmod(0o755)
    return {"PATH": str(tool.parent)}


def test_uuids_are_looked_up(folder: Path, run: Run, smi: dict[str, str]) -> None:
    assert run("prolog", "1", "", CUDA_VISIBLE_DEVICES="GPU-aa-0", **smi) == ""
    assert run("prolog", "2", "7", CUDA_VISIBLE_DEVICES="MIG-GPU-aa-1/3/0", **smi) == ""
    assert jobs(folder) == {GPUS[0]: ["1"], PART: ["2"]}


def test_what_slurm_does_not_say_is_not_guessed(
    folder: Path, run: Run, smi: dict[str, str]
) -> None:
    said = run("prolog", "1", "0", CUDA_VISIBLE_DEVICES="MIG-bb", **smi)
    assert "use --slurm" in said
    assert "knows no GPU-cc" in run("prolog", "1", "GPU-cc", **smi)
    assert jobs(folder) == {}


@pytest.mark.parametrize(
    "gpus",
    [
        "../0",
        "0;rm",
        "$(id)",
        "*",
        "0.3.1",
        "99999-1",
        "1-99999",
        "-1",
        "123456789",
        "0 1",
        "08-09",
        "00",
    ],
)
def test_what_is_no_gpu_is_told_and_passed_over(folder: Path, run: Run, gpus: str) -> None:
    assert "is not a" in run("prolog", "42", f"{gpus},2")
    assert jobs(folder) == {GPUS[2]: ["42"]}


@pytest.mark.parametrize("job", ["", "4 2", "../x", "4\n2", "$(id)"])
def test_what_is_no_job_is_told(folder: Path, run: Run, job: str) -> None:
    for what in ("prolog", "epilog"):
        assert "is no job" in run(what, job, "0")
    assert not folder.exists()


def test_a_job_without_gpus_leaves_no_trace(folder: Path, run: Run) -> None:
    assert run("prolog", "42") == ""
    assert run("prolog", "42", CUDA_VISIBLE_DEVICES="NoDevFiles") == ""
    assert not folder.exists()


def test_an_epilog_without_a_prolog_changes_nothing(folder: Path, run: Run) -> None:
    assert run("epilog", "42", "0") == ""
    assert not folder.exists()
    run("prolog", "1", "0")
    assert run("epilog", "42", "0") == ""
    assert jobs(folder) == {GPUS[0]: ["1"]}


def test_a_folder_that_cannot_be_made_costs_a_line_in_the_log(folder: Path, run: Run) -> None:
    folder.write_text("a file")
    assert "cannot be written to" in run("prolog", "42", "0")


def test_after_a_boot_the_jobs_of_before_are_gone(folder: Path, run: Run) -> None:
    run("prolog", "1", "0,1")
    (folder / "README").write_text("mine")
    (folder.parent / "boot_id").write_text("second\n")
    run("prolog", "2", "1")
    assert jobs(folder) == {GPUS[1]: ["2"], PART: ["2"]}
    assert (folder / "README").exists()


def test_by_its_name_alone_it_knows_which_it_is(folder: Path, tmp_path: Path) -> None:
    """Slurm before 20.11 does not say; a folder of prologs does."""
    for what in ("prolog", "epilog"):
        place = tmp_path / f"{what}.d" / "50-warpwatch"
        place.parent.mkdir()
        place.write_bytes(SCRIPT.read_bytes())
        env = environment(folder, what, "42", SLURM_JOB_GPUS="0")
        del env["SLURM_SCRIPT_CONTEXT"]
        subprocess.run(["/bin/sh", str(place)], env=env, check=True)
        assert jobs(folder) == ({GPUS[0]: ["42"]} if what == "prolog" else {})


def test_it_may_be_run() -> None:
    assert os.access(SCRIPT, os.X_OK)
