"""The real programs around the real exporter: what a user gets from `up`, and what is left."""

import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from process import run
from rig import UP, Rig, alive, needs_binaries, wait_until
from warpwatch.expo.parse import parse
from warpwatch.rules.render import Options, rendered

pytestmark = [pytest.mark.process, pytest.mark.binaries, needs_binaries]

PROGRAMS = ("prometheus", "alertmanager", "node_exporter")


def _says(console: str, token: str = "") -> str:
    """Who we are to a console."""
    headers = {"Authorization": f"Bearer {token.strip()}"} if token else {}
    request = urllib.request.Request(f"{console}api/v1/session", headers=headers)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return str(json.load(answer)["role"])


def test_everything_runs_is_scraped_and_is_told_of(rig: Rig) -> None:
    (rig.state / "rules").mkdir(parents=True)
    (rig.state / "rules" / "of_another_version.yaml").write_text("groups: []\n")
    with rig.up() as it:
        status = rig.status()
        assert {part["name"]: part["state"] for part in status["parts"]} == dict.fromkeys(
            ("exporter", *PROGRAMS, "console"), "ready"
        )
        assert (status["simulated"], status["complete"]) == (True, True)
        rig.wait("count(up == 1)", ["4"])
        assert _says(rig.parts()["console"]["url"]) == "viewer"
        token = rig.state / "console.token"
        assert token.stat().st_mode & 0o777 == 0o600
        assert _says(rig.parts()["console"]["url"], token.read_text()) == "operator"
        rig.wait("count(DCGM_FI_DEV_GPU_TEMP)", ["1"])
        rig.wait("count(DCGM_FI_DEV_ENFORCED_POWER_LIMIT)", ["1"])  # in no default list
        rig.wait("prometheus_notifications_alertmanagers_discovered", ["1"])
        assert rig.query("count(node_cpu_seconds_total) > bool 0") == ["1"]
        assert rig.query("sum(prometheus_rule_evaluation_failures_total)") == ["0"]
        assert rig.query("prometheus_config_last_reload_successful") == ["1"]
        rules = {path.name for path in (rig.state / "rules").iterdir()}
        assert rules == {name for name, _ in rendered(Options())}
        it.wait_for("stop")
        shown = it.log()
        for part in status["parts"]:
            assert part["url"] in shown
            assert part["version"] in shown
        assert rig.run("status").count("ready") == 5
    assert not any(map(alive, (part["pid"] for part in status["parts"] if part["pid"])))
    assert (rig.state / "prometheus" / "wal").is_dir()
    assert run("status", env=rig.env).returncode == 3


def test_a_list_of_counters_that_is_named_is_the_one_that_is_served(
    rig: Rig, tmp_path: Path
) -> None:
    file = tmp_path / "few.csv"
    file.write_text("DCGM_FI_DEV_GPU_TEMP, gauge, Temperature.\n")
    rig.env["DCGM_EXPORTER_COLLECTORS"] = str(file)
    with rig.up() as it:
        page = parse(it.get("/metrics").text)
    names = {sample.name for sample in page.samples if sample.name.startswith("DCGM_")}
    assert names == {"DCGM_FI_DEV_GPU_TEMP"}


def test_a_child_that_is_killed_is_started_again_and_that_is_said(rig: Rig) -> None:
    with rig.up() as it:
        before = {name: rig.wait_ready(name) for name in PROGRAMS}
        for part in before.values():
            os.kill(part["pid"], signal.SIGKILL)
        for name, part in before.items():
            after = rig.wait_ready(name, other_than=part["pid"])
            assert (after["url"], after["restarts"]) == (part["url"], 1)
            it.wait_for(f"{name} ended by SIGKILL")
        assert rig.run("status").count("started again once") == 3


