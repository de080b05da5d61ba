"""The same neutral series, whoever tells of a GPU and in whatever words."""

from pathlib import Path

import pytest

from promtool import Expected, check, needed, play
from warpwatch.rules import normalise

pytestmark = needed
GROUPS = normalise.groups()
OURS = 'warpwatch_build_info{job="gpu", instance="n1:9400", version="1"}'
NAMED = 'node="n1", gpu="0", uuid="GPU-0", model="H100"'


def theirs(host: str, **more: str) -> str:
    """The labels of dcgm-exporter, with the host name as an era writes it."""
    labels = {"UUID": "GPU-0", "gpu": "0", "modelName": "H100", "job": "dcgm", **more}
    labels.setdefault("instance", "10.0.0.7:9400")
    written = ", ".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{{{written}{', ' if host else ''}{host}}}"


def of(series: str, *labels: str) -> str:
    return f"{series}{{{', '.join((NAMED, *labels))}}}"


def test_the_group_is_good_and_each_series_is_made_once(tmp_path: Path) -> None:
    check(GROUPS, tmp_path)
    names = [rule.name for group in GROUPS for rule in group.rules]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "labels",
    [
        theirs('Hostname="n1"'),
        theirs('hostname="n1"'),
        theirs('kubernetes_node="n1"'),
        theirs("", instance="n1:9400"),
        theirs("", instance="n1"),
        theirs('Hostname="n1", hostname="other", kubernetes_node="third"'),
        theirs('Hostname="n1", pod="train", namespace="ml", container="main"'),
        theirs('Hostname="n1", exported_pod="train", pod="dcgm-exporter-x"'),
    ],
)
def test_every_dialect_gives_the_same_series_in_our_units(labels: str, tmp_path: Path) -> None:
    series = {
        f"DCGM_FI_DEV_GPU_TEMP{labels}": "61x10",
        f"DCGM_FI_DEV_GPU_UTIL{labels}": "97x10",
        f"DCGM_FI_DEV_SM_CLOCK{labels}": "1980x10",
        f"DCGM_FI_DEV_FB_USED{labels}": "1024x10",
        f"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{labels}": "5000+1000x10",
        f"DCGM_FI_PROF_GR_ENGINE_ACTIVE{labels}": "0.5x10",
        f"DCGM_FI_DEV_PCIE_RX_THROUGHPUT{labels}": "2000x10",
        f"DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL{labels}": "3x10",
        f"DCGM_FI_DEV_THERMAL_VIOLATION{labels}": "2000000000x10",
    }
    wanted = {
        "gpu:temperature:celsius": 61,
        "gpu:utilisation:ratio": 0.97,
        "gpu:sm_clock:hertz": 1.98e9,
        "gpu:memory_used:bytes": 1 << 30,
        "gpu:energy:joules_total": 7,
        "gpu:engine_active:ratio": 0.5,
        "gpu:pcie_received:bytes_per_second": 2e6,
        "gpu:nvlink:bytes_per_second": 3e6,
        "gpu:throttle_thermal_hardware:seconds_total": 2,
    }
    expected = [Expected(name, "1m", {of(name): value}) for name, value in wanted.items()]
    play(GROUPS, series, expected, tmp_path)


def test_of_a_gpu_that_two_exporters_tell_of_ours_is_believed(tmp_path: Path) -> None:
    foreign = theirs('Hostname="n1"')
    another = theirs('Hostname="n2"', UUID="GPU-9", instance="n2:9400")
    mine = theirs('Hostname="n1"', job="gpu", instance="n1:9400")
    series = {
        OURS: "1x10",
        f"DCGM_FI_DEV_GPU_TEMP{mine}": "61x10",
        f"DCGM_FI_DEV_GPU_TEMP{foreign}": "75x10",
        f"DCGM_FI_DEV_GPU_TEMP{another}": "50x10",
    }
    other = 'gpu:temperature:celsius{node="n2", gpu="0", uuid="GPU-9", model="H100"}'
    wanted = {of("gpu:temperature:celsius"): 61, other: 50}
    play(GROUPS, series, [Expected("gpu:temperature:celsius", "1m", wanted)], tmp_path)


