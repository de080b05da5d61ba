"""warpwatch record, and its recordings replayed, as a user does it."""

import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from process import environment, program, run
from warpwatch.expo.parse import parse
from warpwatch.samples.sample import Kind, Report
from warpwatch.sources.replay.reader import load

pytestmark = pytest.mark.process
Environment = dict[str, str]

FAULTY = Path(__file__).parents[1] / "recordings" / "faulty.wwrec.gz"


def record(path: Path, *arguments: str, env: Mapping[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "warpwatch", "record", "-o", str(path), *arguments],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(env),
    )


def reports(path: Path) -> list[Report]:
    recording = load(path)
    assert recording.closed
    said = [step.said for step in recording.steps()]
    recording.close()
    return [each for each in said if isinstance(each, Report)]


def test_a_recording_of_a_simulation(runtime: Environment, tmp_path: Path) -> None:
    path = tmp_path / "x.wwrec.gz"
    arguments = ("--source", "sim:2xT4", "--for", "500ms", "--interval", "200ms", "-o", str(path))
    done = run("record", *arguments, env=runtime)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "recording to" in done.stderr
    assert "from: simulated GPUs: 2xT4" in done.stderr
    told = reports(path)
    assert 2 <= len(told) <= 6
    # How long it took in the end is the machine's business.
    counted = (
        rf"{len(told)} readings of 2 devices in \d\.\d s, 0 events, {path.stat().st_size} bytes"
    )
    assert re.search(counted, done.stderr)
    again = run("record", *arguments, env=runtime)
    assert again.returncode == 1
    assert f"{path}: is there already" in again.stderr
    assert "--force" in again.stderr
    forced = run("record", *arguments, "--force", "--fields", "all", env=runtime)
    assert forced.returncode == 0
    assert len(reports(path)[0].readings[0].gaps) > len(told[0].readings[0].gaps)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_good_order(
    number: signal.Signals, runtime: Environment, tmp_path: Path
) -> None:
    path = tmp_path / "x.wwrec"
    with record(path, "--source", "sim:1xH100", "--interval", "100ms", env=runtime) as process:
        while not path.exists() or b'"is":"read"' not in path.read_bytes():
            pass
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "readings of" in said
    reports(path)


def test_a_list_of_counters_says_what_is_recorded(runtime: Environment, tmp_path: Path) -> None:
    listed, path = tmp_path / "list.csv", tmp_path / "x.wwrec"
    listed.write_text("DCGM_FI_DEV_GPU_TEMP, gauge, x\n")
    arguments = ("--source", "sim:1xT4", "--for", "100ms", "--fields", str(listed), "-o", str(path))
    done = run("record", *arguments, env=runtime)
    assert done.returncode == 0, done.stderr
    assert 150 in reports(path)[0].readings[0].values
    assert 155 not in reports(path)[0].readings[0].values


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 4, "no usable NVIDIA driver"),
        (("--source", "sim", "--for", "soon"), 2, "'--for': 'soon' is not a duration"),
        (("--source", "sim", "--interval", "10ms"), 2, "--interval 10ms is too short"),
        (("--source", "sim", "--fields", "most"), 1, "most: cannot be read"),
        (("--source", "replay:none"), 1, "'none': cannot be read: No such file"),
    ],
)
def test_what_it_refuses(
    arguments: tuple[str, ...], code: int, said: str, runtime: Environment, tmp_path: Path
) -> None:
    path = tmp_path / "x.wwrec"
    done = run("record", "-o", str(path), *arguments, env=runtime)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert not path.exists()


def test_a_recording_replayed_by_the_exporter(runtime: Environment) -> None:
    """Half a minute's story of four GPUs in little more than a moment."""
    source = f"replay:{FAULTY},speed=100"
    with program(
        "exporter", "--source", source, "-a", "127.0.0.1:0", "-c", "100", env=runtime
    ) as it:
        while "ended" not in (page := it.get("/metrics").text):
            pass
        found = parse(page)
        (info,) = found.named("warpwatch_source_info")
        assert info.labels["source"] == "replay"
        assert info.labels["simulated"] == "true"
        assert "faulty.wwrec.gz, recorded 20" in info.labels["detail"]
        assert found.named("warpwatch_gpus")[0].value == 4
        xids = {
            (sample.labels["gpu"], sample.labels["xid"]): sample.value
            for sample in found.named("warpwatch_gpu_xid_errors_total")
        }
        assert xids == {("0", "31"): 1, ("0", "94"): 1, ("1", "79"): 1}
        instances = {
            sample.labels["GPU_I_ID"] for sample in found.samples if "GPU_I_ID" in sample.labels
        }
        assert len(instances) == 3


def test_a_committed_recording_is_small_and_whole() -> None:
    assert FAULTY.stat().st_size < 60_000
    told = reports(FAULTY)
    assert {report.device.index for report in told} == {0, 1, 2, 3}
    assert {len(report.readings) for report in told if report.device.index == 3} == {1 + 3 + 12}


def test_a_damaged_recording_names_its_line(runtime: Environment, tmp_path: Path) -> None:
    path = tmp_path / "x.wwrec"
    path.write_text("all is well\n")
    done = run("exporter", "--source", f"replay:{path}", "-a", "127.0.0.1:0", env=runtime)
    assert done.returncode == 1
    assert f"{path}, line 1: does not begin a warpwatch recording" in done.stderr
    assert "next: make one: warpwatch record" in done.stderr


def test_a_recording_of_version_1_still_has_its_xids() -> None:
    recording = load(FAULTY)
    assert recording.header.version == 1
    said = [step.said for step in recording.steps()]
    recording.close()
    happened = [each for report in said if isinstance(report, Report) for each in report.events]
    assert {event.kind for event in happened} == {Kind.XID}
    assert 79 in {event.data for event in happened}


def test_a_full_disk_ends_a_recording_with_its_name(runtime: Environment, tmp_path: Path) -> None:
    output = tmp_path / "r.jsonl"
    output.symlink_to("/dev/full")
    done = run(
        "record", "--source", "sim:1xT4", "--for", "2s", "-o", str(output), "--force", env=runtime
    )
    assert done.returncode == 1
    assert f"{output}: cannot be written any more: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
