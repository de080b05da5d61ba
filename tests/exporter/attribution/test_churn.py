"""Ten thousand pods through eight GPUs: the page and the memory stay as small as what runs."""

import gc
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from kubelet import pod
from scripted import make_gpu
from warpwatch.clients.kubelet.wire import Pod
from warpwatch.clock import ManualClock
from warpwatch.expo.parse import parse
from warpwatch.exporter.attribution import families
from warpwatch.exporter.attribution.kubelet import Kubelet
from warpwatch.exporter.attribution.stage import fill
from warpwatch.exporter.attribution.tenants import Tenants, Wanted
from warpwatch.exporter.counters import read
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.identity import Naming
from warpwatch.exporter.page import Press
from warpwatch.exporter.selection import select
from warpwatch.exporter.sharing import Sharing
from warpwatch.exporter.tally import Tally
from warpwatch.exporter.view import Arranger
from warpwatch.fields import clocks, memory, power, utilisation
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Process, Reading, Report
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.base import SourceInfo

GPUS, PODS, SHARES = 8, 10_000, 4
FIELDS = (utilisation.GPU_UTIL, memory.FB_USED, power.POWER_USAGE, clocks.SM_CLOCK)
ERA = ERAS["classic"]
ROUND = 500
"""Pods after which memory is looked at."""


class Silent:
    def pods(self, timeout: float) -> tuple[Pod, ...]:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


@dataclass
class Node:
    """What makes a page of who has which GPU, without the threads and sockets around it."""

    workload_labels: str
    virtual: bool = False
    shares: int = 1
    scheduled: int = 0
    running: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        selection = select(read("".join(f"{f.name}, gauge, x\n" for f in FIELDS), "here"), ERA)
        naming = Naming(ERA, "n1", pods=True, tenants=True, pod_uid=True, pod_labels=True)
        sharing = Sharing(on_series=self.workload_labels != "info", virtual=self.virtual)
        tally = Tally(300, 300)
        self.kubelet = Kubelet(Silent(), ManualClock(), 1.0)
        self.tenants = Tenants(Wanted(jobs=True, containers=True, users=True))
        self.arranger = Arranger(selection, naming, lambda _: tally, sharing=sharing)
        self._press = Press(selection, ERA)
        self._info = families.workloads(naming.labels_of_pod)
        if self.workload_labels == "series":
            self._info = ()
        for gpu in range(GPUS):
            self.replace(gpu)

    def replace(self, gpu: int) -> None:
        """The pods of a GPU end, and others have it."""
        numbers = range(self.scheduled, self.scheduled + self.shares)
        self.running[gpu] = [f"train-{number}" for number in numbers]
        self.scheduled += self.shares

    def page(self) -> str:
        given = (
            pod(name, f"GPU-{gpu}::{place}" if self.shares > 1 else f"GPU-{gpu}")
            for gpu, names in self.running.items()
            for place, name in enumerate(names)
        )
        self.kubelet._learn(tuple(given))  # noqa: SLF001  as its inquiry does
        states = tuple(map(self._state, self.running))
        view = self.arranger.view(SourceInfo("nvml"), Snapshot(1, states, 0.1))
        return self._press.print(view, self._info).decode()

    def _state(self, gpu: int) -> State:
        entity = make_gpu(gpu)
        processes = tuple(
            Process(10 * gpu + place, "compute", 1 << 30, 0.1, cgroup=(_group(name),))
            for place, name in enumerate(self.running[gpu])
        )
        values = {each.id: 7 for each in FIELDS}
        report = self.kubelet(Report(entity, 0.0, (Reading(entity, values, {}, (), processes),)))
        (reading,) = report.readings
        owners = [_told(owner) for owner in reading.owners]
        report = Report(entity, 0.0, (fill(reading, owners),))
        return State(device=entity, report=self.tenants(report), success=True, age=0.0)

    def kept(self) -> int:
        """Things that are remembered from one page to the next."""
        arranger, kubelet = self.arranger, self.kubelet
        remembered = (arranger._known, arranger._last, kubelet._held, kubelet._strange)  # noqa: SLF001
        memos = kubelet._memo._kept, self.tenants._pods._kept  # noqa: SLF001
        places = self.tenants._place.cache_info()  # noqa: SLF001
        jobs = self.tenants._jobs  # noqa: SLF001
        return sum(len(each) for each in (*remembered, *memos)) + len(jobs) + places.currsize


