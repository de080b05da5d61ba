"""Each alert of applications fires for its fault and not for what is near it; without the
application's own series all are silent.
"""

from pathlib import Path

import pytest

from alerting import Case, Series, play, told
from promtool import needed

ALERTS = told("applications")
WHICH = {"namespace": "ml", "job": "chat", "model": "m1"}
OF = 'namespace="ml", job="chat", model="m1"'
LONG = "1x90"


def requests(fast: str, all_: str) -> Series:
    """A second, within half a second and at all."""
    name = f"job:inference_request_seconds_bucket:rate5m{{{OF}"
    return {
        f'{name}, le="0.5"}}': fast,
        f'{name}, le="1"}}': all_,
        f'{name}, le="+Inf"}}': all_,
    }


def outcomes(ok: str, failed: str) -> Series:
    name = f"inference_requests_total{{{OF}, outcome="
    return {f'{name}"ok"}}': ok, f'{name}"error"}}': failed}


def one(name: str, values: str, more: str = "") -> Series:
    return {f"{name}{{{OF}{more}}}": values}


CASES = {
    "AIInferenceSlow": Case(
        fires=requests("0.95x60 1x30", "1x90"),
        before="1m",
        at="10m",
        over="64m",
        labels=WHICH,
        says="ml chat m1: 0.90 s at the 99th percentile.",
        silent=(requests("0.995x90", "1x90"), requests("0x90", "0x90"), {}),
    ),
    "AIInferenceFailing": Case(
        fires=outcomes("0+94x90", "0+6x40 240x50"),
        before="2m",
        at="10m",
        over="50m",
        labels=WHICH,
        says="ml chat m1: 6% of the requests.",
        silent=(
            outcomes("0+96x90", "0+4x90"),
            outcomes("500x90", "500x90"),
            outcomes("0 0+1x20 20x70", "0x8 1x40 2x30 3x20"),  # one of three, in a quiet night
            {},
        ),
        also={"all of the few": (outcomes("0x90", "0+0.2x90"), "45m")},
    ),
    "AIInferenceQueueGrowing": Case(
        fires=one("inference_queue_depth", "0x20 0+5x30 150x40"),
        before="24m",
        at="45m30s",  # between samples: whether the edge of a window counts differs by version
        over="75m",
        labels=WHICH,
        says="ml chat m1: 30 more wait than ten minutes ago.",
        silent=(
            one("inference_queue_depth", "500x90"),
            one("inference_queue_depth", "0x20 50x1 0x60"),
            {},
        ),
    ),
    "AITrainingSlowed": Case(
        fires=one("training_steps_total", "0+60x100 6000+20x60 7200+60x90"),
        before="100m",
        at="125m",
        over="185m",
        labels=WHICH,
        says="ml chat m1: 0.33 steps a second now.",
        silent=(
            one("training_steps_total", "0+60x100 6000+36x150"),
            one("training_steps_total", "0+60x100 stale"),
            one("training_steps_total", "_x80 0+60x20 1200+10x150"),
            {},
        ),
    ),
    "AIPipelineStalled": Case(
        fires=one("pipeline_last_success_timestamp_seconds", "0x90 5400+60x60", ', stage="load"'),
        before="58m",
        at="63m",
        over="95m",
        labels={**WHICH, "stage": "load"},
        says="chat load: nothing for 1h 3m 0s.",
        silent=(one("pipeline_last_success_timestamp_seconds", "0x30 1800x30 3600x60"), {}),
    ),
    "AIDataStale": Case(
        fires=one("pipeline_watermark_lag_seconds", "60x9 3660x30 60x30", ', stage="load"'),
        before="14m",
        at="16m",
        over="41m",
        labels={**WHICH, "stage": "load"},
        says="chat load is 1h 1m 0s behind.",
        silent=(one("pipeline_watermark_lag_seconds", "3600x90"), {}),
    ),
    "AIAccuracyDropped": Case(
        fires=one("quality_value", "0.9x1500 0.84x90 0.9x90", ', metric="accuracy"'),
        before="1520m",
        at="1545m",
        over="1600m",
        labels={**WHICH, "metric": "accuracy"},
        says="chat m1: accuracy fell by 0.060.",
        every=120,
        silent=(
            one("quality_value", "0.9x1500 0.86x180", ', metric="accuracy"'),
            one("quality_value", "0.9x1500 0.5x180", ', metric="loss"'),
            {},
        ),
    ),
    "AIInputDrifting": Case(
        fires=one("quality_drift_score", "0.1x9 0.25x90 0.1x30", ', feature="age"'),
        before="68m",
        at="72m",
        over="101m",
        labels={**WHICH, "feature": "age"},
        says="chat age: drift 0.25.",
        silent=(one("quality_drift_score", "0.2x120", ', feature="age"'), {}),
    ),
}


@needed
@pytest.mark.parametrize("name", ALERTS)
def test_alert(name: str, tmp_path: Path) -> None:
    play(ALERTS[name], CASES[name], tmp_path)
