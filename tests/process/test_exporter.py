"""The exporter as a user starts it: flags, environment, reload, faults, and its end."""

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from process import Program, environment, program, run
from warpwatch.expo.parse import Exposition, parse

pytestmark = pytest.mark.process
Environment = dict[str, str]

SIM = ("exporter", "--source", "sim:2xH100", "-a", "127.0.0.1:0")
ONE = 'DCGM_FI_DEV_GPU_TEMP, gauge, "Temperature, in C."\n'


def page(it: Program) -> Exposition:
    while it.get("/-/ready").status != 200:
        pass
    return parse(it.get("/metrics").text)


def until(it: Program, wanted: str, value: float = 1.0) -> None:
    """Waits for a sample of a family to have a value; the program's own time-out bounds it."""
    deadline = time.monotonic() + 20
    while all(sample.value != value for sample in page(it).named(wanted)):
        assert time.monotonic() < deadline, f"{wanted} was never {value}"


def test_flags_as_dcgm_exporter_takes_them(runtime: Environment, tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text(ONE)
    flags = (f"-f={listed}", "-o=true", "-kubernetes=false", "--no-hostname", "-rbmn", "-c", "500")
    with program(*SIM, *flags, env=runtime) as it:
        (first, _) = page(it).named("DCGM_FI_DEV_GPU_TEMP")
        assert list(first.labels) == ["gpu", "uuid", "pci_bus_id", "device", "modelName"]
        assert first.labels["modelName"] == "NVIDIA-H100-80GB-HBM3"
        assert page(it).helps["DCGM_FI_DEV_GPU_TEMP"] == "Temperature, in C."


def test_the_environment_and_that_flags_win(runtime: Environment, tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text(ONE)
    names = {
        "DCGM_EXPORTER_LISTEN": "127.0.0.1:0",
        "DCGM_EXPORTER_COLLECTORS": str(listed),
        "DCGM_EXPORTER_KUBERNETES": "true",
        "WARPWATCH_EXPORTER__SOURCE": "sim:1xT4",
        "NODE_NAME": "from-env",
    }
    with program("exporter", "--hostname", "from-flag", env=runtime | names) as it:
        (only,) = page(it).named("DCGM_FI_DEV_GPU_TEMP")
        assert only.labels["Hostname"] == "from-flag"
        assert only.labels["modelName"] == "Tesla T4"
        assert "pod" in only.labels


def test_flags_without_effect_are_accepted_with_a_warning(runtime: Environment) -> None:
    flags = ("-r", "nv-hostengine:5555", "--dcgm-log-level", "DEBUG", "--fake-gpus")
    with program(*SIM, *flags, env=runtime) as it:
        for name in ("--remote-hostengine-info", "--dcgm-log-level", "--fake-gpus"):
            assert "no effect" in it.wait_for(f"{name} is accepted")
        assert len(page(it).named("DCGM_FI_DEV_GPU_TEMP")) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--colectors", "x"), 2, "'--collectors'"),
        (("--compat", "5"), 2, "'5' is not one of 'classic', '4.8.3'"),
        (("--collect-interval", "soon"), 2, "'soon' is not a valid integer"),
        (("--web-config-file", "x.yml"), 1, "x.yml: cannot be read"),
        (("--web-systemd-socket",), 2, "systemd has handed over no socket"),
        (("--config", "x.toml"), 1, "x.toml: is not there"),
        (("-m", "nonsense"), 2, "'nonsense' is not namespace:name"),
        (("-m", "gpu:counters"), 1, "KUBERNETES_SERVICE_HOST: is not set"),
        (("-a", "nowhere"), 2, "'nowhere' is not host:port"),
        (("--source", "smi"), 2, "--source 'smi' is not known"),
        (("--source", "sim:8xH900"), 1, "H900"),
        (("-f", "/nonexistent/list.csv"), 1, "/nonexistent/list.csv: cannot be read"),
        (("-d", "q"), 2, "-d"),
    ],
)
def test_a_bad_start_says_what_is_wrong(
    arguments: tuple[str, ...], code: int, said: str, runtime: Environment
) -> None:
    done = run("exporter", "-a", "127.0.0.1:0", *arguments, env=runtime)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_bad_environment_names_the_variable(runtime: Environment) -> None:
    done = run("exporter", env=runtime | {"DCGM_EXPORTER_KUBERNETES": "perhaps"})
    assert done.returncode == 2
    assert "DCGM_EXPORTER_KUBERNETES='perhaps' is not true or false" in done.stderr


