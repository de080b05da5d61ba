"""The commands as people type them: of a source, of a real Prometheus, and of neither."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from backends import fleet as fleet_of
from backends import played
from process import program, run
from promserver import prometheus
from served import served
from warpwatch.cli import main
from warpwatch.rules.render import Options, rendered

COUNTERS = Path(__file__).parents[2] / "deploy" / "generated" / "warpwatch-counters.csv"
SIM = ("--source", "sim:2xH100")
MIG = """
seed = 7
[[gpus]]
board = "H100"
count = 1
workload = "inference"
mig = ["3g.40gb", "2g.20gb"]
"""
JOB = """
seed = 7
[[gpus]]
board = "H100"
count = 3
workload = "training"
"""


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs on this machine is no business of these tests."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path))


def here(*words: str) -> tuple[int, str, str]:
    """In this process, as starting another takes longer than what it does."""
    out, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(errors):
        code = main.run(words)
    return code, out.getvalue(), errors.getvalue()


def told(*words: str, code: int = 0) -> str:
    ended, out, errors = here(*words)
    assert ended == code, out + errors
    return out if not code else errors


@pytest.mark.process
def test_of_a_source() -> None:
    done = run("get", "gpus", *SIM)
    assert done.returncode == 0, done.stderr
    heads, *lines = done.stdout.splitlines()
    assert heads.split()[:3] == ["NODE", "GPU", "MODEL"]
    assert [line.split()[1] for line in lines] == ["0", "1"]
    assert all(line.endswith("simulated") for line in lines)
    assert "SIMULATED: no such number is of a real GPU" in done.stderr

    assert told("get", "gpu", *SIM, "--no-headers", "-l", "gpu=1").split()[1] == "1"
    wide = told("get", "g", *SIM, "-o", "wide", "--sort-by", "gpu", "--reverse").splitlines()
    assert "UUID" in wide[0]
    assert wide[1].split()[2] == "1"
    rows = list(csv.DictReader(io.StringIO(told("get", "gpus", *SIM, "-o", "csv"))))
    assert [row["gpu"] for row in rows] == ["0", "1"]
    assert rows[0]["throttled_ratio"] == ""
    assert float(rows[0]["memory_total_bytes"]) > 70 * 2**30
    assert told("get", "nodes", *SIM, "-o", "csv", "--no-headers").count("\n") == 1
    assert "gpus_sum" in told("get", "jobs", *SIM, "-o", "json")


@pytest.mark.process
def test_of_a_gpu_that_is_divided(tmp_path: Path) -> None:
    scenario = tmp_path / "mig.toml"
    scenario.write_text(MIG)
    source = ("--source", f"sim:{scenario}")
    whole = json.loads(told("get", "gpus", *source, "-o", "json"))
    assert [item["gpu"] for item in whole["items"]] == ["0"]
    parts = json.loads(told("get", "gpus", "--mig", *source, "-o", "json"))
    assert [item["profile"] for item in parts["items"]] == ["", "3g.40gb", "2g.20gb"]
    name = parts["items"][1]["gpu"]
    assert told("describe", "gpu", name, *source).split()[:3] == ["gpu", name, "on"]


@pytest.mark.process
def test_dmon() -> None:
    told_ = told("dmon", *SIM, "-e", "155,GPUTL,DCGM_FI_DEV_FB_USED", "-c", "2", "-d", "100")
    lines = told_.splitlines()
    assert lines[0].split() == ["#Entity", "POWER", "GPUTL", "FBUSD"]
    assert lines[1].split() == ["ID", "W", "%", "MiB"]
    assert [line.split()[:2] for line in lines[2:]] == [["GPU", "0"], ["GPU", "1"]] * 2
    assert len(told("dmon", *SIM, "-i", "1", "-c", "1").splitlines()) == 3
    assert "there is no GPU 9" in told("dmon", *SIM, "-i", "9", "-c", "1", code=2)
    assert "GPUTL    203  DCGM_FI_DEV_GPU_UTIL" in told("dmon", "--list")


WITHOUT = """
import sys
sys.modules["textual"] = sys.modules["rich"] = None
from warpwatch.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


