"""Each alert of capacity fires for want of room, not for what is near it, and ends with it."""

from pathlib import Path

import pytest

from alerting import Case, Series, play, told
from promtool import needed

ALERTS = told("capacity")


def given(allocated: str, there: str = "100x4400") -> Series:
    return {"cluster:allocated:sum": allocated, "cluster:gpus:count": there}


def disk(host: str, avail: str) -> Series:
    named = f'instance="{host}:9100", mountpoint="/var", device="sda", fstype="ext4"'
    return {
        f"node_filesystem_avail_bytes{{{named}}}": avail,
        f"node_filesystem_size_bytes{{{named}}}": "100x90",
        'prometheus_build_info{instance="n1:9090"}': "1x90",
    }


WAL = 'prometheus_tsdb_wal_writes_failed_total{instance="n1:9090"}'
COMPACTIONS = 'prometheus_tsdb_compactions_failed_total{instance="n1:9090"}'

THERE = {'node:gpus:count{node="n1"}': "8x90"}

CASES = {
    "GPUCapacityTight": Case(
        fires=given("50x9 91x100 50x30"),
        before="68m",
        at="72m",
        over="112m",
        labels={},
        says="91% of the GPUs are allocated.",
        silent=(given("90x150"),),
    ),
    "GPUNodeSetAside": Case(
        fires={'kube_node_spec_unschedulable{node="n1", instance="ksm"}': "0x9 1x20 0x30", **THERE},
        before="9m",
        at="15m",
        over="31m",
        labels={"node": "n1"},
        says="n1 is cordoned, drained or under maintenance.",
        silent=(
            {'kube_node_spec_unschedulable{node="n2"}': "1x90", **THERE},  # without GPUs
            {'slurm_node_status{node="n1", status="mixed"}': "1x90", **THERE},
            {'slurm_node_status{node="n1", status="drained"}': "0x90", **THERE},
        ),
        also={
            "Slurm": ({'slurm_node_status{node="n1", status="drained"}': "1x90", **THERE}, "5m"),
            "its CPUs": (
                {'slurm_node_cpu_total{node="n1", status="maint"}': "8x90", **THERE},
                "5m",
            ),
        },
    ),
    "GPUCapacityFullSoon": Case(
        fires=given("20+0.01x4200"),
        before="310h",
        at="14d",
        interval="5m",
        every=1800,
        labels={},
        says="A straight line through the last 14 days of allocation reaches 100.6% of all GPUs "
        "in 14 days.",
        silent=(
            given("20+0.009x4200"),
            given("_x600 20+0.015x3600"),
            given("99x4400"),
        ),
    ),
    "PrometheusDiskFilling": Case(
        fires=disk("n1", "50x9 19x40 50x30"),
        before="23m",
        at="26m",
        over="51m",
        labels={
            "instance": "n1:9100",
            "host": "n1",
            "mountpoint": "/var",
            "device": "sda",
            "fstype": "ext4",
        },
        says="/var of n1 is 81% full.",
        silent=(disk("n1", "20x90"), disk("n2", "5x90")),
    ),
    "PrometheusStorageFailing": Case(
        fires={WAL: "3x9 4x60"},
        before="8m",
        at="12m",
        over="25m",
        labels={"instance": "n1:9090"},
        says="n1:9090 failed 1 times.",
        silent=({WAL: "3x90"}, {COMPACTIONS: "3x90"}),
        also={"compaction": ({COMPACTIONS: "3x9 4x300"}, "150m")},
    ),
}


@needed
@pytest.mark.parametrize("name", ALERTS)
def test_alert(name: str, tmp_path: Path) -> None:
    play(ALERTS[name], CASES[name], tmp_path)
