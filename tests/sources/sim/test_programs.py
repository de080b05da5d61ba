"""Programs of a fleet: they are there with their jobs, and do what their GPUs let them do."""

from collections.abc import Mapping

import pytest

from warpwatch.clock import ManualClock
from warpwatch.errors import InputError
from warpwatch.expo.parse import parse
from warpwatch.expo.plain import page
from warpwatch.sources.sim.fleet import Fleet, fleet
from warpwatch.sources.sim.programs.program import Program

START = 1_772_442_000.0
Values = Mapping[str, float]


class Lab:
    """One node, with work on its first GPUs."""

    def __init__(self, *works: str) -> None:
        self.clock = ManualClock(START)
        self.fleet: Fleet = fleet(clock=self.clock, nodes=1, gpus=4, boards=("H100",), tick=1.0)
        for gpu, work in enumerate(works):
            self.inject("occupy", gpu=gpu, workload=work)
        self.wait(1)

    def inject(self, fault: str, **more: object) -> None:
        where = {} if "program" in more else {"node": "gpu-0001"}
        self.fleet.inject({"fault": fault, **where, **more})

    def wait(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.clock.advance(1.0)
            list(self.fleet.programs())

    def program(self, gpu: int) -> Program:
        work = self.fleet.nodes[0].source.gpus[gpu].state.work
        assert work is not None
        return self.fleet.program(work.owners[0].pod)[1]

    def values(self, program: Program) -> Values:
        site, _ = self.fleet.program(program.name)
        samples = parse(page(site.of_program(program)).decode()).samples
        found: dict[str, float] = {}
        for sample in samples:
            found[sample.name] = found.get(sample.name, 0.0) + sample.value
        return found

    def rate(self, gpu: int, name: str, seconds: float = 60.0) -> float:
        program = self.program(gpu)
        before = self.values(program)[name]
        self.wait(seconds)
        return (self.values(program)[name] - before) / seconds


def test_a_program_is_there_as_long_as_its_job() -> None:
    lab = Lab()
    number = lab.fleet.inject(
        {"fault": "occupy", "node": "gpu-0001", "gpu": 2, "workload": "inference"}
    ).id
    lab.wait(2)
    name = lab.program(2).name
    assert name in {program.name for _, program in lab.fleet.programs()}
    assert lab.fleet.clear(number)
    lab.wait(2)
    assert name not in {program.name for _, program in lab.fleet.programs()}


def test_a_training_whose_gpu_is_braked_makes_half_of_its_steps() -> None:
    lab = Lab("communication_bound")
    usual = lab.rate(0, "training_steps_total", 120)
    lab.inject("power_brake", gpu=0)
    lab.wait(5)
    assert lab.rate(0, "training_steps_total", 120) == pytest.approx(usual / 2, rel=0.1)


def test_a_training_whose_gpu_is_gone_makes_no_step() -> None:
    lab = Lab("communication_bound")
    lab.inject("lost", gpu=0)
    lab.wait(5)
    assert lab.rate(0, "training_steps_total") == 0.0


def test_a_slowed_training_makes_fewer_steps_until_that_is_over() -> None:
    lab = Lab("communication_bound")
    usual = lab.rate(0, "training_steps_total", 120)
    lab.inject("training_slowed", program=lab.program(0).name, share=0.25, **{"for": "125s"})
    lab.wait(5)
    assert lab.rate(0, "training_steps_total", 120) == pytest.approx(usual / 4, rel=0.1)
    lab.wait(5)
    assert lab.rate(0, "training_steps_total", 120) == pytest.approx(usual, rel=0.1)


def test_requests_take_longer_on_a_gpu_that_is_braked() -> None:
    lab = Lab("inference")

    def mean(seconds: float = 60.0) -> float:
        before = lab.values(lab.program(0))
        lab.wait(seconds)
        after = lab.values(lab.program(0))
        total, count = "inference_request_seconds_sum", "inference_request_seconds_count"
        return (after[total] - before[total]) / (after[count] - before[count])

    usual = mean()
    lab.inject("power_brake", gpu=0)
    lab.wait(5)
    assert mean() > 1.8 * usual


def test_a_flood_makes_the_queue_grow_by_what_is_not_answered() -> None:
    lab = Lab("inference")
    lab.inject("queue_growth", program=lab.program(0).name, per_second=7)
    lab.wait(3)
    assert lab.rate(0, "inference_queue_depth") == pytest.approx(7, abs=0.2)


def test_buckets_hold_what_the_count_says_and_never_shrink() -> None:
    lab = Lab("inference")
    lab.wait(30)
    site, program = lab.fleet.program(lab.program(0).name)
    rows = parse(page(site.of_program(program)).decode()).named("inference_request_seconds_bucket")
    values = [row.value for row in rows]
    assert values == sorted(values)
    assert values[-1] == lab.values(program)["inference_request_seconds_count"] > 0


def test_errors_are_the_share_that_was_asked_for() -> None:
    lab = Lab("inference")
    program = lab.program(0)
    lab.inject("inference_errors", program=program.name, share=0.3)
    lab.wait(60)
    site, _ = lab.fleet.program(program.name)
    told = parse(page(site.of_program(program)).decode()).named("inference_requests_total")
    by_outcome = {row.labels["outcome"]: row.value for row in told}
    assert by_outcome["error"] / sum(by_outcome.values()) == pytest.approx(0.302, abs=0.01)


def test_a_stalled_pipeline_ages_and_recovers() -> None:
    lab = Lab()
    lab.inject("pipeline_stalled", program="clickstream", already="10m", **{"for": "30s"})
    program = lab.fleet.program("clickstream")[1]

    def age() -> float:
        last = "pipeline_last_success_timestamp_seconds"
        return lab.clock.now() - lab.values(program)[last] / 3

    lab.wait(20)
    assert age() == pytest.approx(620, abs=1)
    lab.wait(20)
    assert age() <= 10


def test_what_programs_say_does_not_depend_on_who_reads_them() -> None:
    def look(waits: tuple[int, ...]) -> list[bytes]:
        clock = ManualClock(START)
        made = fleet(clock=clock, nodes=2, gpus=8, boards=("H100",))
        for wait in waits:
            clock.advance(wait)
            list(made.programs())
        return [
            *(page(site.of_program(program)) for site, program in made.programs()),
            *(page(node.site.of_host(node.name)) for node in made.nodes),
        ]

    assert look((300,)) == look((7, 93, 200))


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"fault": "slow_inference", "program": "nobody"}, "'nobody' does not run"),
        ({"fault": "slow_inference", "program": "clickstream"}, "'clickstream' does not run"),
        ({"fault": "slow_inferense"}, "Invalid value 'slow_inferense'"),
        ({"fault": "drift", "score": 2}, "score: Expected `float` <= 1.0"),
        ({"fault": "disk_full", "node": "gpu-0001", "mountpoint": "/x"}, "mountpoint"),
        ({"fault": "host_down"}, "node: is missing"),
        ({"fault": "occupy", "node": "gpu-0001", "workload": "x"}, "knows no work 'x'"),
    ],
)
def test_a_wrong_request_says_what_would_be_right(
    request_: Mapping[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message) as refusal:
        Lab().fleet.inject(request_)
    assert refusal.value.hint
