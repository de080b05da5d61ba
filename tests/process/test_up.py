"""warpwatch up: something to look at, honestly marked."""

import pytest

from process import program
from warpwatch.expo.parse import parse

pytestmark = pytest.mark.process


def test_up_falls_back_to_simulated_gpus_and_says_so_everywhere(runtime: dict[str, str]) -> None:
    with program("up", "--no-stack", "--address", "127.0.0.1:0", env=runtime) as it:
        assert "SIMULATED DATA" in "".join(it.lines)
        assert "no usable NVIDIA driver" in it.wait_for("note")
        while it.get("/-/ready").status != 200:
            pass
        found = parse(it.get("/metrics").text)
        (info,) = found.named("warpwatch_source_info")
        assert (info.labels["source"], info.labels["simulated"]) == ("sim", "true")
        assert len(found.named("DCGM_FI_DEV_GPU_TEMP")) == 8
        assert {s.labels["modelName"] for s in found.named("DCGM_FI_DEV_GPU_TEMP")} == {
            "NVIDIA H100 80GB HBM3"
        }
        pods = {s.labels["pod"] for s in found.named("DCGM_FI_DEV_GPU_TEMP")}
        assert len(pods) > 1
        assert "Simulated data" in it.get("/").text


def test_up_moves_from_a_taken_port_and_says_which(runtime: dict[str, str]) -> None:
    with program("up", "--no-stack", "--address", "127.0.0.1:0", env=runtime) as first:
        port = int(first.url.rpartition(":")[2])
        with program("up", "--no-stack", "--address", f"127.0.0.1:{port}", env=runtime) as second:
            assert second.url != first.url
            assert f"held by process {first.process.pid}" in second.wait_for("note")
            assert second.get("/-/healthy").status == 200


def test_up_invents_nothing_where_the_source_was_named(runtime: dict[str, str]) -> None:
    words = ("up", "--no-stack", "--source", "auto", "--address", "127.0.0.1:0")
    with program(*words, env=runtime) as it:
        assert "SIMULATED" not in "".join(it.lines)
        (info,) = parse(it.get("/metrics").text).named("warpwatch_source_info")
        assert (info.labels["source"], info.labels["simulated"]) == ("none", "false")
