"""What the faults of a simulated fleet make fire, each with a milder one that does not. The fleet
is that of tests/rules/test_incidents.py; docs/simulation.md is held to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

SOON = "20s"
NORMAL = "65s"
"""What is compared with before needs a before."""

Request = Mapping[str, object]
Where = Mapping[str, str]


def on(node: int, gpu: int, fault: str, **more: object) -> Request:
    return {"fault": fault, "node": f"gpu-{node:04d}", "gpu": gpu, **more}


def at(node: int, gpu: int) -> Where:
    return {"node": f"gpu-{node:04d}", "gpu": str(gpu)}


@dataclass(frozen=True, slots=True)
class Case:
    alert: str
    fault: Request
    where: Where
    near: Request
    spared: Where
    """Where the near miss is."""


WORKED_ON = {
    (3, 0): "burn", (3, 1): "burn", (3, 3): "burn", (3, 4): "communication_bound",
    (4, 0): "input_bound", (4, 1): "input_bound",
    (4, 3): "communication_bound", (4, 6): "communication_bound",
    (5, 0): "inference", (5, 1): "inference", (5, 2): "inference", (5, 3): "inference",
    (5, 4): "inference", (5, 7): "inference",
}  # fmt: skip
"""Whose work: the fault `occupy` gives it to GPUs, with the same names at every run."""
SLOW, FAST = (
    {"namespace": "vision", "job": "code-complete"},
    {
        "namespace": "foundation",
        "job": "embeddings",
    },
)
FAILING, HEALTHY = (
    {"namespace": "foundation", "job": "code-complete"},
    {
        "namespace": "platform",
        "job": "code-complete",
    },
)
CASES = (
    Case("GPUFallenOffBus", on(4, 4, "lost"), at(4, 4), on(4, 5, "xid", code=31), at(4, 5)),
    Case("GPUXidApplication", on(4, 5, "xid", code=31), at(4, 5), on(4, 4, "lost"), at(4, 4)),
    Case(
        "GPUMemoryErrorsRising",
        on(1, 0, "sbe", per_minute=600),
        at(1, 0),
        on(1, 1, "sbe", per_minute=60),
        at(1, 1),
    ),
    Case(
        "GPUMemoryErrorUncorrected",
        on(1, 2, "dbe"),
        at(1, 2),
        on(1, 1, "sbe", per_minute=60),
        at(1, 1),
    ),
    Case(
        "GPURowRemapFailed",
        on(1, 3, "remap_failed"),
        at(1, 3),
        on(1, 4, "remap_pending"),
        at(1, 4),
    ),
    Case(
        "GPUNvlinkErrors",
        on(2, 2, "nvlink_errors", per_minute=600),
        at(2, 2),
        on(2, 3, "nvlink_errors", per_minute=6),
        at(2, 3),
    ),
    Case(
        "GPUNvlinkDown",
        on(2, 4, "nvlink_flap", down=1),
        at(2, 4),
        on(2, 3, "nvlink_errors", per_minute=6),
        at(2, 3),
    ),
    Case(
        "GPUPcieReplays",
        on(2, 5, "pcie_replay", per_minute=120),
        at(2, 5),
        on(2, 6, "pcie_replay", per_minute=4),
        at(2, 6),
    ),
    Case(
        "GPUPowerBrake",
        on(3, 5, "power_brake"),
        at(3, 5),
        on(3, 1, "overheat", degrees=5),
        at(3, 1),
    ),
    Case(
        "GPUInforomCorrupt",
        on(2, 7, "inforom"),
        at(2, 7),
        on(2, 6, "pcie_replay", per_minute=4),
        at(2, 6),
    ),
    Case(
        "GPURecoveryActionNeeded",
        on(3, 6, "recovery_action"),
        at(3, 6),
        on(1, 4, "remap_pending"),
        at(1, 4),
    ),
    Case(
        "GPUCountBelowExpected",
        on(3, 7, "missing"),
        {"node": "gpu-0003"},
        on(1, 4, "remap_pending"),
        {"node": "gpu-0001"},
    ),
    Case(
        "GPUHot",
        on(3, 0, "overheat", degrees=70),
        at(3, 0),
        on(3, 1, "overheat", degrees=5),
        at(3, 1),
    ),
    Case(
        "GPUThermalThrottling",
        on(3, 0, "overheat", degrees=70),
        at(3, 0),
        on(3, 1, "overheat", degrees=5),
        at(3, 1),
    ),
    Case(
        "GPUAllocatedIdle",
        on(3, 2, "occupy", workload="held"),
        at(3, 2),
        on(3, 3, "starve", share=0.9),
        at(3, 3),
    ),
    Case("GPUJobStalled", on(3, 4, "spin"), at(3, 4), on(3, 3, "starve", share=0.9), at(3, 3)),
    Case(
        "GPUMemoryLeak",
        on(4, 0, "leak", mib_per_minute=6000),
        at(4, 0),
        on(4, 1, "leak", mib_per_minute=40),
        at(4, 1),
    ),
    Case(
        "GPUJobImbalanced",
        on(1, 7, "starve", share=0.1),
        {"workload_pod": "diffusion-xl-183d7-worker-0"},
        on(2, 0, "starve", share=0.8),
        {"workload_pod": "diffusion-xl-4435e-worker-0"},
    ),
    Case("GPUHung", on(4, 2, "hang"), at(4, 2), on(4, 4, "lost"), at(4, 4)),
    Case("GPUCollectionFailing", on(4, 4, "lost"), at(4, 4), on(4, 5, "xid", code=31), at(4, 5)),
    Case(
        "GPUExporterDown",
        {"fault": "host_down", "node": "gpu-0006"},
        {"instance": "gpu-0006"},
        {"fault": "exporter_down", "node": "gpu-0005", "for": "2s"},
        {"instance": "gpu-0005"},
    ),
    Case(
        "GPUExporterDown",
        {"fault": "exporter_down", "node": "gpu-0007"},
        {"instance": "gpu-0007"},
        {"fault": "exporter_down", "node": "gpu-0005", "for": "2s"},
        {"instance": "gpu-0005"},
    ),
    Case(
        "AIInferenceSlow",
        {"fault": "slow_inference", "program": (5, 0)},
        SLOW,
        {"fault": "slow_inference", "program": (5, 1), "factor": 1.2},
        FAST,
    ),
    Case(
        "AIInferenceFailing",
        {"fault": "inference_errors", "program": (5, 3)},
        FAILING,
        {"fault": "inference_errors", "program": (5, 4), "share": 0.02},
        HEALTHY,
    ),
    Case(
        "AIInferenceQueueGrowing",
        {"fault": "queue_growth", "program": (5, 2), "per_second": 20},
        {"namespace": "vision", "job": "embeddings"},
        {"fault": "queue_growth", "program": (5, 7), "per_second": 0.4},
        HEALTHY,
    ),
    Case(
        "AITrainingSlowed",
        {"fault": "training_slowed", "program": (4, 3), "at": NORMAL, "share": 0.1},
        {"program": "4, 3"},
        {"fault": "training_slowed", "program": (4, 6), "at": NORMAL, "share": 0.8},
        {"program": "4, 6"},
    ),
    Case(
        "AIPipelineStalled",
        {"fault": "pipeline_stalled", "program": "tokenise-corpus"},
        {"job": "tokenise-corpus"},
        {"fault": "pipeline_stalled", "program": "clickstream", "for": "15s"},
        {"job": "clickstream"},
    ),
    Case(
        "AIDataStale",
        {"fault": "data_stale", "program": "embed-documents"},
        {"job": "embed-documents"},
        {"fault": "data_stale", "program": "clickstream", "lag": "40m"},
        {"job": "clickstream"},
    ),
    Case(
        "AIAccuracyDropped",
        {"fault": "accuracy_drop", "program": "quality-chat-server", "at": NORMAL},
        {"model": "chat-server"},
        {"fault": "accuracy_drop", "program": "quality-embeddings", "by": 0.02, "at": NORMAL},
        {"model": "embeddings"},
    ),
    Case(
        "AIInputDrifting",
        {"fault": "drift", "program": "quality-embeddings"},
        {"model": "embeddings"},
        {"fault": "drift", "program": "quality-chat-server", "score": 0.08},
        {"model": "chat-server"},
    ),
)
