"""Programs that are always there and need no GPU: pipelines of data, and watches over quality."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from warpwatch.expo.plain import Metric, counter, gauge
from warpwatch.sources.sim.chance import draw, seed_of
from warpwatch.sources.sim.programs.faults import Kind
from warpwatch.sources.sim.programs.program import Program

PIPELINES: Mapping[str, tuple[str, float]] = {
    "clickstream": ("search", 10.0),
    "tokenise-corpus": ("foundation", 20.0),
    "embed-documents": ("search", 15.0),
}
"""Whose each is, and how often it finishes a batch, in seconds."""
STAGES = ("extract", "transform", "load")
WATCHED: Mapping[str, str] = {"chat-server": "platform", "embeddings": "search"}
"""Models whose quality is watched, and whose they are."""
_MEASURES = (("accuracy", 0.914), ("f1", 0.887))
_FEATURES = ("prompt_length", "language")
_BATCH = 20_000
_LAG = 90.0
_LIMIT = 0.2


class Pipeline(Program):
    kind: ClassVar[Kind] = "pipeline"

    def __init__(self, name: str, seed: int, begin: float) -> None:
        team, every = PIPELINES[name]
        super().__init__(name, _standing(name, team))
        self._every = every
        self._seed = seed_of(seed, name)
        self._batches = 0.0
        self._last = begin - begin % every

    def live(self, time: float, seconds: float) -> None:
        stalled = self.strain.stalled
        if stalled is None:
            self._batches += seconds / self._every
            self._last = time - time % self._every
        else:
            self._last = min(self._last, time - stalled)

    def metrics(self, time: float) -> Iterator[Metric]:
        stages = [(("stage", stage),) for stage in STAGES]
        yield gauge(
            "pipeline_last_success_timestamp_seconds",
            "When the stage last finished a batch.",
            *((stage, round(self._last)) for stage in stages),
        )
        behind = time - self._last if self.strain.stalled is not None else 0.0
        lag = _LAG + 20.0 * draw(self._seed, int(time / 60)) + self.strain.lag + behind
        yield gauge(
            "pipeline_watermark_lag_seconds",
            "How old the newest data are that have passed the stage.",
            *((stage, round(lag * (1.0 + 0.2 * n), 1)) for n, stage in enumerate(stages)),
        )
        records = int(self._batches) * _BATCH
        yield counter(
            "pipeline_records_total",
            "Records by how they ended.",
            *(((*stage, ("outcome", "ok")), records) for stage in stages),
            *(((*stage, ("outcome", "rejected")), records // 5000) for stage in stages),
        )
        waiting = int(_BATCH * (0.2 + behind / self._every))
        yield gauge(
            "pipeline_backlog",
            "Records that wait for the stage.",
            *((stage, waiting if n == 0 else waiting // 8) for n, stage in enumerate(stages)),
        )


class Quality(Program):
    kind: ClassVar[Kind] = "quality"

    def __init__(self, model: str, seed: int) -> None:
        super().__init__(f"quality-{model}", _standing("quality-watch", WATCHED[model], model))
        self._model = (("model", model),)
        self._seed = seed_of(seed, "quality", model)

    def live(self, time: float, seconds: float) -> None:
        """It only measures."""

    def metrics(self, time: float) -> Iterator[Metric]:
        model, strain, hour = self._model, self.strain, int(time / 600)
        yield gauge(
            "quality_value",
            "A measure of a model's answers, on a sample that people have judged.",
            *(
                ((*model, ("metric", name)), round(usual + stray - strain.loss, 4))
                for number, (name, usual) in enumerate(_MEASURES)
                for stray in (0.01 * (draw(self._seed, 2 * hour + number) - 0.5),)
            ),
        )
        yield gauge(
            "quality_drift_score",
            "How far an input has moved from its reference (PSI).",
            *(
                ((*model, ("feature", name)), round(score + (strain.drift if not n else 0.0), 4))
                for n, name in enumerate(_FEATURES)
                for score in (0.03 + 0.04 * draw(self._seed, -2 * hour - n),)
            ),
        )
        yield gauge("quality_drift_threshold", "From where on it is told.", (model, _LIMIT))
        yield gauge(
            "quality_missing_ratio",
            "Of the input's values that are missing.",
            (model, round(0.002 + 0.002 * draw(self._seed, hour), 5)),
        )


def _standing(job: str, team: str, instance: str = "") -> Mapping[str, str]:
    return {"job": job, "instance": f"{instance or job}-0", "namespace": team}


def standing(seed: int, begin: float) -> Iterator[Program]:
    for name in PIPELINES:
        yield Pipeline(name, seed, begin)
    for model in WATCHED:
        yield Quality(model, seed)
