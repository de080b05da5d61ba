"""What it costs to say whose work it is: the stages over all who are asked, beside none of them."""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "kit"))

import apiserver  # of the tests, as are the next two
import kubelet
from proctree import process as in_proc
from warpwatch.clients.kubelet.lister import Lister
from warpwatch.clients.kubelet.wire import Pod
from warpwatch.clients.kubernetes.access import Access
from warpwatch.clients.kubernetes.api import Api
from warpwatch.clock import SystemClock
from warpwatch.exporter.attribution.job_files import JobFiles
from warpwatch.exporter.attribution.kubelet import Kubelet
from warpwatch.exporter.attribution.pods import Pods
from warpwatch.exporter.attribution.stage import Chain, Stage
from warpwatch.exporter.attribution.tenants import Tenants, Wanted
from warpwatch.exporter.processes import Names
from warpwatch.procfs import Register
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Process, Reading, Report

GPUS, PODS = 8, 100
ROUNDS = 200
SECONDS = 3600.0
"""Nobody is asked twice while this measures, but where that is what is measured."""
TARGET = 1.0
ALL = Wanted(jobs=True, containers=True, users=True)


def reports(on_gpus: int) -> list[Report]:
    """One process for each pod that has a GPU."""
    made = []
    for index in range(GPUS):
        gpu = Gpu(index, f"GPU-{index}", f"00000000:{index:02X}:00.0", "NVIDIA H100 80GB HBM3")
        pids = range(index, on_gpus, GPUS)
        processes = tuple(Process(1000 + pid, "compute", 1 << 30, 0.1) for pid in pids)
        values = dict.fromkeys(range(100, 160), 1.0)
        made.append(Report(gpu, 0.0, (Reading(gpu, values, {}, processes=processes),)))
    return made


def prepare(folder: Path, on_gpus: int, api: apiserver.ApiServer) -> list[Pod]:
    pods = []
    for number in range(PODS):
        name, uid = f"train-{number}", f"{number:08x}-1111-2222-3333-444444444444"
        given = [f"GPU-{number % GPUS}::{number // GPUS}"] if number < on_gpus else []
        pods.append(kubelet.pod(name, *given))
        api.put("/api/v1/pods", uid, apiserver.pod(name, team="red", app=f"llm-{number}"))
        group = f"0::/kubepods/burstable/pod{uid}/{'0123456789abcdef' * 4}"
        in_proc(folder / "proc", 1000 + number, group)
    return pods


def median_ms(call: Callable[[], object]) -> float:
    spent = []
    for _ in range(ROUNDS):
        began = time.thread_time_ns()
        call()
        spent.append((time.thread_time_ns() - began) / 1e6)
    return statistics.median(spent)


def measure(folder: Path, on_gpus: int) -> None:
    api = apiserver.ApiServer(collections={"/api/v1/pods": {}})
    pods = prepare(folder, on_gpus, api)
    daemon = kubelet.Kubelet(folder / "kubelet.sock", pods=pods)
    clock = SystemClock()
    with ExitStack() as stack:
        stack.enter_context(kubelet.serving(daemon))
        stack.enter_context(apiserver.serving(api))
        lister = Lister(daemon.path)
        stages: Sequence[Stage] = (
            Kubelet(lister, clock, SECONDS),
            Pods(Api(Access(api.url)), clock, "n1"),
            JobFiles(folder, clock, SECONDS),
            Names(Register(folder / "proc").look),
            Tenants(ALL),
        )
        asyncio.run(_measured(stages, on_gpus))
        print(f"    {'asking the kubelet, once':<28} {median_ms(lambda: lister.pods(5)):>7.3f}")


async def _measured(stages: Sequence[Stage], on_gpus: int) -> None:
    chain = Chain(stages)
    learning = asyncio.create_task(chain.run(SystemClock()))
    while not all(each.success for each in chain.health() if each.name in {"kubelet", "pods"}):  # noqa: ASYNC110  no event says so
        await asyncio.sleep(0.01)
    given = reports(on_gpus)
    print(f"  {PODS} pods on {GPUS} GPUs, {on_gpus} of them with a GPU or a share of one, ms")
    read = given
    total = 0.0
    for stage in stages:
        spent = median_ms(lambda stage=stage, read=read: [stage(each) for each in read])  # type: ignore[misc]
        read = [stage(each) for each in read]
        total += spent
        print(f"    {type(stage).__name__:<28} {spent:>7.3f}")
    nothing = median_ms(lambda: [Chain(())(each) for each in given])
    copied = median_ms(lambda: [replace(each, events=()) for each in given])
    print(f"    {'all of them':<28} {total:>7.3f}   (target {TARGET:g})")
    print(f"    {'none of them':<28} {nothing:>7.3f}   (a copy of each report {copied:.3f})")
    uses = sum(len(reading.uses) for report in read for reading in report.readings)
    print(f"    uses told apart: {uses}")
    learning.cancel()
    await asyncio.gather(learning, return_exceptions=True)


def main() -> None:
    print("\nWhose work it is, CPU of one cycle in one thread, medians")
    for on_gpus in (GPUS, PODS):
        with tempfile.TemporaryDirectory() as name:
            measure(Path(name), on_gpus)