def test_nothing_outlives_an_up_that_is_killed_and_the_next_one_starts(rig: Rig) -> None:
    rig.run(*UP, "--detach")
    killed, children = rig.status()["pid"], rig.children()
    assert len(children) == 3
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not any(map(alive, children)), "the children end with it")
    assert rig.status() is None
    assert (rig.state / "running.json").exists()
    assert "nothing ran" in rig.run("down")
    with rig.up():
        assert not set(rig.children()) & set(children)


def test_in_the_background_it_runs_until_down_and_wipe_leaves_nothing(rig: Rig) -> None:
    said = rig.run(*UP, "--detach")
    status = rig.status()
    assert all(part["url"] in said for part in status["parts"])
    assert os.getsid(status["pid"]) == status["pid"]
    children = rig.children()
    again = rig.run("up", "--detach").splitlines()
    (told,) = [line for line in again if line not in said.splitlines()]
    assert "runs already, so nothing was started" in told
    assert f"stopped process {status['pid']}" in rig.run("down")
    assert not any(map(alive, [status["pid"], *children]))
    assert sorted(path.name for path in rig.home.joinpath("state").iterdir()) == ["warpwatch"]
    wiped = rig.run("down", "--wipe")
    assert f"removed {rig.state}" in wiped
    assert not rig.state.exists()
    assert not rig.cache.exists()


def test_a_second_up_says_what_runs_and_starts_nothing(rig: Rig) -> None:
    with rig.up() as it:
        done = run(*UP, env=rig.env)
        assert done.returncode == 0
        assert f"{it.url}/metrics" in done.stdout
        assert f"process {it.process.pid}" in done.stdout
        assert "runs already, so nothing was started" in done.stdout
        assert len(rig.children()) == 3


def test_a_port_that_is_taken_is_left_and_its_holder_named(rig: Rig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        env = rig.env | {"WARPWATCH_STACK__ALERTMANAGER": f"127.0.0.1:{port}"}
        done = run(*UP, "--detach", env=env)
        assert done.returncode == 0, done.stderr
        moved = rig.parts()["alertmanager"]["url"].removeprefix("http://")
        assert moved != f"127.0.0.1:{port}"
        assert f"held by process {os.getpid()}" in done.stdout
        assert moved in (rig.state / "prometheus.yml").read_text()
        rig.run("down")


def test_a_storage_that_prometheus_refuses_is_moved_aside_once(rig: Rig) -> None:
    damaged = rig.state / "prometheus" / "chunks_head"
    damaged.mkdir(parents=True)
    (damaged / "000001").write_bytes(b"neither a head nor chunks" * 10)
    with rig.up():
        rig.wait_ready("prometheus")
        assert rig.parts()["prometheus"]["restarts"] == 1
        assert (rig.state / "damaged" / "chunks_head" / "000001").exists()


def test_a_configuration_that_is_refused_starts_nothing_and_says_why(rig: Rig) -> None:
    rig.settings('[[stack.scrape]]\njob = "app"\ntargets = ["no port://"]\n')
    done = run(*UP, env=rig.env)
    assert done.returncode == 1
    assert "no port://" in done.stderr
    assert "promtool check config" in done.stderr
    assert rig.status() is None


def test_debians_prometheus_without_kubernetes_is_refused_with_the_reason(rig: Rig) -> None:
    rig.settings('[[stack.scrape]]\njob = "pods"\nkubernetes = {role = "pod"}\n')
    done = run(*UP, "--detach", env=rig.env)
    if done.returncode == 0:
        rig.run("down")
        pytest.skip("this Prometheus can discover in Kubernetes")
    assert "kubernetes_sd_configs is something that this version of Prometheus" in done.stderr


def test_an_existing_prometheus_is_looked_at_and_nothing_is_started(rig: Rig) -> None:
    with rig.up() as there:
        url = rig.parts()["prometheus"]["url"]
        other = Rig(rig.home / "other")
        done = run(*UP, "--detach", "--prometheus", url, env=other.env)
        assert done.returncode == 0, done.stderr
        assert f"prometheus at {url} answers: 2." in done.stdout or "answers: 3." in done.stdout
        assert set(other.parts()) == {"exporter", "console"}
        assert _says(other.parts()["console"]["url"]) == "viewer"
        assert there.process.poll() is None
        other.run("down")


def test_an_existing_prometheus_that_does_not_answer_is_an_error(rig: Rig) -> None:
    done = run(*UP, "--prometheus", "http://127.0.0.1:1", env=rig.env)
    assert done.returncode == 4
    assert "http://127.0.0.1:1/api/v1/status/buildinfo: Connection refused" in done.stderr


def test_a_whole_fleet_is_found_in_the_demonstration(rig: Rig) -> None:
    words = ("up", "--demo=mig", "--detach", "--address", "127.0.0.1:0")
    assert "16 simulated nodes of 8 GPUs" in rig.run(*words)
    targets = rig.parts()["exporter"]["url"]
    with urllib.request.urlopen(targets) as answer:  # noqa: S310
        nodes = [group["labels"] for group in json.load(answer)]
    assert len(nodes) == 16
    page = targets.removesuffix("/sd") + nodes[0]["__metrics_path__"]
    with urllib.request.urlopen(page) as answer:  # noqa: S310
        temperatures = parse(answer.read().decode()).named("DCGM_FI_DEV_FB_USED")
    assert sorted(s.labels.get("GPU_I_PROFILE", "") for s in temperatures) == [
        *[""] * 7, "1g.10gb", "1g.10gb", "2g.20gb", "3g.40gb",
    ]  # fmt: skip
    assert f"{targets}" in (rig.state / "prometheus.yml").read_text()
    rig.run("down")


@pytest.fixture
def small_disk(rig: Rig) -> Iterator[Path]:
    """The state directory on a disk of its own, where this user may mount one."""
    rig.state.parent.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(rig.state.parent)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount anything")
    yield rig.state.parent
    rig.end()
    subprocess.run(["umount", "--lazy", str(rig.state.parent)], check=True)


def fill(disk: Path) -> Path:
    """Until nothing more goes onto it."""
    with (disk / "fill").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(512))
    return disk / "fill"


