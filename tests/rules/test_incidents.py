"""For every family of alerts: a fault of the simulated fleet makes the real Prometheus fire, and a
milder one does not. All strike at once, and each test waits for its own.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from process import program
from promserver import Prometheus, prometheus
from warpwatch import control
from warpwatch.rules.render import Options, rendered
from warpwatch.rules.thresholds import Thresholds

pytestmark = [pytest.mark.process, pytest.mark.binaries, pytest.mark.timeout(240)]
COUNTERS = Path(__file__).parents[2] / "deploy" / "generated" / "warpwatch-counters.csv"
PATIENCE = 170.0
"""Seconds from the first fault on: what looks longest looks for two hours, 75 times as fast."""
SOON = "20s"
NORMAL = "65s"
"""What is compared with before needs a before."""
NO_ROOM = 0.985
"""Share of the GPUs: with the last of the fleet's 48 given out, and not with one of them free."""
SIM = (
    "sim", "--nodes", "6", "--gpus", "8", "--board", "H100", "--board", "T4", "--seed", "3",
    "--tick", "1", "--collectors", str(COUNTERS), "--listen", "127.0.0.1:0",
)  # fmt: skip

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


@dataclass
class Theatre:
    server: Prometheus
    began: float
    rush: float
    """When the last GPU is given out, in Unix time."""
    pods: Mapping[tuple[int, int], str]
    """Of the work that was given to a GPU."""

    def where(self, place: Where) -> str:
        """As matchers."""
        labels = dict(place)
        if "program" in labels:
            node, gpu = map(int, labels.pop("program").split(","))
            labels["instance"] = self.pods[node, gpu]
        return ", ".join(f'{name}="{value}"' for name, value in labels.items())

    def firing(self, alert: str, place: Where) -> bool:
        matchers = self.where(place)
        stands = f'ALERTS{{alertname="{alert}", alertstate="firing", {matchers}}}'
        return bool(self.server.query(f"max_over_time({stands}[10m])"))

    def wait(self, alert: str, place: Where) -> None:
        while not self.firing(alert, place):
            assert time.monotonic() < self.began + PATIENCE, self.seen(alert)
            time.sleep(0.3)

    def seen(self, alert: str) -> str:
        found = self.server.query(f'max_over_time(ALERTS{{alertname="{alert}"}}[10m])')
        others = [row["metric"] for row in found]
        return f"{alert} does not fire there; it has for {others}; {self.server.complaints()}"


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    home = tmp_path_factory.mktemp("incidents")
    runtime = home / "run"
    runtime.mkdir()
    options = Options(hurry=75, thresholds=Thresholds(allocated_ratio=NO_ROOM))
    for name, text in rendered(options):
        (home / name).write_text(text)
    rules = ", ".join(str(path) for path in home.glob("*.yaml"))
    with program(*SIM, env={"XDG_RUNTIME_DIR": str(runtime)}) as it:
        around = "".join(
            f", {{job_name: {kind}, {sd(it.url, kind)}}}" for kind in ("hosts", "programs")
        )
        (socket,) = (runtime / "warpwatch").glob("sim-*.sock")
        for (node, gpu), workload in WORKED_ON.items():
            control.send(socket, on(node, gpu, "occupy", workload=workload))
        with prometheus(home, sd(it.url), rules, interval="1s", around=around) as server:
            pods = wait_for_pods(server)
            began = time.monotonic()
            for request in strikes(pods):
                control.send(socket, request)
            rush = control.send(socket, {"fault": "rush", "at": SOON})
            yield Theatre(server, began, float(str(rush["begins"])), pods)


def sd(url: str, kind: str = "") -> str:
    return (
        f"http_sd_configs: [{{url: '{url}/sd{'/' if kind else ''}{kind}', refresh_interval: 5s}}]"
    )


def wait_for_pods(server: Prometheus) -> Mapping[tuple[int, int], str]:
    deadline = time.monotonic() + 60
    found: dict[tuple[int, int], str] = {}
    while not found.keys() >= WORKED_ON.keys() or not server.query("training_steps_total"):
        assert time.monotonic() < deadline, f"only {found}"
        found = {
            (int(row["metric"]["node"][-4:]), int(row["metric"]["gpu"])): row["metric"][
                "workload_pod"
            ]
            for row in server.query("gpu_owner:workload:info")
        }
    return found


def strikes(pods: Mapping[tuple[int, int], str]) -> Iterator[Request]:
    """Each fault once, however many cases are of it."""
    told = []
    for case in CASES:
        for request in (case.fault, case.near):
            if request not in told:
                told.append(request)
    for request in told:
        place = request.get("program")
        named = {"program": pods[place]} if isinstance(place, tuple) else {}
        yield {**request, **named}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.alert)
def test_a_fault_fires_its_alert_and_a_milder_one_does_not(theatre: Theatre, case: Case) -> None:
    theatre.wait(case.alert, case.where)
    assert not theatre.firing(case.alert, case.spared)
    assert theatre.server.complaints() == []


def test_when_the_last_gpu_is_given_out_that_is_told_and_not_before(theatre: Theatre) -> None:
    theatre.wait("GPUCapacityTight", {})
    before = f"@ {theatre.rush - 1:.3f}"
    server = theatre.server
    (given,) = server.query(f"cluster:allocated:sum {before} / cluster:gpus:count {before}")
    assert 0.9 < float(given["value"][1]) < NO_ROOM  # type: ignore[index]
    assert not server.query(f'ALERTS{{alertname="GPUCapacityTight"}} {before}')