def test_a_bad_list_names_file_line_and_column(runtime: Environment, tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("# mine\nDCGM_FI_DEV_GPU_TEMPP, gauge, x\n")
    done = run(*SIM, "-f", str(listed), env=runtime)
    assert done.returncode == 1
    assert f"{listed}, line 2, column 1: unknown field 'DCGM_FI_DEV_GPU_TEMPP'" in done.stderr
    assert "next: the nearest name is DCGM_FI_DEV_GPU_TEMP" in done.stderr


def test_a_taken_port_names_its_holder(runtime: Environment) -> None:
    with program(*SIM, env=runtime) as it:
        port = it.url.rpartition(":")[2]
        done = run("exporter", "--source", "sim", "-a", f"127.0.0.1:{port}", env=runtime)
        assert done.returncode == 4
        assert f"held by process {it.process.pid}" in done.stderr


def test_without_a_driver_the_page_is_200_and_says_why(runtime: Environment) -> None:
    with program("exporter", "-a", "127.0.0.1:0", env=runtime) as it:
        found = page(it)
        (info,) = found.named("warpwatch_source_info")
        assert info.labels["source"] == "none"
        assert info.labels["simulated"] == "false"
        assert "no usable NVIDIA driver" in info.labels["detail"]
        assert found.named("warpwatch_gpus")[0].value == 0
        assert not [s for s in found.samples if s.name.startswith("DCGM_")]
        assert "no usable NVIDIA driver" in it.get("/").text


def test_a_changed_list_is_taken_and_a_bad_one_is_not(runtime: Environment, tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text(ONE)
    with program(*SIM, "-f", str(listed), "-c", "100", env=runtime) as it:
        assert not page(it).named("DCGM_FI_DEV_SM_CLOCK")
        listed.write_text(f"{ONE}DCGM_FI_DEV_SM_CLOCK, gauge, x\n")
        it.wait_for("read anew: 2 families")
        while not page(it).named("DCGM_FI_DEV_SM_CLOCK"):
            pass
        listed.write_text("nonsense\n")
        it.wait_for("the old list stays in force")
        until(it, "warpwatch_counters_reload_success", 0)
        assert page(it).named("DCGM_FI_DEV_SM_CLOCK")
        listed.write_text(ONE)
        until(it, "warpwatch_counters_reload_success", 1)
        assert not page(it).named("DCGM_FI_DEV_SM_CLOCK")


def test_sighup_reads_the_list_anew_even_if_nothing_changed(
    runtime: Environment, tmp_path: Path
) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text(ONE)
    with program(*SIM, "-f", str(listed), env=runtime) as it:
        page(it)
        for _ in range(5):
            it.signal(signal.SIGHUP)
        it.wait_for("read anew: 1 families")
        assert page(it).named("DCGM_FI_DEV_GPU_TEMP")


def test_what_is_served_beside_the_metrics(runtime: Environment) -> None:
    with program(*SIM, env=runtime) as it:
        page(it)
        assert it.get("/health").text == "OK\n"
        assert it.get("/-/healthy").status == 200
        landing = it.get("/")
        assert landing.headers["content-type"] == "text/html; charset=utf-8"
        assert "Simulated data" in landing.text
        assert "NVIDIA H100 80GB HBM3" in landing.text
        missing = it.get("/metric")
        assert (missing.status, "/metrics" in missing.text) == (404, True)


def test_formats_and_compression_are_negotiated(runtime: Environment) -> None:
    with program(*SIM, env=runtime) as it:
        page(it)
        new = it.get("/metrics", accept="text/plain;version=1.0.0;escaping=underscores")
        kind = "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"
        assert new.headers["content-type"] == kind
        squeezed = it.get("/metrics", accept_encoding="gzip")
        assert squeezed.headers["content-encoding"] == "gzip"
        assert b"DCGM_FI_DEV_GPU_TEMP" in gzip.decompress(squeezed.body)
        assert len(squeezed.body) * 4 < len(gzip.decompress(squeezed.body))
        assert "content-encoding" not in it.get("/metrics").headers


def test_all_scrapers_of_a_moment_get_the_same_bytes(runtime: Environment) -> None:
    with program(*SIM, "-c", "60000", env=runtime) as it:
        page(it)
        assert len({it.get("/metrics").body for _ in range(5)}) == 1


def test_a_hung_gpu_costs_its_own_series_only(runtime: Environment) -> None:
    with program(*SIM, "-c", "100", env=runtime) as it:
        page(it)
        assert run("sim", "inject", "hang", "--gpu", "1", env=runtime).returncode == 0
        until(it, "warpwatch_gpu_hung")
        found = page(it)
        hung = {s.labels["gpu"]: s.value for s in found.named("warpwatch_gpu_hung")}
        assert hung == {"0": 0, "1": 1}
        assert "0" in {s.labels["gpu"] for s in found.named("DCGM_FI_DEV_GPU_TEMP")}
        # Leaving ends the program while the call still hangs.


def test_an_injected_xid_is_counted_and_stays_the_last_one(runtime: Environment) -> None:
    with program(*SIM, "-c", "100", env=runtime) as it:
        page(it)
        done = run("sim", "inject", "xid", "code=31", "--gpu", "1", env=runtime)
        assert "fault 1: xid on" in done.stdout
        until(it, "warpwatch_gpu_xid_errors_total")
        (counted,) = page(it).named("warpwatch_gpu_xid_errors_total")
        assert (counted.labels["gpu"], counted.labels["xid"]) == ("1", "31")
        sticky = {s.labels["gpu"]: s.value for s in page(it).named("DCGM_FI_DEV_XID_ERRORS")}
        assert sticky == {"0": 0, "1": 31}
        refused = run("sim", "inject", "xidd", env=runtime)
        assert refused.returncode == 1
        assert "did you mean 'xid'" in refused.stderr


def test_a_lost_gpu_keeps_its_last_xid_and_its_labels(runtime: Environment) -> None:
    with program(*SIM, "-c", "100", env=runtime) as it:
        page(it)
        run("sim", "inject", "lost", "--gpu", "0", env=runtime)
        until(it, "DCGM_FI_DEV_XID_ERRORS", 79)
        last = next(s for s in page(it).named("DCGM_FI_DEV_XID_ERRORS") if s.value == 79)
        assert last.labels["DCGM_FI_DRIVER_VERSION"]
        gaps = page(it).named("warpwatch_gpu_gap")
        assert {s.labels["reason"] for s in gaps if s.labels["gpu"] == "0"} == {"lost"}
        success = {
            s.labels["gpu"]: s.value for s in page(it).named("warpwatch_gpu_collect_success")
        }
        assert success == {"0": 0, "1": 1}


def test_no_simulation_to_break_is_said(runtime: Environment) -> None:
    done = run("sim", "inject", "lost", env=runtime)
    assert done.returncode == 4
    assert "no simulation runs here" in done.stderr


def test_a_reader_that_had_enough_is_left_quietly(runtime: Environment) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        ended = subprocess.run(
            [sys.executable, "-m", "warpwatch", "sim", "faults"],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(runtime),
            check=False,
        )
    assert ended.stderr == ""
