"""Other thresholds for a board or a namespace, played by Prometheus' own tool."""

from pathlib import Path

import pytest

from alerting import GPU, Case, play
from warpwatch.errors import InputError
from warpwatch.rules import settings
from warpwatch.rules.model import Alert
from warpwatch.rules.render import Options, alerting

OWNER = f'{GPU}, mig_id="", mig_profile=""'
WORK = 'workload_namespace="vision", workload_pod="p"'


def options(said: dict[str, object]) -> Options:
    return settings.options(said, "w.toml: rules")


def alert(name: str, said: dict[str, object]) -> Alert:
    rules = [rule for group in alerting(options(said)) for rule in group.rules]
    (found,) = [rule for rule in rules if rule.name == name and isinstance(rule, Alert)]
    return found


def full(model: str, uuid: str, ratio: float) -> dict[str, str]:
    labels = f'node="n1", gpu="0", uuid="{uuid}", model="{model}"'
    return {f"gpu:memory_used:ratio{{{labels}}}": f"{ratio}x30"}


def test_a_board_has_its_own_threshold_and_the_others_keep_theirs(tmp_path: Path) -> None:
    odd = 'A "B" $1\\'
    play(
        alert("GPUMemoryNearlyFull", {"boards": {odd: {"memory_full_ratio": 0.5}}}),
        Case(
            fires={
                **full('A \\\\"B\\\\" $1\\\\\\\\'.replace("\\\\", "\\"), "GPU-0", 0.6),
                **full("T4", "GPU-1", 0.6),
            },
            at="20m",
            labels={"node": "n1", "gpu": "0", "uuid": "GPU-0", "model": odd},
            says=f"60% in use on GPU 0 of n1 ({odd}). "
            "Frameworks that take all at once do this too.",
            silent=(full("T4", "GPU-1", 0.85),),
            also={"the others by theirs": (full("T4", "GPU-1", 0.95), "20m")},
        ),
        tmp_path,
    )


def test_a_namespace_is_known_by_who_has_the_gpu(tmp_path: Path) -> None:
    owned = {f"gpu_owner:workload:info{{{OWNER}, {WORK}}}": "1x30"}
    others = {f"gpu_owner:workload:info{{{OWNER}, {WORK.replace('vision', 'nlp')}}}": "1x30"}
    play(
        alert("GPUMemoryNearlyFull", {"namespaces": {"vision": {"memory_full_ratio": 0.5}}}),
        Case(
            fires={**full("H100", "GPU-0", 0.6), **owned},
            at="20m",
            labels={"node": "n1", "gpu": "0", "uuid": "GPU-0", "model": "H100"},
            says="60% in use on GPU 0 of n1 (H100). Frameworks that take all at once do this too.",
            silent=(full("H100", "GPU-0", 0.6), {**full("H100", "GPU-0", 0.6), **others}),
        ),
        tmp_path,
    )


def test_a_namespace_counts_before_a_board() -> None:
    said: dict[str, object] = {
        "boards": {"H100": {"memory_full_ratio": 0.5}},
        "namespaces": {"vision": {"memory_full_ratio": 0.7}},
    }
    expr = alert("GPUMemoryNearlyFull", said).expr
    assert expr.startswith("((((gpu:memory_used:ratio > 0.9) unless on (model) ")
    assert expr.endswith(
        "or ((gpu:memory_used:ratio > 0.7) and on (cluster, uuid) "
        'gpu_owner:workload:info{workload_namespace="vision"})'
    )


def test_alerts_without_the_threshold_stay_as_they_are() -> None:
    said = {"boards": {"H100": {"memory_full_ratio": 0.5}}, "thresholds": {"hot_celsius": 70}}
    assert alert("GPUMemoryLeak", said).expr == alert("GPUMemoryLeak", {}).expr
    assert "> 70" in alert("GPUHot", said).expr


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"tresholds": {}}, "unknown field `tresholds`"),
        ({"thresholds": {"hot": 1}}, "there is no threshold 'hot'"),
        ({"thresholds": {"hot_celsius": "hot"}}, r"thresholds\[...\]: Expected `float`"),
        ({"boards": {"T4": {"hot": 1}}}, "boards.T4: there is no threshold 'hot'"),
        ({"boards": {"T4": {"hot_celsius": -1}}}, "boards.T4: .*is below nothing"),
        (
            {"boards": {"T4": {"error_ratio": 0.1}}},
            "boards.T4: no alert that has error_ratio tells of boards",
        ),
        (
            {"namespaces": {"ml": {"disk_ratio": 0.1}}},
            "namespaces.ml: no alert that has disk_ratio tells of namespaces",
        ),
    ],
)
def test_what_cannot_be_excepted_is_told_with_its_place(
    said: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=f"^w.toml: rules.*{message}") as caught:
        options(said)
    assert str(caught.value).count("w.toml") == 1
