"""What is worked out of the neutral series: activity, owners, places, teams."""

from pathlib import Path

import pytest

from promtool import Expected, check, needed, play
from warpwatch.rules import normalise, owners, recording

pytestmark = needed
TEAMS = {"ml": "red", "web.x": "blue"}
GROUPS = (*normalise.groups(), *recording.groups("team", TEAMS))


def labels(uuid: str, more: str = "") -> str:
    host = 'gpu="0", modelName="H100", Hostname="n1", job="gpu", instance="n1:9400"'
    return f'{{UUID="{uuid}", {host}{", " if more else ""}{more}}}'


def gpu(uuid: str, active: float, more: str = "", used: int = 1000) -> dict[str, str]:
    """Of a GPU, or of a pod's copy or a MIG instance of it."""
    named = labels(uuid, more)
    return {
        f"DCGM_FI_DEV_FB_USED{named}": f"{used}x20",
        f"DCGM_FI_DEV_FB_FREE{named}": "1000x20",
        f"DCGM_FI_DEV_POWER_USAGE{named}": "400x20",
        f"DCGM_FI_PROF_SM_ACTIVE{named}": f"{active}x20",
    }


def owner(uuid: str, pod: str, namespace: str, more: str = "") -> dict[str, str]:
    named = labels(uuid, f'kind="pod", pod="{pod}", namespace="{namespace}"{more}')
    return {f"warpwatch_workload_info{named}": "1x20"}


def test_the_groups_are_good_and_every_series_is_made_once(tmp_path: Path) -> None:
    check(GROUPS, tmp_path)
    names = [rule.name for group in GROUPS for rule in group.rules]
    assert len(names) == len(set(names))


def test_a_shared_gpu_is_shared_out_and_no_more_than_there(tmp_path: Path) -> None:
    series = gpu("A", 0.5) | gpu("B", 0.01) | gpu("C", 0.9)
    series |= owner("A", "one", "ml") | owner("A", "two", "web.x") | owner("B", "three", "ml")
    expected = [
        Expected(
            "team:gpus:sum",
            "2m",
            {'team:gpus:sum{team="red"}': 1.5, 'team:gpus:sum{team="blue"}': 0.5},
        ),
        Expected("cluster:allocated:sum", "2m", {"cluster:allocated:sum": 2}),
        Expected("cluster:idle_allocated:sum", "2m", {"cluster:idle_allocated:sum": 1}),
        Expected(
            "team:idle_gpus:sum",
            "2m",
            {'team:idle_gpus:sum{team="red"}': 1, 'team:idle_gpus:sum{team="blue"}': 0},
        ),
        Expected("cluster:gpus:count", "2m", {"cluster:gpus:count": 3}),
        Expected("cluster:power_watts:sum", "2m", {"cluster:power_watts:sum": 1200}),
        Expected("round(cluster:activity:avg, 0.01)", "2m", {"{}": 0.47}),
        Expected(
            "round(team:activity:avg, 0.01)",
            "2m",
            {'{team="red"}': 0.17, '{team="blue"}': 0.5},
        ),
    ]
    play(GROUPS, series, expected, tmp_path)


def test_a_mig_instance_counts_by_its_slices(tmp_path: Path) -> None:
    three, one = 'GPU_I_ID="1", GPU_I_PROFILE="3g.40gb"', 'GPU_I_ID="2", GPU_I_PROFILE="1g.10gb"'
    series = gpu("A", 0.5, three) | gpu("A", 0.0, one) | owner("A", "p", "ml", f", {three}")
    expected = [
        Expected("round(team:gpus:sum, 0.001)", "2m", {'{team="red"}': 0.429}),
        Expected("team:activity:avg", "2m", {'team:activity:avg{team="red"}': 0.5}),
        Expected("cluster:gpus:count", "2m", {"cluster:gpus:count": 1}),
    ]
    play(GROUPS, series, expected, tmp_path)