def without_textual(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", WITHOUT, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.process
def test_top_once_needs_no_textual() -> None:
    done = without_textual("top", "--once", *SIM)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "SIMULATED  2 GPUs" in lines[0]
    assert [line.split()[0] for line in lines[2:4]] == ["0", "1"]
    jobs = told("top", "--once", "--view", "jobs", "--sort-by", "idle", *SIM)
    assert "IDLE" in jobs.splitlines()[1]
    done = without_textual("top", "--once", "--ascii", "--view", "tiles", *SIM)
    assert done.stdout.splitlines()[2].isascii()


@pytest.mark.process
def test_top_without_textual_says_what_to_do() -> None:
    ours, its = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "top", *SIM],
        stdin=its, stdout=its, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(ours)
    os.close(its)
    assert done.returncode == 2
    assert "needs Textual" in done.stderr
    assert "warpwatch[tui]" in done.stderr


@pytest.mark.process
@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("top", *SIM), 2, "there is no terminal to draw on"),
        (("top", "--once", *SIM, "--sort-by", "nope"), 2, "to sort by"),
        (("top", "--once", "--view", "jobs", *SIM, "--sort-by", "temp"), 2, "to sort by"),
        (("get", "gpus", *SIM, "--prometheus", "http://127.0.0.1:1"), 2, "do not go together"),
        (("get", "alerts", *SIM), 2, "alerts are worked out by a Prometheus"),
        (("get", "gpus", "--prometheus", "http://127.0.0.1:1"), 4, "Connection refused"),
        (("get", "gpus", *SIM, "-l", "x=1"), 2, "there is no 'x' to select by"),
        (("describe", "gpu", "9", *SIM), 1, "is not there"),
        (("dmon", *SIM, "-e", "GPUUT"), 2, "'GPUUT' is no field"),
        (("get", "gpus", "--source", "what"), 2, "'what' is not known"),
    ],
)
def test_what_is_wrong_is_told(words: tuple[str, ...], code: int, message: str) -> None:
    assert message in told(*words, code=code)


@pytest.mark.process
def test_without_a_prometheus_the_driver_is_read() -> None:
    code, _, errors = here("get", "gpus")
    assert code in {0, 4}
    if code:
        assert "no GPUs: " in errors
        assert "--source sim" in errors


@pytest.mark.process
def test_a_prometheus_without_rules_is_told_of() -> None:
    nothing = json.dumps({"status": "success", "data": {"resultType": "vector", "result": []}})
    with served({"/api/v1/query": nothing}) as url:
        code, out, errors = here("get", "gpus", "--prometheus", url)
        assert (code, out) == (0, "")
        assert "no neutral series of a GPU" in errors
        assert "warpwatch doctor" in errors
        assert "no neutral series" in told("top", "--once", "--prometheus", url)


@pytest.mark.process
@pytest.mark.parametrize(
    "words",
    [
        ("get", "gpus"),
        ("get", "alerts"),
        ("describe", "gpu", "0"),
        ("describe", "job", "7"),
        ("top", "--once"),
    ],
)
def test_what_is_no_prometheus_has_a_next_step(words: tuple[str, ...]) -> None:
    with served({}) as url:
        errors = told(*words, "--prometheus", url, code=4)
    assert "404" in errors
    assert "  next: " in errors
    assert "whether this is the address of a Prometheus, with its path prefix" in errors


@pytest.mark.process
def test_what_refuses_in_words_of_its_own_has_a_next_step_too() -> None:
    with served({"/api/v1/query": (501, "<html>Unsupported method</html>")}) as url:
        errors = told("get", "gpus", "--prometheus", url, code=4)
    assert "HTTP 501" in errors
    assert "  next: look whether this is the address of a Prometheus" in errors


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    """The real exporter in a real Prometheus with the rules: one GPU is lost, and one hangs."""
    home = tmp_path_factory.mktemp("fleet")
    (home / "run").mkdir()
    env = {"XDG_RUNTIME_DIR": str(home / "run")}
    for name, text in rendered(Options(hurry=60)):
        (home / name).write_text(text)
    rules = ", ".join(str(path) for path in home.glob("*.yaml"))
    (home / "job.toml").write_text(JOB)
    words = (
        "--source",
        f"sim:{home / 'job.toml'}",
        "-a",
        "127.0.0.1:0",
        "--collectors",
        str(COUNTERS),
    )
    with program("exporter", *words, "--processes", "-k", "--slurm", env=env) as it:
        discovery = f"static_configs: [{{targets: ['{it.url.removeprefix('http://')}']}}]"
        with prometheus(home, discovery, rules) as server:
            server.wait("count(gpu_owner:share:ratio)", "3")
            assert run("sim", "inject", "lost", "--gpu", "1", env=env).returncode == 0
            assert run("sim", "inject", "hang", "--gpu", "2", env=env).returncode == 0
            failing = 'count(ALERTS{alertname="GPUCollectionFailing", alertstate="firing"})'
            server.wait(failing, "2")
            server.wait('count(ALERTS{alertname="GPUHung", alertstate="firing"})', "1")
            server.wait("count(workload:gpus:sum) > bool 0", "1")
            server.wait("count(gpu:power:watts)", "1")
            server.wait("count(gpu:activity:ratio)", "1")
            yield server.url, server


