"""One node from inside, by what was found on it."""

import dataclasses
from typing import Any

import pytest

from warpwatch.doctor.finding import Verdict
from warpwatch.doctor.node import Board, Node, look

WELL = Node(
    source="nvml",
    driver="570.86",
    boards=(Board(index="0", model="H100"), Board(index="1", model="H100")),
    devices={"/dev/nvidia0": True, "/dev/nvidiactl": True},
    user="gpu",
    wants_kubelet=True,
    kubelet="/kubelet.sock",
    pods=3,
    page="http://127.0.0.1:9400",
    page_found="answers: warpwatch exporter is ready",
)


def found(**changes: Any) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for each in look(dataclasses.replace(WELL, **changes)):
        assert each.next or each.verdict is not Verdict.PROBLEM
        told.setdefault(f"{each.verdict} {each.link}", []).append(each.found)
    return told


def test_a_node_that_is_well() -> None:
    assert found() == {
        "ok driver": ["2 GPUs (H100), driver 570.86"],
        "ok devices": ["2 may be opened"],
        "ok rights": ["the driver refuses nothing"],
        "ok processes": ["those of the machine"],
        "ok kubelet": ["answers; 3 pods have containers here"],
        "ok exporter": ["answers: warpwatch exporter is ready"],
    }


@pytest.mark.parametrize(
    ("changes", "link", "text"),
    [
        ({"boards": (), "detail": "no library"}, "problem driver", "no library"),
        ({"boards": ()}, "problem driver", "tells of no GPU"),
        (
            {"boards": (Board(index="1", model="T4", failure="lost"),)},
            "problem driver",
            "GPU 1 cannot be read: lost",
        ),
        (
            {"devices": {"/dev/nvidia0": False, "/dev/nvidiactl": True}},
            "problem devices",
            "/dev/nvidia0 may not be opened by gpu",
        ),
        ({"devices": {}}, "note devices", "there are none"),
        ({"visible": "GPU-1"}, "note devices", "NVIDIA_VISIBLE_DEVICES=GPU-1: others are not seen"),
        (
            {"boards": (Board(index="0", model="T4", refused=tuple("ABCDEF")),)},
            "note rights",
            "the driver refuses A, B, C, D and 2 more",
        ),
        (
            {"boards": (Board(index="0", model="T4", refused=("A",)),), "privileged": True},
            "note rights",
            "the driver refuses A, though we may administrate",
        ),
        (
            {"host_processes": False},
            "note processes",
            "those of a container only: users, jobs and shares of a GPU are not known",
        ),
        (
            {"pods": None, "kubelet_error": "is not there", "kubelet_hint": "mount it"},
            "problem kubelet",
            "is not there",
        ),
        ({"wants_kubelet": False}, "note kubelet", "is not asked: pods are not told of"),
        ({"page_found": ""}, "note exporter", "nobody answers"),
    ],
)
def test_each_breakage_is_told_of(changes: dict[str, object], link: str, text: str) -> None:
    assert found(**changes)[link] == [text]


def test_what_is_not_asked_for_is_not_missed() -> None:
    told = found(
        source="sim:1xT4", devices=None, wants_kubelet=False, pods=None, kubelet_error="x", page=""
    )
    assert {key.split()[1] for key in told} == {"driver", "rights", "processes"}
    assert told["note driver"] == ["these GPUs are simulated"]
    assert found(visible="all") == found()
