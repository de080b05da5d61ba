"""Each alert on what watches fires for its fault, not for what is near it, and ends with it."""

from pathlib import Path

import pytest

from alerting import GPU, HERE, Case, Series, play, told
from promtool import needed

ALERTS = told("monitoring")
ON = {"job": "gpus", "instance": "n1:9400"}


def up(job: str, values: str, more: Series | None = None) -> dict[str, str]:
    return {f'up{{job="{job}", instance="n1:9400"}}': values, **(more or {})}


def neighbour(job: str) -> dict[str, str]:
    return {f'job:gpus:count{{job="{job}"}}': "8x60"}


def told_until(minute: int) -> dict[str, str]:
    return {'job:gpus:count{job="nodes"}': f"8x{minute} stale"}


def own(series: str, values: str, more: str = "") -> dict[str, str]:
    return {f'{series}{{job="gpus", instance="n1:9400"{more}}}': values}


def sends(errors: str, sent: str) -> Series:
    named = '{instance="p", alertmanager="http://am"}'
    return {
        f"prometheus_notifications_errors_total{named}": errors,
        f"prometheus_notifications_sent_total{named}": sent,
    }


def delivers(failed: str, total: str, reason: str = ', reason="clientError"') -> Series:
    named = 'instance="am", integration="slack"'
    return {
        f"alertmanager_notifications_failed_total{{{named}{reason}}}": failed,
        f"alertmanager_notifications_total{{{named}}}": total,
    }


def remote(sent: str) -> Series:
    queue = 'instance="p", remote_name="far", url="http://far"'
    return {
        'prometheus_remote_storage_highest_timestamp_in_seconds{instance="p"}': "0+60x90",
        f"prometheus_remote_storage_queue_highest_sent_timestamp_seconds{{{queue}}}": sent,
    }


NO_GPUS = ', source="none", simulated="false", driver="", detail="no driver"'

CASES = {
    "GPUExporterDown": Case(
        fires=up("gpus", "1x9 0x30 1x30"),
        before="14m",
        at="16m",
        over="41m",
        labels={**ON, "node": "n1"},
        says="n1:9400 of job gpus does not answer.",
        silent=(
            up("gpus", "1x9 0x3 1x60"),
            up("gpu-operator", "0x60"),
            up("gpu-scheduler", "0x60"),
            up("trainer", "0x60", neighbour("other")),
            up("nodes", "1x60", neighbour("nodes")),
        ),
        also={
            job: (up(job, "0x60"), "6m")
            for job in ("gpu", "nvidia-dcgm-exporter", "gpu-operator/dcgm-exporter", "warpwatch")
        }
        | {
            "its neighbours tell of GPUs": (up("nodes", "0x60", neighbour("nodes")), "6m"),
            "all of a job that told of GPUs": (up("nodes", "1x9 0x400", told_until(9)), "400m"),
        },
    ),
    "GPUNoDriver": Case(
        fires=own("warpwatch_source_info", "1x60", NO_GPUS) | own("warpwatch_gpus", "0x30 8x30"),
        before="4m",
        at="6m",
        over="32m",
        labels={
            **ON,
            "source": "none",
            "simulated": "false",
            "detail": "no driver",
        },
        says="n1:9400: no driver",
        silent=(
            own("warpwatch_source_info", "1x60", ', source="nvml"') | own("warpwatch_gpus", "8x60"),
        ),
    ),
    "GPUNothingSeen": Case(
        fires={f"gpu:source:info{{{GPU}}}": "_x30 1x30"},
        before="14m",
        at="16m",
        over="32m",
        labels={},
        says="Either nothing is scraped, or the rules that make neutral series do not run.",
        silent=({f"gpu:source:info{{{GPU}}}": "1x60"},),
    ),
    "GPUCollectionFailing": Case(
        fires={f"gpu:collect_success:bool{{{HERE}}}": "1x9 0x30 1x30"},
        before="14m",
        at="16m",
        over="41m",
        labels={"node": "n1", "gpu": "0", "uuid": "GPU-0"},
        says="GPU 0 of n1 gives no readings.",
        silent=({f"gpu:collect_success:bool{{{HERE}}}": "1x9 0x3 1x60"},),
    ),
    "GPUReadingStale": Case(
        fires={f"gpu:collect_age:seconds{{{HERE}}}": "15x9 130x30 15x30"},
        before="11m",
        at="13m",
        over="41m",
        labels={"node": "n1", "gpu": "0", "uuid": "GPU-0"},
        says="The newest of GPU 0 of n1 is 130 s old.",
        silent=({f"gpu:collect_age:seconds{{{HERE}}}": "120x70"},),
    ),
    "GPUAttributionFailing": Case(
        fires=own("warpwatch_attribution_success", "1x9 0x30 1x30", ', stage="kubelet"'),
        before="19m",
        at="21m",
        over="41m",
        labels={**ON, "stage": "kubelet"},
        says="Stage kubelet on n1:9400; its page at / says why.",
        silent=(own("warpwatch_attribution_success", "1x70", ', stage="kubelet"'),),
    ),
    "PrometheusRuleFailures": Case(
        fires={'prometheus_rule_evaluation_failures_total{rule_group="g"}': "3x9 3+1x30 33x30"},
        before="18m",
        at="30m",
        over="52m",
        labels={"rule_group": "g"},
        says="g failed 10 times.",
        silent=({'prometheus_rule_evaluation_failures_total{rule_group="g"}': "3x70"},),
    ),
    "PrometheusNotificationsFailing": Case(
        fires=sends("0+0.7x40 28x40", "0+64x90"),
        before="9m",
        at="30m",
        over="48m",
        labels={"instance": "p", "alertmanager": "http://am"},
        says="Some of p to http://am are lost.",
        silent=(sends("0+0.6x90", "0+64x90"), sends("5x90", "0+64x90"), sends("0x90", "0x90")),
    ),
    "AlertmanagerNotificationsFailing": Case(
        fires=delivers("0+6x40 240x40", "0+100x90"),
        before="9m",
        at="30m",
        over="48m",
        labels={"instance": "am", "integration": "slack"},
        says="6% fail by slack.",
        silent=(delivers("0+1x90", "0+20x90"), delivers("0x90", "0x90")),
        also={"before 0.26": (delivers("0+1x40", "0+10x90", reason=""), "30m")},
    ),
    "PrometheusRemoteWriteBehind": Case(
        fires=remote("0x30 1860+60x60"),
        before="16m",
        at="19m",
        over="35m",
        labels={"instance": "p", "remote_name": "far", "url": "http://far"},
        says="19m 0s behind to far.",
        silent=(remote("0 0 0+60x90"),),
    ),
    "Watchdog": Case(
        fires={},
        at="1m",
        labels={},
        says="This stands for ever; that it stops is what a dead man's switch tells.",
    ),
}


@needed
@pytest.mark.parametrize("name", ALERTS)
def test_alert(name: str, tmp_path: Path) -> None:
    play(ALERTS[name], CASES[name], tmp_path)
