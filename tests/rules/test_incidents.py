"""For every family of alerts: a fault of the simulated fleet makes the real Prometheus fire, and a
milder one does not. All strike at once, and each test waits for its own.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from incidents import CASES, SOON, WORKED_ON, Case, Request, Where, on
from process import program
from promserver import Prometheus, prometheus
from warpwatch import control
from warpwatch.rules.render import Options, rendered
from warpwatch.rules.thresholds import Thresholds

pytestmark = [pytest.mark.process, pytest.mark.binaries, pytest.mark.timeout(240)]
COUNTERS = Path(__file__).parents[2] / "deploy" / "generated" / "warpwatch-counters.csv"
PATIENCE = 170.0
"""Seconds from the first fault on: what looks longest looks for two hours, 75 times as fast."""
NO_ROOM = 0.99
"""Share of the GPUs: with the last of the fleet's given out, and not with one of them free."""
SIM = (
    "sim", "--nodes", "7", "--gpus", "8", "--board", "H100", "--board", "T4", "--seed", "3",
    "--tick", "1", "--collectors", str(COUNTERS), "--listen", "127.0.0.1:0",
)  # fmt: skip


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


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}-{case.fault['fault']}")
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
