"""What can go wrong with a program while its GPUs are well: one class each, and the list below."""

from typing import Annotated, ClassVar, Literal, get_args

import msgspec

from warpwatch.sources.sim.mishap import Mishap
from warpwatch.units import Seconds

Kind = Literal["serving", "training", "pipeline", "quality"]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Amount = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]


class Strain:
    """What active faults do to a program just now; cleared at every step."""

    __slots__ = ("drift", "errors", "flood", "lag", "loss", "pace", "slowness", "stalled")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.slowness = 1.0
        """How many times longer a request takes."""
        self.errors = 0.0
        """Share of requests that fail, beside the few that always do."""
        self.flood = 0.0
        """Requests a second beyond what it can answer."""
        self.pace = 1.0
        """Of a training: share of its steps that are left."""
        self.stalled: float | None = None
        """Of a pipeline: seconds since it last finished anything."""
        self.lag = 0.0
        """Seconds that its data are older than usual."""
        self.loss = 0.0
        """Of quality."""
        self.drift = 0.0
        """Of the input."""


class ProgramFault(Mishap, frozen=True):
    program: str = ""
    """Its name, or that of the job; without it the first that can have the fault."""

    of: ClassVar[Kind]


class SlowInference(ProgramFault, frozen=True, tag="slow_inference"):
    """Requests take longer, as behind a slow store or with a cache that is lost."""

    factor: Annotated[float, msgspec.Meta(ge=1, le=1000)] = 6.0
    of: ClassVar[Kind] = "serving"

    def press(self, strain: Strain, since: float) -> None:
        del since
        strain.slowness *= self.factor


class InferenceErrors(ProgramFault, frozen=True, tag="inference_errors"):
    """Some requests get an error instead of an answer."""

    share: Share = 0.2
    of: ClassVar[Kind] = "serving"

    def press(self, strain: Strain, since: float) -> None:
        del since
        strain.errors += self.share


class QueueGrowth(ProgramFault, frozen=True, tag="queue_growth"):
    """More requests come than are answered: the queue grows, and latency with it."""

    per_second: Amount = 10.0
    of: ClassVar[Kind] = "serving"

    def press(self, strain: Strain, since: float) -> None:
        del since
        strain.flood += self.per_second


class TrainingSlowed(ProgramFault, frozen=True, tag="training_slowed"):
    """Steps take longer though the GPUs are well, as when data come too late."""

    share: Share = 0.25
    of: ClassVar[Kind] = "training"

    def press(self, strain: Strain, since: float) -> None:
        del since
        strain.pace *= self.share


class PipelineStalled(ProgramFault, frozen=True, tag="pipeline_stalled"):
    """All stages stand still; `already` says for how long they have when it is noticed."""

    already: Seconds = Seconds(0.0)
    of: ClassVar[Kind] = "pipeline"

    def press(self, strain: Strain, since: float) -> None:
        strain.stalled = since + self.already


class DataStale(ProgramFault, frozen=True, tag="data_stale"):
    """It works, on data that are so much older than they should be."""

    lag: Seconds = Seconds(7200.0)
    of: ClassVar[Kind] = "pipeline"

    def press(self, strain: Strain, since: float) -> None:
        del since
        strain.lag += self.lag


class AccuracyDrop(ProgramFault, frozen=True, tag="accuracy_drop"):
    """A model's answers become worse."""

    by: Share = 0.1
    of: ClassVar[Kind] = "quality"

    def press(self, strain: Strain, since: float) -> None:
        del since
        strain.loss += self.by


class Drift(ProgramFault, frozen=True, tag="drift"):
    """What a model is asked moves away from what it was trained on."""

    score: Share = 0.3
    of: ClassVar[Kind] = "quality"

    def press(self, strain: Strain, since: float) -> None:
        del since
        strain.drift += self.score


AnyProgramFault = (
    AccuracyDrop
    | DataStale
    | Drift
    | InferenceErrors
    | PipelineStalled
    | QueueGrowth
    | SlowInference
    | TrainingSlowed
)
PROGRAM_FAULTS: tuple[type[ProgramFault], ...] = get_args(AnyProgramFault)
