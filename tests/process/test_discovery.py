"""warpwatch discovery: what there is, for people and for programs."""

import json
import re

import pytest

from process import run

pytestmark = pytest.mark.process
MIG = "sim:examples/scenarios/shared-by-mig.toml"


def test_without_a_driver_it_says_why_and_what_to_do(runtime: dict[str, str]) -> None:
    done = run("discovery", env=runtime)
    assert done.returncode == 4
    assert "no usable NVIDIA driver" in done.stderr
    assert "discovery --source sim" in done.stderr


def test_the_table_names_gpus_instances_and_what_is_missing(runtime: dict[str, str]) -> None:
    done = run("discovery", "--source", MIG, env=runtime)
    assert done.returncode == 0, done.stderr
    assert "8 GPUs; SIMULATED" in done.stdout
    assert done.stdout.count("\nGPU ") == 8
    assert "3g.40gb" in done.stdout
    # Under each GPU instance its compute instance.
    assert re.search(r"MIG +1: 3g\.40gb\n +compute +0: 3g\.40gb  MIG-[0-9a-f-]{36}\n", done.stdout)
    assert "unsupported" in done.stdout


def test_the_table_tells_of_links_and_of_how_gpus_reach_each_other(runtime: dict[str, str]) -> None:
    done = run("discovery", "--source", "sim:3xH100,1xL40S", env=runtime)
    first, *_, last = done.stdout.split("\nGPU ")[1:]
    assert "18 of 18 up" in first
    assert "OK: GPU 1, 2\n" in first
    assert "NotSupported: GPU 3\n" in first
    assert "NVLinks" not in last
    assert "GPM on" in first
    assert "ecc_uncorrected" in first
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_json_tells_links_pairs_modes_and_how_figures_are_come_by(runtime: dict[str, str]) -> None:
    done = run("discovery", "--source", "sim:2xA100", "-o", "json", env=runtime)
    found = json.loads(done.stdout)
    gpu = found["gpus"][0]
    assert (gpu["links"], gpu["links_up"]) == (12, 12)
    assert gpu["peers"] == [{"gpu": 1, "status": 0, "said": "OK"}]
    assert gpu["modes"] == {"gpm": False, "mig": False, "ecc": True, "persistence": True}
    assert "xid" in gpu["events"]
    assert gpu["measured"]["DCGM_FI_PROF_SM_ACTIVE"] == "simulated"
    assert gpu["forbidden"] is False
    assert found["source"]["nvml"].startswith("13.")


def test_json_has_every_field_once_given_or_missing(runtime: dict[str, str]) -> None:
    done = run("discovery", "--source", MIG, "-o", "json", env=runtime)
    found = json.loads(done.stdout)
    assert found["version"] == 1
    assert found["source"]["simulated"] is True
    assert [gpu["gpu"] for gpu in found["gpus"]] == list(range(8))
    assert len(found["gpus"][0]["instances"]) == 4
    for part in found["gpus"][0]["instances"]:
        whole = {"id": 0, "profile": part["profile"], "uuid": part["uuid"]}
        assert part["computes"] == [whole]
    for gpu in found["gpus"]:
        missing = [name for names in gpu["missing"].values() for name in names]
        assert not set(missing) & set(gpu["given"])
        assert len(missing) + len(gpu["given"]) > 150
        assert "DCGM_FI_DEV_POWER_USAGE" in gpu["given"]