def test_a_full_disk_is_told_of_and_got_over(rig: Rig, small_disk: Path) -> None:
    with rig.up() as it:
        filling = fill(small_disk)
        os.kill(rig.parts()["node_exporter"]["pid"], signal.SIGKILL)
        it.wait_for("status cannot be written: .*No space left on device")
        assert f"{rig.state}: 0 MiB are free" in str(rig.status()["notes"])
        found = run("doctor", env=rig.env).stdout
        assert f"{rig.state}: 0 MiB are free; without any, what is measured is lost" in found
        assert "next: make room" in found
        filling.unlink()
        os.kill(rig.parts()["alertmanager"]["pid"], signal.SIGKILL)
        wait_until(lambda: rig.parts()["alertmanager"]["restarts"] == 1, "it is written again")
        rig.wait_ready("alertmanager")
        assert rig.parts()["node_exporter"]["state"] == "ready"


def test_on_a_full_disk_nothing_starts_and_the_reason_is_told(rig: Rig, small_disk: Path) -> None:
    fill(small_disk)
    done = run(*UP, env=rig.env)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert str(rig.state) in done.stderr


def test_what_cannot_be_found_is_said_and_the_rest_runs(rig: Rig, tmp_path: Path) -> None:
    only = tmp_path / "bin"
    only.mkdir()
    (only / "prometheus-node-exporter").symlink_to("/usr/bin/prometheus-node-exporter")
    done = run(*UP, "--detach", env=rig.env | {"PATH": str(only)})
    assert done.returncode == 0, done.stderr
    states = {name: part["state"] for name, part in rig.parts().items()}
    assert states == {
        "exporter": "ready",
        "node_exporter": "ready",
        "prometheus": "missing",
        "alertmanager": "missing",
        "console": "missing",
    }
    assert "apt-get install --no-install-recommends prometheus-alertmanager" in done.stdout
    assert run("status", env=rig.env).returncode == 3
    rig.run("down")


