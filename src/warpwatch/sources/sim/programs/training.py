"""A training: its steps follow what its slowest GPU gets done."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from warpwatch.expo.plain import Metric, counter, gauge
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.gang import Gang
from warpwatch.sources.sim.gpu import SimGpu
from warpwatch.sources.sim.programs.faults import Kind
from warpwatch.sources.sim.programs.histogram import Histogram
from warpwatch.sources.sim.programs.program import Program

USUAL: Mapping[str, float] = {
    "training": 0.55,
    "input_bound": 0.36,
    "communication_bound": 0.17,
    "imbalanced": 0.17,
}
"""Of tensor pipes, of each workload's slowest rank, while it makes the steps that it should."""
_BOUNDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
_CHECKPOINTS = 900.0
_BATCH, _LENGTH = 8, 4096
"""Sequences of a rank in one step, and tokens in each."""


class Training(Program):
    kind: ClassVar[Kind] = "training"

    def __init__(self, name: str, labels: Mapping[str, str], gang: Gang) -> None:
        super().__init__(name, labels)
        self.gang = gang
        job = gang.job
        self._usual = USUAL[job.workload.name]
        self._per_second = 1.0 / (0.4 + 1.6 * draw(job.seed, 78))
        begun = max(job.begun, 0.0)
        self._steps = 0.0
        self._done = self._per_second * 0.9
        """Steps a second before anybody looked."""
        self._since = begun
        self._durations = Histogram(_BOUNDS)
        self._good = self._bad = 0.0
        self._speed = 0.0

    def live(self, time: float, seconds: float) -> None:
        if not self._steps:
            self._steps = max(time - self._since, 0.0) * self._done
        slowest = min(_work(gpu) for gpu in self.gang.gpus)
        speed = self._speed = slowest / self._usual * self.strain.pace
        made = self._per_second * speed * seconds
        self._steps += made
        if made:
            self._durations.add(made, 1.0 / (self._per_second * speed), 0.06)
        self._good += seconds * min(speed, 1.0)
        self._bad += seconds * max(1.0 - speed, 0.0)

    def metrics(self, time: float) -> Iterator[Metric]:
        ranks = len(self.gang.gpus)
        rank = (("rank", "0"),)
        steps = int(self._steps)
        yield counter("training_steps_total", "Steps made.", (rank, steps))
        yield self._durations.metric("training_step_seconds", "How long a step took.", rank)
        samples = steps * _BATCH * ranks
        yield counter("training_samples_total", "Sequences learned from.", (rank, samples))
        tokens = samples * _LENGTH
        yield counter("training_tokens_total", "Tokens learned from.", (rank, tokens))
        yield counter(
            "training_data_wait_seconds_total",
            "Time in which ranks waited for data.",
            *(((("rank", str(each)),), self._bad * 0.6) for each in range(ranks)),
        )
        loss = 1.7 + 6.0 / (1.0 + steps / 2000.0) ** 0.5 + 0.02 * draw(steps, 5)
        yield gauge("training_loss", "Loss of the last step.", (rank, round(loss, 4)))
        mfu = round(0.42 * min(self._speed, 1.1), 3)
        yield gauge("training_mfu_ratio", "Of the peak FLOP/s, by its own count.", (rank, mfu))
        since = (time - self._since) % _CHECKPOINTS
        yield gauge(
            "training_checkpoint_last_success_timestamp_seconds",
            "When it last saved its state.",
            (rank, round(time - since)),
        )
        yield counter(
            "training_goodput_seconds_total", "Time that brought steps.", (rank, self._good)
        )
        lost = (*rank, ("cause", "slow"))
        yield counter("training_badput_seconds_total", "Time that did not.", (lost, self._bad))
        size = (("world_size", str(ranks)), ("workload", self.gang.job.workload.name))
        yield gauge("training_info", "How it is run; the value is 1.", (size, 1))


def _work(gpu: SimGpu) -> float:
    """Lower clocks do less in the same share of cycles."""
    return 0.0 if gpu.absent else gpu.state.activity.tensor * gpu.state.pace