def test_what_is_repeated_for_instances_and_pods_counts_once(tmp_path: Path) -> None:
    parts = {"1": ("3g.40gb", 0.7, 3000), "2": ("1g.10gb", 0.35, 500)}
    series = {}
    for number, (profile, active, used) in parts.items():
        for pod in ("a", "b"):
            more = f'Hostname="n1", GPU_I_ID="{number}", GPU_I_PROFILE="{profile}", pod="{pod}"'
            series[f"DCGM_FI_DEV_POWER_USAGE{theirs(more)}"] = "400x10"
            series[f"DCGM_FI_DEV_FB_USED{theirs(more)}"] = f"{used}x10"
            series[f"DCGM_FI_DEV_GPU_UTIL{theirs(more)}"] = "97x10"
            series[f"DCGM_FI_PROF_SM_ACTIVE{theirs(more)}"] = f"{active}x10"
    part = of("gpu_instance:sm_active:ratio", 'mig_id="1"', 'mig_profile="3g.40gb"')
    other = of("gpu_instance:sm_active:ratio", 'mig_id="2"', 'mig_profile="1g.10gb"')
    expected = [
        Expected("gpu:power:watts", "1m", {of("gpu:power:watts"): 400}),
        Expected("gpu:memory_used:bytes", "1m", {of("gpu:memory_used:bytes"): 3500 * (1 << 20)}),
        Expected("gpu_instance:sm_active:ratio", "1m", {part: 0.7, other: 0.35}),
        Expected("round(gpu:sm_active:ratio, 0.01)", "1m", {of(""): 0.35}),
        Expected("gpu:utilisation:ratio", "1m", {}),
    ]
    play(GROUPS, series, expected, tmp_path)


def test_a_gpu_that_cannot_be_read_is_still_told_of(tmp_path: Path) -> None:
    brief = '{UUID="GPU-0", gpu="0", Hostname="n1", job="gpu", instance="n1:9400"}'
    name = "gpu:hung:bool"
    wanted = {f'{name}{{node="n1", gpu="0", uuid="GPU-0"}}': 1}
    play(GROUPS, {f"warpwatch_gpu_hung{brief}": "1x10"}, [Expected(name, "1m", wanted)], tmp_path)


@pytest.mark.parametrize("code", ["", ', err_code="79", err_msg="fallen off the bus"'])
def test_the_last_xid_is_read_off_its_value_even_if_nothing_else_is_left(
    code: str, tmp_path: Path
) -> None:
    """An exporter of old gives no label for it; and of a GPU off the bus it gives nothing more."""
    labels = theirs(f'Hostname="n1"{code}')
    series = {f"DCGM_FI_DEV_XID_ERRORS{labels}": "0x4 79x10"}
    seen = 'gpu:xid_last:info{node="n1", gpu="0", uuid="GPU-0", xid="79"}'
    expected = [
        Expected("gpu:xid_last:info", "1m", {}),
        Expected("gpu:xid_last:info", "4m", {seen: 1}),
        Expected("node:gpus:count", "4m", {}),
    ]
    play(GROUPS, series, expected, tmp_path)


def test_links_are_counted_unless_they_are_down(tmp_path: Path) -> None:
    """Asleep is not down, and none is a number too."""
    series = {}
    for gpu, states in enumerate(((1, 2, 0), (0, 0, 0))):
        for link, state in enumerate(states):
            more = f'gpu="{gpu}", gpu_uuid="GPU-{gpu}", nvlink="{link}", Hostname="n1"'
            series[f"DCGM_FI_DEV_NVLINK_GET_STATE{{{more}}}"] = f"{state}x10"
    name = "gpu:nvlinks_up:count"
    wanted = {f'{name}{{node="n1", gpu="{n}", uuid="GPU-{n}"}}': up for n, up in ((0, 2), (1, 0))}
    play(GROUPS, series, [Expected(name, "1m", wanted)], tmp_path)
