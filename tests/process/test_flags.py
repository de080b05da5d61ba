"""Flags of dcgm-exporter that change what a user sees, each given as a user gives it."""

import json
import socket
import time
from datetime import datetime
from pathlib import Path

import pytest

from process import PATIENCE, Program, program
from warpwatch.expo.parse import Exposition, parse

pytestmark = pytest.mark.process
Environment = dict[str, str]
SIM = ("exporter", "--source", "sim:2xT4", "-a", "127.0.0.1:0", "-c", "200")
LIST = (
    "DCGM_FI_DEV_GPU_TEMP, gauge, x\nDCGM_EXP_XID_ERRORS_COUNT, gauge, x\n"
    "DCGM_EXP_CLOCK_EVENTS_COUNT, gauge, x\n"
)


@pytest.fixture
def listed(tmp_path: Path) -> str:
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    return str(path)


def page(it: Program) -> Exposition:
    return parse(it.get("/metrics").text)


def labels(it: Program, name: str, label: str) -> set[str]:
    return {sample.labels.get(label, "") for sample in page(it).named(name)}


def test_windows_are_as_long_as_was_said(runtime: Environment, listed: str) -> None:
    windows = ("-x", "60000", "--clock-events-count-window-size", "7000")
    with program(*SIM, "-f", listed, *windows, env=runtime) as it:
        length = "window_size_in_ms"
        assert labels(it, "DCGM_EXP_XID_ERRORS_COUNT", length) == {"60000"}
        assert labels(it, "DCGM_EXP_CLOCK_EVENTS_COUNT", length) == {"7000"}


def test_chosen_devices_alone_are_shown(runtime: Environment) -> None:
    with program(*SIM, "-d", "g:1", env=runtime) as it:
        assert labels(it, "DCGM_FI_DEV_GPU_TEMP", "gpu") == {"1"}


def test_the_old_namespace_has_its_labels(runtime: Environment) -> None:
    with program(*SIM, "-k", "-o", env=runtime) as it:
        (first, _) = page(it).named("DCGM_FI_DEV_GPU_TEMP")
        assert {"uuid", "pod_name", "pod_namespace", "container_name"} <= first.labels.keys()
        assert not {"UUID", "pod", "namespace", "container"} & first.labels.keys()


def test_host_and_blanks_are_left_out(runtime: Environment) -> None:
    with program(*SIM, "-n", "-rbmn", env=runtime) as it:
        (first, _) = page(it).named("DCGM_FI_DEV_GPU_TEMP")
        assert first.labels["modelName"] == "Tesla-T4"
        assert "Hostname" not in first.labels


@pytest.mark.parametrize(("flags", "status"), [((), 200), (("--health-require-gpus",), 503)])
def test_health_may_depend_on_gpus(
    flags: tuple[str, ...], status: int, runtime: Environment
) -> None:
    without = ("exporter", "--source", "nvml", "-a", "127.0.0.1:0")
    with program(*without, *flags, env=runtime) as it:
        assert it.get("/health").status == status
        assert it.get("/-/healthy").status == 200
    with program(*SIM, *flags, env=runtime) as it:
        assert it.get("/health").status == 200


def test_log_lines_may_be_json_and_tell_more(runtime: Environment) -> None:
    with program(*SIM, "--log-format", "json", "--debug", env=runtime) as it:
        it.get("/metrics")
    lines = [json.loads(line) for line in it.log().splitlines()]
    assert any("serving http://" in line["message"] for line in lines)
    assert {"time", "level", "logger", "message"} <= set.intersection(*map(set, lines))
    assert "debug" in {line["level"] for line in lines}
    assert all(datetime.fromisoformat(line["time"]).tzinfo for line in lines)


def test_connections_beyond_the_limit_are_told_to_come_later(runtime: Environment) -> None:
    with program(*SIM, "--max-concurrent-scrapes", "2", env=runtime) as it:
        where = ("127.0.0.1", int(it.url.rpartition(":")[2]))
        first, second = socket.create_connection(where), socket.create_connection(where)
        with first, second:
            deadline = time.monotonic() + PATIENCE
            while it.get("/metrics").status != 503:
                assert time.monotonic() < deadline
        while it.get("/metrics").status != 200:
            assert time.monotonic() < deadline


def test_dumps_are_written_where_and_how_it_was_said(runtime: Environment, tmp_path: Path) -> None:
    folder = tmp_path / "dumps"
    flags = ("--dump-enabled", "--dump-directory", str(folder), "--dump-compression=false")
    with program(*SIM, *flags, env=runtime):
        deadline = time.monotonic() + PATIENCE
        while not (found := list(folder.glob("*.json"))):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert json.loads(found[0].read_text())["source"]["name"] == "sim"


def test_a_settings_file_of_the_originals_is_followed(
    runtime: Environment, tmp_path: Path, listed: str
) -> None:
    file = tmp_path / "dcgm.yaml"
    field = "{name: DCGM_FI_DEV_SM_CLOCK, prometheusType: gauge, help: Mine}"
    file.write_text(f"version: 1\nmetrics: {{fields: [{field}]}}\n")

    def families(*flags: str) -> set[str]:
        with program(*SIM, "--config-file", str(file), *flags, env=runtime) as it:
            return {s.name for s in page(it).samples if s.name.startswith("DCGM_")}

    assert families() == {"DCGM_FI_DEV_SM_CLOCK"}
    assert "DCGM_FI_DEV_GPU_TEMP" in families("-f", listed), "a flag wins over the file"