def _told(owner: Owner) -> Owner:
    """As the API server tells of it."""
    number = int(owner.pod.partition("-")[2])
    return replace(owner, pod_uid=_uid(number), labels={"run": f"run-{number}"})


def _uid(number: int) -> str:
    return f"{number:08x}-1111-2222-3333-444444444444"


def _group(name: str) -> str:
    return f"0::/kubepods/burstable/pod{_uid(int(name.partition('-')[2]))}/{'ab' * 32}"


def series(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line.startswith(("DCGM_", "warpwatch_workload")))


def names(text: str) -> set[str]:
    found = (sample.labels.get("pod", "") for sample in parse(text).samples)
    return {name for name in found if name}


ON_A_GPU = len(FIELDS)
STEPS = 500


@pytest.mark.parametrize(
    ("labels", "virtual", "shares", "of_a_gpu"),
    [
        ("series", False, 1, ON_A_GPU),
        ("info", False, 1, ON_A_GPU + 3),
        ("both", False, 1, ON_A_GPU + 3),
        ("series", False, SHARES, ON_A_GPU),
        ("info", False, SHARES, ON_A_GPU + 3 * SHARES),
        ("both", False, SHARES, ON_A_GPU + 3 * SHARES),
        ("series", True, SHARES, ON_A_GPU * SHARES + 2),
        ("info", True, SHARES, ON_A_GPU + 3 * SHARES),
        ("both", True, SHARES, (ON_A_GPU + 3) * SHARES + 2),
    ],
)
def test_the_page_is_as_large_as_what_runs_however_many_pods_there_were(
    labels: str, *, virtual: bool, shares: int, of_a_gpu: int
) -> None:
    """A GPU has its fields and, for each workload, what it is, its memory and its time; where all
    is copied, the fields again for each pod, beside what is measured of the device.
    """
    node = Node(labels, virtual=virtual, shares=shares)
    while node.scheduled < PODS // 20:
        node.replace(node.scheduled // shares % GPUS)
        text = node.page()
        assert len(list(series(text))) == GPUS * of_a_gpu
        shown = {name for here in node.running.values() for name in here}
        # Without copies a series of several pods is nobody's, and says nothing of them.
        nobodys = labels == "series" and shares > 1 and not virtual
        assert names(text) == (set() if nobodys else shown), "old ones are gone at once"


@pytest.mark.parametrize(("labels", "distinct"), [("series", 1), ("info", 0)])
def test_with_info_the_series_of_fields_do_not_multiply_with_pods(
    labels: str, distinct: int
) -> None:
    """What Prometheus has to keep: every series that ever was."""
    node, ever = Node(labels), set[str]()
    for step in range(STEPS):
        node.replace(step % GPUS)
        found = (line for line in series(node.page()) if line.startswith("DCGM_"))
        ever |= {line.rpartition(" ")[0] for line in found}
    assert len(ever) == (GPUS + distinct * (STEPS - 1)) * ON_A_GPU


@pytest.mark.parametrize(("labels", "virtual", "shares"), [("both", False, 1), ("both", True, 4)])
def test_what_is_remembered_stays_as_small_as_what_runs(
    labels: str, *, virtual: bool, shares: int
) -> None:
    node = Node(labels, virtual=virtual, shares=shares)
    kept, taken = [], []
    try:
        while node.scheduled < PODS:
            node.replace(node.scheduled // shares % GPUS)
            if node.scheduled % ROUND < shares:
                node.page()
                kept.append(node.kept())
                if not tracemalloc.is_tracing() and node.scheduled >= PODS // 2:
                    tracemalloc.start()  # no sooner, since it is slow
                elif tracemalloc.is_tracing():
                    gc.collect()
                    taken.append(tracemalloc.get_traced_memory()[0])
            elif node.scheduled % (8 * shares) < shares:
                node.page()
    finally:
        tracemalloc.stop()
    assert node.scheduled >= PODS
    assert max(kept[len(kept) // 2 :]) <= max(kept[: len(kept) // 2])
    half = len(taken) // 2
    # Fifty bytes of each pod would be more.
    assert max(taken[half:]) - max(taken[:half]) < 100_000