FOREIGN = {
    "renamed by Prometheus": (
        'exported_pod="p", exported_namespace="ml", pod="dcgm-exporter-7x", container="exporter"',
        {"p": "ml"},
    ),
    "kept": ('pod="p", namespace="ml", container="main"', {"p": "ml"}),
    "an idle GPU under the exporter's own pod": (
        'pod="nvidia-dcgm-exporter-x", namespace="gpu", container="nvidia-dcgm-exporter"',
        {},
    ),
    "nobody's": ('pod="", namespace=""', {}),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_owners_are_read_off_another_exporters_labels(case: str, tmp_path: Path) -> None:
    more, pods = FOREIGN[case]
    wanted = {
        f'{{workload_pod="{pod}", workload_namespace="{space}", team="red"}}': 1.0
        for pod, space in pods.items()
    }
    query = "group by (workload_pod, workload_namespace, team) (gpu_owner:workload:info)"
    play(GROUPS, gpu("A", 0.5, more), [Expected(query, "2m", wanted)], tmp_path)


def test_a_pods_own_label_goes_before_its_namespaces_team(tmp_path: Path) -> None:
    series = gpu("A", 0.5) | owner("A", "p", "ml", ', team="green"')
    series |= gpu("B", 0.5) | owner("B", "q", "elsewhere")
    wanted = {'team:gpus:sum{team="green"}': 1.0, 'team:gpus:sum{team="unassigned"}': 1.0}
    play(GROUPS, series, [Expected("team:gpus:sum", "2m", wanted)], tmp_path)


def test_a_team_may_be_called_anything_and_its_label_as_kubernetes_has_it(tmp_path: Path) -> None:
    """Pods have `app.kubernetes.io/team`, and exporters write what Prometheus takes."""
    told = recording.groups("app.kubernetes.io/team", {"ml": 'the "$1\\d" é'})
    series = gpu("A", 0.5) | owner("A", "p", "ml")
    series |= gpu("B", 0.5) | owner("B", "q", "elsewhere", ', app_kubernetes_io_team="green"')
    wanted = {
        'team:gpus:sum{team="the \\"$1\\\\d\\" é"}': 1.0,
        'team:gpus:sum{team="green"}': 1.0,
    }
    play((*normalise.groups(), *told), series, [Expected("team:gpus:sum", "2m", wanted)], tmp_path)


def test_hours_are_integrated_from_recorded_shares_and_not_from_averages(tmp_path: Path) -> None:
    """A job of a quarter of an hour, and not of a whole one; the five minutes more are those for
    which Prometheus takes a series for alive that ends without a mark, as promtool's do.
    """
    quarter = {
        name: value.replace("x20", "x14 _x200")
        for name, value in (gpu("A", 0.8) | owner("A", "p", "ml")).items()
    }
    right = "sum_over_time(team:gpus:sum[59m59s]) * 60 / 3600"
    naive = "avg_over_time(team:gpus:sum[1h])"
    expected = [
        # Prometheus 3 does not take a sample for alive that is five minutes old to the second.
        Expected(f"0 * ({right} > 0.31 < 0.34) + 1", "59m", {'{team="red"}': 1}),
        Expected(naive, "59m", {'{team="red"}': 1}),
    ]
    play(GROUPS, quarter, expected, tmp_path, interval="1m")


def test_what_slows_a_gpu_is_told_by_reason_and_together(tmp_path: Path) -> None:
    named = labels("A")
    series = gpu("A", 0.5) | {
        f"DCGM_FI_DEV_POWER_VIOLATION{named}": "0+15000000000x20",
        f"DCGM_FI_DEV_THERMAL_VIOLATION{named}": "0+3000000000x20",
    }
    expected = [
        Expected(f"round(gpu:{name}:ratio, 0.01)", "8m", {f"{{{WHOLE}}}": value})
        for name, value in (
            ("throttled_power_cap", 0.5),
            ("throttled_thermal_hardware", 0.1),
            ("throttled", 0.6),
        )
    ]
    play(GROUPS, series, expected, tmp_path)


def test_what_is_slowed_for_two_reasons_at_once_is_not_slowed_twice(tmp_path: Path) -> None:
    named = labels("A")
    series = gpu("A", 0.5) | {
        f"DCGM_FI_DEV_POWER_VIOLATION{named}": "0+30000000000x20",
        f"DCGM_FI_DEV_THERMAL_VIOLATION{named}": "0+15000000000x20",
    }
    whole = Expected("gpu:throttled:ratio", "8m", {f"gpu:throttled:ratio{{{WHOLE}}}": 1})
    play(GROUPS, series, [whole], tmp_path)


WHOLE = 'node="n1", gpu="0", uuid="A", model="H100"'


def test_traffic_is_a_share_of_what_its_links_carry(tmp_path: Path) -> None:
    named = labels("A").replace("H100", "NVIDIA H100 80GB HBM3")
    link = named.replace('UUID="A"', 'gpu_uuid="A"').replace("{", '{nvlink="%d", ')
    series = {
        f"DCGM_FI_DEV_FB_USED{named}": "1x20",
        f"DCGM_FI_DEV_PCIE_LINK_GEN{named}": "5x20",
        f"DCGM_FI_DEV_PCIE_LINK_WIDTH{named}": "16x20",
        f"DCGM_FI_PROF_PCIE_RX_BYTES{named}": "31507200000x20",
        f"DCGM_FI_PROF_PCIE_TX_BYTES{named}": "1000x20",
        f"DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL{named}": "53125x20",
        **{f"DCGM_FI_DEV_NVLINK_GET_STATE{link % n}": f"{int(n < 2)}x20" for n in range(3)},
    }
    whole = f"{{{WHOLE.replace('H100', 'NVIDIA H100 80GB HBM3')}}}"
    expected = [
        Expected("round(gpu:pcie_of_limit:ratio, 0.001)", "5m", {whole: 0.5}),
        Expected("gpu:nvlink_limit:bytes_per_second * 1", "5m", {whole: 106.25e9}),
        Expected("round(gpu:nvlink_of_limit:ratio, 0.001)", "5m", {whole: 0.5}),
    ]
    play(GROUPS, series, expected, tmp_path)


def test_a_board_whose_links_are_not_known_has_no_share_of_them(tmp_path: Path) -> None:
    named = labels("A")
    link = named.replace('UUID="A"', 'gpu_uuid="A"').replace("H100", "T4")
    series = {
        f"DCGM_FI_DEV_FB_USED{named.replace('H100', 'T4')}": "1x20",
        f"DCGM_FI_DEV_NVLINK_GET_STATE{link}": "1x20",
    }
    play(GROUPS, series, [Expected("gpu:nvlink_limit:bytes_per_second", "5m", {})], tmp_path)


def test_energy_and_errors_are_added_up_by_place(tmp_path: Path) -> None:
    series: dict[str, str] = {}
    for uuid, watts in (("A", 300), ("B", 100)):
        named = labels(uuid)
        series |= gpu(uuid, 0.5)
        # In mJ; the driver is loaded anew in between, which is no energy given back.
        series[f"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{named}"] = (
            f"{500 * watts}+{30000 * watts}x14 0+{30000 * watts}x9"
        )
        series[f'warpwatch_gpu_xid_errors_total{{xid="13", {named[1:]}'] = "0x4 2x20"
        series[f"DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{named}"] = "0x4 1x20"
    expected = [
        Expected("round(node:energy_joules_rate5m:sum, 10)", "7m", {'{node="n1"}': 400}),
        # What was drawn between the last look before and the first after is not known.
        Expected("cluster:energy_joules_rate5m:sum > bool 340 <= bool 1", "9m", {"{}": 1}),
        Expected("count(gpu:errors:increase1h > 2)", "9m", {"{}": 2}),
        Expected("cluster:errors_increase1h:sum > bool 5.5", "9m", {"{}": 1}),
    ]
    play(GROUPS, series, expected, tmp_path)


def test_gpus_that_nobody_tells_of_any_more_are_unmetered_and_not_idle(tmp_path: Path) -> None:
    gone = {name: value.replace("x20", "x9 stale") for name, value in gpu("B", 0.5).items()}
    expected = [
        Expected("node:unmetered:sum", "4m", {'node:unmetered:sum{node="n1"}': 0}),
        Expected("node:unmetered:sum", "9m", {'node:unmetered:sum{node="n1"}': 1}),
        Expected("cluster:unmetered:sum", "9m", {"cluster:unmetered:sum": 1}),
        Expected("cluster:gpus:count", "9m", {"cluster:gpus:count": 1}),
    ]
    play(GROUPS, gpu("A", 0.5) | gone, expected, tmp_path)
    vanished = {name: value.replace("x20", "x9 stale") for name, value in gpu("A", 0.5).items()}
    play(
        GROUPS,
        vanished,
        [
            Expected("node:unmetered:sum", "9m", {'node:unmetered:sum{node="n1"}': 1}),
            Expected("node:unmetered:sum", "60m", {'node:unmetered:sum{node="n1"}': 1}),
            Expected("node:unmetered:sum", "70m", {}),
        ],
        tmp_path,
    )


def test_slowed_all_the_time_is_no_more_than_that(tmp_path: Path) -> None:
    """A counter that begins within the window is drawn out to its edges by a rate."""
    counted = {f"DCGM_FI_DEV_THERMAL_VIOLATION{labels('A')}": "_x2 1+33000000000x20"}
    expected = [
        Expected("gpu:throttled_thermal_hardware:ratio <= bool 1", "4m", {f"{{{WHOLE}}}": 1}),
        Expected("gpu:throttled_thermal_hardware:ratio >= bool 0.9", "9m", {f"{{{WHOLE}}}": 1}),
    ]
    play(GROUPS, gpu("A", 0.5) | counted, expected, tmp_path)


def test_how_activity_is_spread_is_a_histogram_with_empty_buckets(tmp_path: Path) -> None:
    series = gpu("A", 0.05) | gpu("B", 0.35) | gpu("C", 1.0)
    told = {0.1: 1, 0.2: 1, 0.3: 1, 0.4: 2, 0.5: 2, 0.6: 2, 0.7: 2, 0.8: 2, 0.9: 2, "+Inf": 3}
    wanted = {f'cluster:activity:bucket{{le="{le}"}}': many for le, many in told.items()}
    idle = {f'cluster:activity:bucket{{le="{le}"}}': float(le == "+Inf") for le in told}
    expected = [Expected("cluster:activity:bucket", "5m", wanted)]
    play(GROUPS, series, expected, tmp_path)
    play(GROUPS, gpu("C", 1.0), [Expected("cluster:activity:bucket", "5m", idle)], tmp_path)


def test_errors_are_seen_by_kind_and_only_where_there_were_some(tmp_path: Path) -> None:
    series = gpu("A", 0.5) | gpu("B", 0.5)
    for uuid, course in (("A", "0x9 3x20"), ("B", "5x29")):
        series[f"DCGM_FI_DEV_ECC_SBE_VOL_TOTAL{labels(uuid)}"] = course
        series[f"DCGM_FI_DEV_PCIE_REPLAY_COUNTER{labels(uuid)}"] = "7x29"
    seen = 'node="n1", gpu="0", uuid="A", kind="ecc_corrected"'
    expected = [
        Expected("gpu:errors_seen:increase5m > bool 2.5", "7m", {f"{{{seen}}}": 1}),
        Expected("gpu:errors_seen:increase5m", "4m", {}),
        Expected("gpu:errors_seen:increase5m", "14m", {}),
    ]
    play(GROUPS, series, expected, tmp_path)


def test_boards_of_all_gpus_have_few_series_to_draw(tmp_path: Path) -> None:
    series = gpu("A", 0.5) | gpu("B", 0.5)
    for uuid, up, age in (("A", 3, 2), ("B", 2, 9)):
        link = labels(uuid).replace("UUID=", "gpu_uuid=").replace("{", '{nvlink="%d", ')
        told = {f"DCGM_FI_DEV_NVLINK_GET_STATE{link % n}": f"{int(n < up)}x20" for n in range(3)}
        series |= told
        series[f"warpwatch_gpu_collect_age_seconds{labels(uuid)}"] = f"{age}x20"
        spent = 15_000_000_000 if uuid == "A" else 0
        series[f"DCGM_FI_DEV_POWER_VIOLATION{labels(uuid)}"] = f"0+{spent}x20"
    expected = [
        Expected("node:nvlinks_up:min", "5m", {'node:nvlinks_up:min{node="n1"}': 2}),
        Expected("node:collect_age_seconds:max * 1", "5m", {'{node="n1"}': 9}),
        Expected("round(cluster:throttled_power_cap:avg, 0.01)", "8m", {"{}": 0.25}),
    ]
    play(GROUPS, series, expected, tmp_path)


def test_exporters_of_gpus_are_told_apart_from_other_targets(tmp_path: Path) -> None:
    series = gpu("A", 0.5)
    for job, instance, answered, took in (
        ("gpu", "n1:9400", 1, 0.1),
        ("gpu", "n2:9400", 0, 9.0),
        ("gpu", "n3:9400", 1, 0.3),
        ("node", "n1:9100", 0, 60.0),
    ):
        where = f'{{job="{job}", instance="{instance}"}}'
        series |= {f"up{where}": f"{answered}x20", f"scrape_duration_seconds{where}": f"{took}x20"}
        series[f"scrape_samples_scraped{where}"] = f"{1000 * took}x20"
    up = {f'{{instance="n{n}:9400"}}': float(n != 2) for n in (1, 2, 3)}
    expected = [
        Expected("max by (instance) (exporter:up:bool)", "5m", up),
        Expected(
            'job:scrape_seconds:quantile{quantile!="0.99"} * 1',
            "5m",
            {'{job="gpu", quantile="0.5"}': 0.3, '{job="gpu", quantile="1"}': 9},
        ),
        Expected(
            'job:scrape_samples:quantile{quantile="1"} * 1',
            "5m",
            {'{job="gpu", quantile="1"}': 9000},
        ),
        Expected("job:gpus:count", "5m", {'job:gpus:count{job="gpu"}': 1}),
    ]
    play(GROUPS, series, expected, tmp_path)


def test_whose_a_gpu_was_is_told_of_what_is_not_read_and_of_nothing_else(tmp_path: Path) -> None:
    share, heat = "gpu_owner:share:ratio", "gpu:temperature:celsius"
    series = {
        # Of A nothing comes any more, B's work has ended, C has work.
        f'{share}{{uuid="A", workload_pod="a"}}': "0.5x8 stale",
        f'{heat}{{uuid="A"}}': "50x8 stale",
        f'{share}{{uuid="B", workload_pod="b"}}': "1x8 stale",
        f'{heat}{{uuid="B"}}': "50x100",
        f'{share}{{uuid="C", workload_pod="c"}}': "1x100",
        f'{heat}{{uuid="C"}}': "50x100",
    }
    was, has = f'{share}{{uuid="A", workload_pod="a"}}', f'{share}{{uuid="C", workload_pod="c"}}'
    expected = [
        Expected(
            owners.LAST, "4m", {was: 0.5, f'{share}{{uuid="B", workload_pod="b"}}': 1, has: 1}
        ),
        Expected(owners.LAST, "5m", {was: 0.5, has: 1}),
        Expected(owners.last('{uuid="A"}'), "33m", {was: 0.5}),
        Expected(owners.LAST, "35m", {has: 1}),
    ]
    play((), series, expected, tmp_path)