def test_a_process_that_only_has_the_number_of_an_old_child_is_left_alone(rig: Rig) -> None:
    rig.state.mkdir(parents=True)
    mine = {"name": "prometheus", "state": "ready", "pid": os.getpid(), "start": 1}
    record = {"pid": os.getpid(), "host": "here", "since": 0.0, "warpwatch": "0", "parts": [mine]}
    (rig.state / "running.json").write_text(json.dumps(record))
    assert "nothing ran" in rig.run("down")
    assert not (rig.state / "running.json").exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--demo", "--source", "sim"], "--demo does not go with --source"),
        (["--demo", "--no-stack"], "--demo does not go with --no-stack"),
        (["--alertmanager", "http://x"], "--alertmanager goes with --prometheus"),
        (["--tenant", "a"], "--tenant goes with --prometheus"),
        (["--prometheus", "x"], "is no address of a server"),
        (["--prometheus", "http://x", "--username", "a"], "username and password_file go"),
    ],
)
def test_what_does_not_go_together_is_refused(rig: Rig, words: list[str], complaint: str) -> None:
    done = run("up", "--address", "127.0.0.1:0", *words, env=rig.env)
    assert done.returncode in {1, 2}
    assert complaint in done.stderr


def test_what_is_wrong_in_the_background_is_told_with_the_next_step(rig: Rig) -> None:
    done = run("up", "--demo", "--story=xid", "--detach", env=rig.env)
    assert done.returncode == 1
    assert "it did not start: --story: there is none of the name 'xid'" in done.stderr
    assert "xid-79" in done.stderr.partition("next: ")[2]


@pytest.mark.timeout(400)
def test_a_demonstration_has_a_past_a_story_and_everything_to_scrape(rig: Rig) -> None:
    rig.env["WARPWATCH_STACK__SCRAPE_INTERVAL"] = "5s"
    words = ("up", "--demo", "--story=xid-79", "--detach", "--address", "127.0.0.1:0")
    said = rig.run(*words)
    assert "rules judge 10 times faster" in said

    def soon(promql: str, wanted: str, patience: float = 60) -> None:
        wait_until(lambda: rig.query(promql) == [wanted], promql, patience)

    def noted(text: str) -> bool:
        return any(text in note for note in rig.status()["notes"])

    soon('count(up{job="gpus"} == 1)', "16")
    soon('count(up{job="node", rack!=""} == 1)', "16")
    soon("count(pipeline_last_success_timestamp_seconds)", "9")
    soon("sum(rate(training_steps_total[30s])) > bool 0", "1")
    assert f"process {rig.status()['pid']} " in rig.run("up", "--demo", "--detach")
    soon('max_over_time(ALERTS{alertname="GPUFallenOffBus", alertstate="firing"}[5m])', "1", 120)
    assert noted("xid-79: GPU 2 of gpu-0004")
    assert noted("30 days of simulated past")
    soon("count(count_over_time(gpu:power:watts[1d] offset 1d)) > bool 100", "1", 200)
    # Were its labels not those of the living series there would be twice as many.
    assert rig.query("count(count_over_time(gpu:power:watts[4d]))") == ["128"]
    for name in ("cluster:allocated:sum", "team:gpus:sum", "node:power_watts:sum"):
        assert rig.query(f"count(count_over_time({name}[4d]))") == rig.query(f"count({name})")
    assert rig.query("sum(prometheus_rule_evaluation_failures_total)") == ["0"]
    for name, at_least in (("gpu_owner:workload:info", 50), ("gpu:sm_clock:hertz", 126)):
        # Those that are the same on both sides of the seam, label by label.
        before = f"count_over_time({name}[1h] offset 20m)"
        assert rig.query(f"count({name} and {before}) >= bool {at_least}") == ["1"]
    rig.run("down")
    assert (rig.state / "demonstration").is_dir()
    assert not (rig.state / "prometheus").exists()
    rig.run("down", "--wipe")
    assert not rig.state.exists()
