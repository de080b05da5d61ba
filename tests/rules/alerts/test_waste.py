"""Each alert of waste fires for waste, not for what is near it, and ends with it."""

from pathlib import Path

import pytest

from alerting import GPU, Case, Series, play, told
from promtool import needed

WHOLE = {"node": "n1", "gpu": "0", "uuid": "GPU-0", "model": "H100"}
POD = 'workload_namespace="ml", workload_pod="train", team="red"'
OWNED = {"workload_namespace": "ml", "workload_pod": "train", "team": "red"}
ALERTS = told("waste")
MEMORY = f"gpu:memory_used:bytes{{{GPU}}}"
HELD = "ml/train has GPU 0 of n1 (H100) and hardly uses it: activity 4%."
MIB = 1 << 20


def share(values: str = "1x400") -> dict[str, str]:
    return {f"gpu_owner:share:ratio{{{GPU}, {POD}}}": values}


def active(values: str) -> dict[str, str]:
    return {f"gpu_instance:activity:ratio{{{GPU}}}": values}


def whole(**values: str) -> dict[str, str]:
    return {f"gpu:{name.replace('__', ':')}{{{GPU}}}": value for name, value in values.items()}


def job(*each: str, pods: int = 1) -> Series:
    """A job on as many GPUs, or as many jobs on one each."""
    series: dict[str, str] = {}
    for number, values in enumerate(each):
        named = f'node="n1", gpu="{number}", uuid="GPU-{number}", model="H100"'
        pod = f'workload_namespace="ml", workload_pod="train-{number % pods}", team="red"'
        series[f"gpu_owner:share:ratio{{{named}, {pod}}}"] = "1x200"
        series[f"gpu_instance:activity:ratio{{{named}}}"] = values
    return series


CASES = {
    "GPUAllocatedIdle": Case(
        fires=share() | active("0.04x120 0.9x100"),
        before="58m",
        at="62m",
        over="125m",
        labels=WHOLE | OWNED,
        says=HELD,
        silent=(
            active("0x400"),
            share() | active("0.05x400"),
            share("_x50 1x60 _x100") | active("0x400"),
            share(),
        ),
    ),
    "GPUUnderused": Case(
        fires=share() | active("0.28x90 0.9x100"),
        before="28m",
        at="32m",
        over="100m",
        labels=WHOLE | OWNED,
        says="ml/train on GPU 0 of n1 (H100): activity 28%.",
        silent=(share() | active("0.3x400"), share() | active("0.04x400"), active("0.2x400")),
    ),
    "GPUSaturated": Case(
        fires=whole(activity__ratio="0.99x420 0.2x60"),
        before="355m",
        at="365m",
        over="430m",
        labels=WHOLE,
        says="Activity 99% on GPU 0 of n1 (H100).",
        silent=(whole(activity__ratio="0.95x480"),),
    ),
    "GPUJobStalled": Case(
        fires=whole(utilisation__ratio="1x60", power_of_limit__ratio="0.9x9 0.28x30 0.9x20"),
        before="20m",
        at="35m",
        over="50m",
        labels=WHOLE,
        says="GPU 0 of n1 (H100) is busy all the time with 28% of its power: a kernel that waits, "
        "such as a collective whose peer is gone.",
        silent=(
            whole(utilisation__ratio="0.95x60", power_of_limit__ratio="0.2x60"),
            whole(utilisation__ratio="1x60", power_of_limit__ratio="0.3x60"),
        ),
    ),
    "GPUMemoryNearlyFull": Case(
        fires=whole(memory_used__ratio="0.5x9 0.95x30 0.5x30"),
        before="19m",
        at="21m",
        over="41m",
        labels=WHOLE,
        says="95% in use on GPU 0 of n1 (H100). Frameworks that take all at once do this too.",
        silent=(whole(memory_used__ratio="0.9x70"),),
    ),
    "GPUMemoryLeak": Case(
        fires={MEMORY: f"{1000 * MIB}+{2 * MIB}x200 {1400 * MIB}x60"},
        before="100m",
        at="150m",
        over="245m",
        labels=WHOLE,
        says="120MiB an hour on GPU 0 of n1 (H100): a likely leak.",
        silent=(
            {MEMORY: f"{1000 * MIB}+{1.6 * MIB}x260"},
            {MEMORY: f"{1000 * MIB}x100 {40000 * MIB}x160"},
            {MEMORY: f"{1000 * MIB}x90 {40000 * MIB}x35 {70000 * MIB}x160"},
            {MEMORY: " ".join([f"{1000 * MIB}+{20 * MIB}x14"] * 18)},
        ),
    ),
    "GPUJobImbalanced": Case(
        fires=job("0.9x70 0.9x70", "0.55x70 0.9x70"),
        before="28m",
        at="32m",
        over="85m",
        labels={**OWNED, "workload_pod": "train-0"},
        says="ml/train-0: activity differs by 35% between its GPUs.",
        silent=(job("0.9x140", "0.65x140"), job("0.9x140", "0.1x140", pods=2), job("0.9x140")),
    ),
}


@needed
@pytest.mark.parametrize("name", ALERTS)
def test_alert(name: str, tmp_path: Path) -> None:
    play(ALERTS[name], CASES[name], tmp_path)