@pytest.mark.process
@pytest.mark.binaries
def test_of_a_real_prometheus(fleet: tuple[str, Any]) -> None:
    url, server = fleet
    there = ("--prometheus", url)
    document = json.loads(told("get", "gpus", *there, "-o", "json"))
    assert document["simulated"] is True
    first, second, third = document["items"]
    assert [item["gpu"] for item in document["items"]] == ["0", "1", "2"]
    assert first["state"] == "ok"
    assert first["activity_ratio"] is not None
    assert second["state"] == "no reading"
    assert "GPUCollectionFailing" in second["alerts"]
    assert second["power_watts"] is None
    assert third["state"] == "hung"
    assert "GPUHung" in third["alerts"]
    # What hangs or is lost was somebody's.
    assert all(item["work"] for item in document["items"])

    (node,) = json.loads(told("get", "nodes", *there, "-o", "json"))["items"]
    assert node["node"] == first["node"]
    assert "GPUHung" in node["alerts"]
    jobs = json.loads(told("get", "jobs", *there, "-o", "json"))["items"]
    assert jobs
    assert all(job["gpus_sum"] is not None for job in jobs)
    alerts = told("get", "alerts", *there, "-l", "alert=GPUHung", "--no-headers")
    assert alerts.split()[1:3] == ["GPUHung", "firing"]

    described = told("describe", "gpu", f"{first['node']}:2", *there)
    pairs = {tuple(line.split()) for line in described.splitlines()}
    assert {("alert", "GPUHung"), ("power", "-")} <= pairs
    (work,) = (line for line in described.splitlines() if line.startswith("work "))
    assert "last known: 100% of it: " in work
    assert "GPUHung" in told("describe", "node", first["node"], *there)
    (job,) = jobs
    described = told("describe", "job", job["job"] or job["pod"], *there)
    lines = [line.split(maxsplit=1) for line in described.splitlines()]
    assert ["spread", "-"] in lines
    assert f"{first['node']}:1, {first['node']}:2, not read now" in described
    assert any(line[0] == "since" and line[1].startswith("at least") for line in lines if line)
    assert server.complaints() == []


@pytest.mark.process
@pytest.mark.binaries
def test_top_of_a_real_prometheus(fleet: tuple[str, Any]) -> None:
    url, _ = fleet
    lines = told("top", "--once", "--prometheus", url).splitlines()
    assert "SIMULATED  3 GPUs" in lines[0]
    assert "not read" in lines[0]
    marked = [line for line in lines[2:5] if line.startswith(" !")]
    assert any("hung" in line for line in marked)
    assert told("top", "--once", "--prometheus", url, "--node", "nobody").count("no GPU on node")
    processes = told("top", "--once", "--prometheus", url, "--view", "processes").splitlines()
    assert processes[1].split()[:3] == ["GPU", "PID", "USER"]


@pytest.mark.parametrize("words", [("node", "n001"), ("gpu", "n001:2")])
def test_of_one_node_only_that_is_asked_for(words: tuple[str, str]) -> None:
    known = fleet_of(nodes=2, gpus=4)
    with played(known) as url:
        here("describe", *words, "--prometheus", url)
    asked = [query for _, query in known.asked if query.startswith("{__name__=~")]
    assert asked
    assert all('node="n001"' in query for query in asked)


def test_what_is_not_there_is_told_beside_what_is() -> None:
    with played(fleet_of(nodes=2, gpus=1)) as url:
        for words in (("node", "n009"), ("gpu", "n009:0")):
            errors = told("describe", *words, "--prometheus", url, code=1)
            assert "is not there" in errors
            assert "n000" in errors
