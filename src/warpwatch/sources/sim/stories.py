"""Incidents as they go, to be played to people: each a list of faults with their times.

Places are those of the demonstration's fleet, whose racks of four nodes have H100, A100, L40S and
H200. Where a fault needs work on the GPU, the story brings it.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    after: float
    """Seconds since the step before."""
    request: Mapping[str, object]
    """As `sim inject` would send it."""
    says: str
    expects: str = ""
    """The alert, where one is to come of this step."""


@dataclass(frozen=True, slots=True)
class Story:
    name: str
    text: str
    steps: tuple[Step, ...]
    lasts: float = 180.0
    """Seconds from the last step until its faults are over."""


def _gpu(fault: str, node: str, gpu: int, **more: object) -> Mapping[str, object]:
    return {"fault": fault, "node": node, "gpu": gpu, **more}


STORIES: tuple[Story, ...] = (
    Story(
        "thermal-runaway",
        "A cooler comes loose under a training.",
        (
            Step(
                0.0,
                _gpu("occupy", "gpu-0002", 3, workload="burn"),
                "a heavy job takes GPU 3 of gpu-0002",
            ),
            Step(
                10.0,
                _gpu("overheat", "gpu-0002", 3, degrees=32),
                "its heat sink comes loose, and it warms by a degree every few seconds",
                "GPUHot",
            ),
            Step(
                40.0,
                _gpu("overheat", "gpu-0002", 3, degrees=60),
                "it hardly touches any more: first software takes the clocks back, then hardware",
                "GPUThermalThrottling",
            ),
        ),
    ),
    Story(
        "xid-79",
        "A GPU falls off the bus, and its job with it.",
        (
            Step(
                0.0,
                _gpu("occupy", "gpu-0004", 0, gpus=4, workload="training", already="5m"),
                "a training has GPUs 0 to 3 of gpu-0004",
            ),
            Step(
                20.0,
                _gpu("lost", "gpu-0004", 2),
                "GPU 2 of gpu-0004 no longer answers: XID 79, its page has gaps with the reason; "
                "the three others of its job wait for it, busy with little power, and in two "
                "minutes are told of by GPUJobStalled",
                "GPUFallenOffBus",
            ),
        ),
        lasts=240.0,
    ),
    Story(
        "ecc-row-remap",
        "Memory wears out: corrected errors, then one beyond mending, then a row to replace.",
        (
            Step(
                0.0,
                _gpu("sbe", "gpu-0007", 5, per_minute=600),
                "GPU 5 of gpu-0007 mends ten errors a second",
                "GPUMemoryErrorsRising",
            ),
            Step(
                20.0,
                _gpu("dbe", "gpu-0007", 5),
                "one cannot be mended",
                "GPUMemoryErrorUncorrected",
            ),
            Step(
                10.0,
                _gpu("remap_pending", "gpu-0007", 5),
                "a row is to be replaced at the next reset",
                "GPURowRemapPending",
            ),
        ),
    ),
    Story(
        "memory-leak",
        "A program keeps what it should give back.",
        (
            Step(
                0.0,
                _gpu("occupy", "gpu-0014", 1, workload="input_bound"),
                "a job takes GPU 1 of gpu-0014, and less than half of its memory",
            ),
            Step(
                5.0,
                _gpu("leak", "gpu-0014", 1, mib_per_minute=180_000),
                "it keeps 3 GiB a second, and soon there is nothing left",
                "GPUMemoryNearlyFull",
            ),
        ),
    ),
    Story(
        "idle-hoarder",
        "Somebody takes GPUs and does nothing on them.",
        tuple(
            Step(
                1.0,
                _gpu("occupy", "gpu-0011", gpu, workload="held"),
                f"a notebook takes GPU {gpu} of gpu-0011, loads a model, and is forgotten",
                "GPUAllocatedIdle" if gpu == 3 else "",
            )
            for gpu in range(4)
        ),
        lasts=480.0,
    ),
    Story(
        "nvlink-degradation",
        "A bad link: first it sends again, then it is gone.",
        (
            Step(
                0.0,
                _gpu("occupy", "gpu-0003", 4, gpus=3, workload="communication_bound"),
                "a job that talks much takes GPUs 4 to 6 of gpu-0003",
            ),
            Step(
                10.0,
                _gpu("nvlink_errors", "gpu-0003", 6, link=4, per_minute=600),
                "link 4 of GPU 6 of gpu-0003 sends much of what it sends again",
                "GPUNvlinkErrors",
            ),
            Step(
                30.0,
                _gpu("nvlink_flap", "gpu-0003", 6, link=4, down=1),
                "now it is down: XID 74, and one link less than its neighbours have",
                "GPUNvlinkDown",
            ),
        ),
    ),
    Story(
        "stalled-pipeline",
        "Data stop to come, and what lives on them ages.",
        (
            Step(
                0.0,
                {"fault": "pipeline_stalled", "program": "clickstream", "already": "5m50s"},
                "clickstream has finished nothing for six minutes: at this pace that is an hour",
                "AIPipelineStalled",
            ),
            Step(
                20.0,
                {"fault": "data_stale", "program": "embed-documents"},
                "embed-documents, which feeds on it, works on data that are two hours old",
                "AIDataStale",
            ),
        ),
    ),
)
