"""Debug dumps: whole or not there, few, bounded, and of no consequence to anything else."""

import asyncio
import gzip
import json
import os
from pathlib import Path

import pytest

from warpwatch.clock import ManualClock
from warpwatch.exporter.attribution.stage import Health
from warpwatch.exporter.dumps import EVERY, Dumps, Seen
from warpwatch.fields import clocks, power
from warpwatch.samples.entity import Gpu, Instance
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Process, Reading, Reason, Report
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.base import SourceInfo

GPU = Gpu(0, "GPU-0", "00000000:1B:00.0", "NVIDIA H100")
START = 1_760_000_000.0
OWNER = Owner("train-0", "ml", "main", labels={"token": "s3cret"})
PROCESS = Process(7, "compute", 1 << 30, 0.5, "ada", "python3 --key s3cret", ("0::/s3cret",))


def seen(number: int = 1) -> Seen:
    board = Reading(
        GPU,
        {clocks.SM_CLOCK.id: 1980, power.POWER_USAGE.id: float("nan")},
        {power.POWER_MGMT_LIMIT.id: Reason.NO_PERMISSION},
        owners=(OWNER,),
        processes=(PROCESS,),
    )
    part = Reading(Instance(GPU, 1, "1g.10gb", "MIG-1"), {}, {})
    state = State(device=GPU, report=Report(GPU, 1.0, (board, part)), success=True, age=0.1)
    asked = (Health("kubelet", success=False, age=None, detail="s3cret"),)
    return Seen(SourceInfo("nvml"), Snapshot(number, (state,), 0.01), asked)


def dumps(folder: Path, *, hours: int = 24, compress: bool = False, most: int = 1 << 20) -> Dumps:
    clock = ManualClock(START)
    return Dumps(folder, clock, hours=hours, compress=compress, most_bytes=most)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_dump_has_values_gaps_and_owners_and_nothing_secret(tmp_path: Path) -> None:
    dumps(tmp_path / "new").write(seen())
    (path,) = (tmp_path / "new").iterdir()
    assert path.name == "warpwatch-20251009T085320Z.json"
    text = path.read_text()
    (device,) = json.loads(text)["devices"]
    board, part = device["readings"]
    assert board["values"] == {"DCGM_FI_DEV_SM_CLOCK": 1980, "DCGM_FI_DEV_POWER_USAGE": None}
    assert board["gaps"] == {"DCGM_FI_DEV_POWER_MGMT_LIMIT": "no_permission"}
    assert board["owners"][0]["pod"] == "train-0"
    assert board["processes"] == [{"pid": 7, "kind": "compute", "memory": 1 << 30, "sm": 0.5}]
    assert (board["kind"], part["kind"]) == ("gpu", "instance")
    assert "s3cret" not in text


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    dumps(tmp_path / "new").write(seen())
    (path,) = (tmp_path / "new").iterdir()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_compressed_it_is_the_same(tmp_path: Path) -> None:
    dumps(tmp_path / "a").write(seen())
    dumps(tmp_path / "b", compress=True).write(seen())
    (plain,), (small,) = (tmp_path / "a").iterdir(), (tmp_path / "b").iterdir()
    assert small.name == f"{plain.name}.gz"
    assert gzip.decompress(small.read_bytes()) == plain.read_bytes()


def old(folder: Path, name: str, size: int, hours: float = 0.0) -> None:
    path = folder / name
    path.write_bytes(b"x" * size)
    os.utime(path, (START - hours * 3600, START - hours * 3600))


def test_the_oldest_make_room_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    for second in range(5):
        old(tmp_path, f"warpwatch-20251008T00000{second}Z.json", 1000)
    old(tmp_path, "warpwatch-20251008T000009Z.json.gz.new", 10)
    old(tmp_path, "other.json", 10_000)
    dumps(tmp_path, most=4000).write(seen())
    left = names(tmp_path)
    assert "other.json" in left
    assert not any(name.endswith(".new") for name in left)
    ours = [name for name in left if name.startswith("warpwatch")]
    assert sum((tmp_path / name).stat().st_size for name in ours) <= 4000
    assert ours[0] > "warpwatch-20251008T000001Z"
    assert ours[-1] == "warpwatch-20251009T085320Z.json"


@pytest.mark.parametrize(("hours", "left"), [(2, 2), (0, 3)])
def test_the_aged_go_unless_age_does_not_count(hours: int, left: int, tmp_path: Path) -> None:
    old(tmp_path, "warpwatch-20251008T000000Z.json", 10, hours=3)
    old(tmp_path, "warpwatch-20251008T000001Z.json", 10, hours=1)
    dumps(tmp_path, hours=hours).write(seen())
    assert len(names(tmp_path)) == left


def test_a_folder_that_leads_elsewhere_is_not_followed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "dumps").symlink_to(tmp_path / "elsewhere")
    dumps(tmp_path / "dumps").write(seen())
    assert names(tmp_path / "elsewhere") == []
    assert len(caplog.records) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_disk_that_is_full_is_said_once_and_leaves_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO")
    it = dumps(tmp_path)
    real = os.fdopen

    def full(descriptor: int, mode: str) -> object:
        os.close(descriptor)
        return real(os.open("/dev/full", os.O_WRONLY), mode)

    with monkeypatch.context() as patch:
        patch.setattr("warpwatch.exporter.dumps.os.fdopen", full)
        it.write(seen())
        it.write(seen())
    assert names(tmp_path) == []
    it.write(seen())
    assert [record.getMessage() for record in caplog.records] == [
        f"debug dumps cannot be written to {tmp_path}: No space left on device",
        f"debug dumps are written to {tmp_path} again",
    ]
    assert len(names(tmp_path)) == 1


def test_there_is_one_a_minute_and_none_of_what_is_written_already(tmp_path: Path) -> None:
    clock = ManualClock(START)
    it = Dumps(tmp_path, clock, hours=24, compress=False)
    now: list[Seen | None] = [None]

    async def story() -> None:
        task = asyncio.create_task(it.run(lambda: now[0]))

        async def after(seconds: float) -> int:
            async with asyncio.timeout(10):
                while not clock._sleepers:  # noqa: SLF001  it is done with its turn
                    await asyncio.sleep(0.002)
                clock.advance(seconds)
                while not clock._sleepers:  # noqa: SLF001
                    await asyncio.sleep(0.002)
            return len(names(tmp_path))

        assert await after(1) == 0
        now[0] = seen(1)
        assert await after(1) == 1
        now[0] = seen(2)
        assert await after(EVERY - 1) == 1
        assert await after(1) == 2
        assert await after(EVERY) == 2
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())
