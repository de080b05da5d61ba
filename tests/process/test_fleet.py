"""A simulated fleet: its pages, its discovery, its faults."""

import json

import pytest

from process import program, run
from warpwatch.expo.parse import parse

pytestmark = pytest.mark.process


def test_a_fleet_serves_a_page_per_node_and_tells_prometheus_of_them(
    runtime: dict[str, str],
) -> None:
    arguments = ("--nodes", "6", "--gpus", "4", "--board", "A100", "--board", "T4")
    with program("sim", *arguments, "--listen", "127.0.0.1:0", env=runtime) as it:
        answer = it.get("/sd")
        assert answer.headers["content-type"] == "application/json"
        groups = json.loads(answer.body)
        assert len(groups) == 6
        assert len({group["labels"]["instance"] for group in groups}) == 6
        owned = set()
        for group in groups:
            assert group["targets"] == [it.url.removeprefix("http://")]
            found = parse(it.get(group["labels"]["__metrics_path__"]).text)
            temperatures = found.named("DCGM_FI_DEV_GPU_TEMP")
            assert len(temperatures) == 4
            assert {s.labels["Hostname"] for s in temperatures} == {group["labels"]["node"]}
            assert found.named("warpwatch_source_info")[0].labels["simulated"] == "true"
            owned |= {(s.labels["namespace"], s.labels.get("team", "")) for s in temperatures}
        assert len(owned) > 1
        assert {namespace for namespace, team in owned if namespace} == {
            team for _, team in owned if team
        }
        assert it.get("/node/gpu-9999/metrics").status == 404
        assert "6 nodes" in it.get("/").text


def test_a_fault_strikes_the_node_it_is_meant_for(runtime: dict[str, str]) -> None:
    with program("sim", "--nodes", "2", "--listen", "127.0.0.1:0", env=runtime) as it:
        missing = run("sim", "inject", "missing", "--node", "gpu-0002", "--gpu", "5", env=runtime)
        assert missing.returncode == 0, missing.stderr
        down = run("sim", "inject", "exporter_down", "--node", "gpu-0001", env=runtime)
        assert down.returncode == 0, down.stderr
        while it.get("/node/gpu-0001/metrics").status != 503:
            pass
        active = run("sim", "active", env=runtime).stdout
        assert "missing on gpu-0002 GPU 5" in active
        while _gpus(it.get("/node/gpu-0002/metrics").text) != "7":
            pass
        number = active.splitlines()[0].split()[0]
        assert "is over" in run("sim", "clear", number, env=runtime).stdout
        unknown = run("sim", "inject", "lost", "--node", "gpu-7777", env=runtime)
        assert unknown.returncode == 1
        assert "gpu-0001 to gpu-0002" in unknown.stderr


def _gpus(page: str) -> str:
    return f"{parse(page).named('warpwatch_gpus')[0].value:.0f}"
