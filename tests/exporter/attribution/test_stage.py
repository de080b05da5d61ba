"""What stages have in common: what is remembered, and what two of them know of one workload."""

import pytest

from warpwatch.exporter.attribution import stage
from warpwatch.exporter.attribution.stage import Memo, joined
from warpwatch.samples.entity import Entity, Gpu
from warpwatch.samples.owner import Owner

GPUS: tuple[Entity, ...] = tuple(
    Gpu(index, f"GPU-{index}", "", "NVIDIA H100") for index in range(3)
)


def test_what_was_worked_out_stands_until_what_it_comes_from_is_another() -> None:
    memo: Memo[int] = Memo()
    made = iter(range(10))

    def ask(entity: Entity, *given: object) -> int:
        return memo(entity, given, lambda: next(made))

    assert [ask(GPUS[0], "a"), ask(GPUS[0], "a")] == [0, 0]
    assert [ask(GPUS[1], "a"), ask(GPUS[0], "a")] == [1, 0], "each entity has its own"
    assert [ask(GPUS[0], "b"), ask(GPUS[0], "a")] == [2, 3], "the last one alone is kept"


def test_entities_that_are_gone_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "MOST_REMEMBERED", 2)
    memo: Memo[object] = Memo()
    first = [memo(entity, (), object) for entity in GPUS]
    assert memo(GPUS[2], (), object) is first[2]
    assert memo(GPUS[0], (), object) is not first[0]


def test_what_two_stages_know_of_one_job_is_told_together() -> None:
    file, process = Owner(hpc_job="7"), Owner(hpc_job="7", user="ada", container="c")
    assert joined((file,), (process,)) == (process,)
    assert joined((process,), (file, file)) == (process,)
    pod = Owner(pod="p", hpc_job="7")
    assert joined((pod,), (file,)) == (pod, file), "a pod is not a job of the same number"
    assert joined((), (Owner(user="a"), Owner(user="b"), Owner(user="a"))) == (
        Owner(user="a"),
        Owner(user="b"),
    )
